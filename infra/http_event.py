"""HTTP requests as API Gateway hands them to a function (HTTP API, payload format 2.0), and its answers back."""

import base64
import time
import uuid
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

Event = dict[str, Any]

_TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}
_API = "local"


def event_of(request: Request, body: bytes) -> Event:
    """The event for a request. As on AWS the path comes with its escapes undone, the query string untouched."""
    headers = _headers(request)
    text = _as_text(headers.get("content-type", ""), body)
    encoded = base64.b64encode(body).decode() if text is None else text
    cookies = [cookie.strip() for cookie in headers.pop("cookie", "").split(";") if cookie.strip()]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.scope["path"],
        "rawQueryString": request.scope["query_string"].decode("latin-1"),
        "headers": headers,
        "requestContext": _context(request, headers),
        "isBase64Encoded": text is None,
        **({"cookies": cookies} if cookies else {}),
        **({"queryStringParameters": query} if (query := _query(request)) else {}),
        **({"body": encoded} if body else {}),
    }


def response_of(result: Event) -> Response:
    """What the function answered, as HTTP."""
    body = result.get("body") or ""
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    response = Response(content, status_code=result["statusCode"])
    for name, value in (result.get("headers") or {}).items():
        response.headers[name] = str(value)
    for cookie in result.get("cookies") or []:
        response.headers.append("set-cookie", cookie)
    return response


def _headers(request: Request) -> dict[str, str]:
    """Names in lower case, values of the same name joined by commas."""
    return {name: ",".join(request.headers.getlist(name)) for name in request.headers}


def _query(request: Request) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True):
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


def _context(request: Request, headers: dict[str, str]) -> Event:
    now = time.time()
    return {
        "accountId": "000000000000",
        "apiId": _API,
        "domainName": headers.get("host", ""),
        "domainPrefix": _API,
        "http": {
            "method": request.method,
            "path": request.scope["path"],
            "protocol": f"HTTP/{request.scope['http_version']}",
            "sourceIp": request.client.host if request.client else "",
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex,
        "routeKey": "$default",
        "stage": "$default",
        "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
        "timeEpoch": int(now * 1000),
    }
