"""How we sign an order to move money; pure, so that counterparties check it with the same code."""

import base64
from datetime import datetime

from events.ceb.signature.profile import Signer

KEY_HEADER = "Idempotency-Key"
TIMESTAMP_HEADER = "Sandan-Timestamp"
SIGNATURE_HEADER = "Sandan-Signature"
CERTIFICATE_HEADER = "Sandan-Certificate"


def headers_for(signer: Signer, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a signed order; `now` is aware, `body` the exact bytes sent, `key` makes it one order.

    The signature is `profile=Base64`, with the platform's key, over timestamp, point, key, point, body.
    """
    timestamp = f"{now.timestamp():.6f}"
    signature = signer.sign(covered(timestamp, key, body))
    return {
        KEY_HEADER: key,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: f"{signer.profile.value}={base64.b64encode(signature).decode()}",
        CERTIFICATE_HEADER: base64.b64encode(signer.certificate_der).decode(),
    }


def covered(timestamp: str, key: str, body: bytes) -> bytes:
    """What the signature is over."""
    return f"{timestamp}.{key}.".encode() + body
