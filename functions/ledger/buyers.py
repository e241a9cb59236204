"""Buyers as the ledger knows them: the keyed hash of their document's number, never the number itself."""

import base64
import hashlib
import hmac
import json
from functools import cache

from functions.aws import secretsmanager
from functions.settings import settings


def buyer_hash(id_type: str, id_number: str) -> str:
    """HMAC-SHA256 in hexadecimal over type and number; blanks around and the case of letters do not count.

    The key is in the secret `sandan/buyers`: JSON with `key` in Base64. Raises botocore's ClientError without it.
    """
    text = f"{id_type.strip()}\n{id_number.strip().upper()}"
    return hmac.new(secret_key(), text.encode(), hashlib.sha256).hexdigest()


@cache
def secret_key() -> bytes:
    """The key of the hashes, read once per process."""
    secret = secretsmanager().get_secret_value(SecretId=settings().buyers_secret)["SecretString"]
    return base64.b64decode(json.loads(secret)["key"], validate=True)
