"""HTTP requests as API Gateway hands them to a function (HTTP API, payload format 2.0), and its answers back."""

import base64
import time
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Message, Scope

from functions.gateway.signing import PARTNER_HEADER

Event = dict[str, Any]

_TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}
_API = "local"
_PARTNER = PARTNER_HEADER.lower()
_BODILESS = {204, 304}


class Head(NamedTuple):
    """What a request says before its body. Names of headers are in lower case, values of one name joined by commas."""

    method: str
    path: str
    query: str
    protocol: str
    headers: dict[str, str]
    address: str

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        """The head of an ASGI request."""
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1").strip(" \t")
            headers[name] = f"{headers[name]},{value}" if name in headers else value
        return cls(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            protocol=f"HTTP/{scope['http_version']}",
            headers=headers,
            address=scope["client"][0] if scope["client"] else "",
        )

    @property
    def sender(self) -> str:
        """The address, and the partner that it names."""
        return f"{self.address} {self.headers.get(_PARTNER, '')}"


def event_of(head: Head, body: bytes) -> Event:
    """The event for a request. As on AWS the path comes with its escapes undone, the query string untouched."""
    text = _as_text(head.headers.get("content-type", ""), body)
    encoded = base64.b64encode(body).decode() if text is None else text
    headers = head.headers.copy()
    cookies = [cookie.strip() for cookie in headers.pop("cookie", "").split(";") if cookie.strip()]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": head.path,
        "rawQueryString": head.query,
        "headers": headers,
        "requestContext": _context(head),
        "isBase64Encoded": text is None,
        **({"cookies": cookies} if cookies else {}),
        **({"queryStringParameters": query} if head.query and (query := _query(head.query)) else {}),
        **({"body": encoded} if body else {}),
    }


def messages_of(result: Event) -> Iterator[Message]:
    """What the function answered, as ASGI sends it."""
    status, body = result["statusCode"], result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    headers = [
        (name.lower().encode("latin-1"), str(value).encode("latin-1"))
        for name, value in (result.get("headers") or {}).items()
    ]
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in result.get("cookies") or []]
    if status not in _BODILESS:
        headers.append((b"content-length", b"%d" % len(content)))
    yield {"type": "http.response.start", "status": status, "headers": headers}
    yield {"type": "http.response.body", "body": content}


def _query(query: str) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _as_text(content_type: str, body: bytes) -> str | None:
    """The body where API Gateway passes it on as text; None where it encodes it."""
    kind = content_type.partition(";")[0].strip().lower()
    if not (kind.startswith("text/") or kind in _TEXT_TYPES or kind.endswith(("+json", "+xml"))):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _context(head: Head) -> Event:
    now = time.time()
    return {
        "accountId": "000000000000",
        "apiId": _API,
        "domainName": head.headers.get("host", ""),
        "domainPrefix": _API,
        "http": {
            "method": head.method,
            "path": head.path,
            "protocol": head.protocol,
            "sourceIp": head.address,
            "userAgent": head.headers.get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex,
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
