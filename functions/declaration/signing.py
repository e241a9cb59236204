"""Our own signer, from the secrets store."""

import json
from functools import cache

from events.ceb.signature import SignatureProfile, SoftwareSigner
from functions.aws import secretsmanager
from functions.settings import settings


@cache
def own_signer() -> SoftwareSigner:
    """The signer of what we send; the secret is JSON: key_pem, certificate_pem, profile."""
    secret = json.loads(secretsmanager().get_secret_value(SecretId=settings().signing_secret)["SecretString"])
    return SoftwareSigner.from_pem(
        secret["key_pem"].encode(), secret["certificate_pem"].encode(), SignatureProfile(secret["profile"])
    )
