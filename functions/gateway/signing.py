"""How a partner signs a request; pure, so that clients use the same code as the door."""

import hashlib
import hmac
from datetime import datetime
from urllib.parse import unquote

PARTNER_HEADER = "Sandan-Partner"
TIMESTAMP_HEADER = "Sandan-Timestamp"
SIGNATURE_HEADER = "Sandan-Signature"


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """`v1=` and the hex HMAC-SHA256 over the timestamp (Unix seconds, decimals allowed), a point, and the body."""
    digest = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def request_line(method: str, target: str) -> bytes:
    """What stands for the body of a request that has none: `GET /v1/orders/3207PLAT01/1`, escapes of the path undone.

    `target` is the path of the API (from `/v1` or `/healthz` on) with its query, if it has one.
    """
    path, mark, query = target.partition("?")
    return f"{method} {unquote(path)}{mark}{query}".encode()


def headers_for(partner_id: str, key: bytes, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of a signed request; `now` is aware, `body` the exact bytes sent (or `request_line`)."""
    timestamp = f"{now.timestamp():.6f}"
    return {PARTNER_HEADER: partner_id, TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(key, timestamp, body)}
