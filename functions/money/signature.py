"""How we sign an order to move money; pure, so that counterparties check it with the same code."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from events.ceb.signature.algorithms import signed_by
from events.ceb.signature.certificate import read
from events.ceb.signature.der import DerError
from events.ceb.signature.profile import SignatureProfile, Signer

KEY_HEADER = "Idempotency-Key"
TIMESTAMP_HEADER = "Sandan-Timestamp"
SIGNATURE_HEADER = "Sandan-Signature"
CERTIFICATE_HEADER = "Sandan-Certificate"


def headers_for(signer: Signer, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a signed order; `now` is aware, `body` the exact bytes sent, `key` makes it one order.

    The signature is `profile=Base64`, with the platform's key, over timestamp, point, key, point, body.
    """
    timestamp = f"{now.timestamp():.6f}"
    signature = signer.sign(_covered(timestamp, key, body))
    return {
        KEY_HEADER: key,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: f"{signer.profile.value}={base64.b64encode(signature).decode()}",
        CERTIFICATE_HEADER: base64.b64encode(signer.certificate_der).decode(),
    }


def signer_of(headers: Mapping[str, str], body: bytes) -> bytes | None:
    """The certificate (DER) whose key signed this order; None when none did.

    Whether that certificate is the platform's, and whether the timestamp is fresh, is for the caller to decide.
    """
    try:
        profile, _, signature = headers[SIGNATURE_HEADER].partition("=")
        certificate = base64.b64decode(headers[CERTIFICATE_HEADER], validate=True)
        covered = _covered(headers[TIMESTAMP_HEADER], headers[KEY_HEADER], body)
        raw = base64.b64decode(signature, validate=True)
        valid = signed_by(SignatureProfile(profile), read(certificate).public_key, covered, raw)
    except (KeyError, ValueError, binascii.Error, DerError):
        return None
    return certificate if valid else None


def _covered(timestamp: str, key: str, body: bytes) -> bytes:
    return f"{timestamp}.{key}.".encode() + body
