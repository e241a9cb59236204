"""A request as the door sees it, whichever way API Gateway has encoded its body."""

import base64
import binascii
from dataclasses import dataclass

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from functions.gateway.refusals import Refusal, RefusedError
from functions.gateway.signing import request_line


@dataclass(frozen=True)
class HttpRequest:
    """`headers` have lower-case names, `target` is the path of the API with its query, `source` an IP address."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    source: str

    @classmethod
    def of(cls, event: APIGatewayProxyEventV2, body_limit: int) -> "HttpRequest":
        """The request in a proxy event. Raises RefusedError when its body is too large, compressed or not Base64."""
        body = _body(event)
        if len(body) > body_limit:
            raise RefusedError(
                Refusal.TOO_LARGE,
                f"the body has {len(body)} bytes, the limit is {body_limit}: send fewer documents at a time",
            )
        query = event.raw_event.get("rawQueryString")
        target = f"{event.path}?{query}" if query else event.path
        headers = {name.lower(): value for name, value in (event.raw_event.get("headers") or {}).items()}
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding != "identity":
            detail = f"/headers/content-encoding: {coding[:100]} is not undone here: send the body as it is"
            raise RefusedError(Refusal.UNSUPPORTED_MEDIA_TYPE, detail)
        return cls(event.http_method.upper(), target, headers, body, event.request_context.http.source_ip)

    @property
    def signed(self) -> bytes:
        """What the signature is over: the body, or the request line where there is none."""
        return self.body if self.method == "POST" else request_line(self.method, self.target)


def _body(event: APIGatewayProxyEventV2) -> bytes:
    body = event.body or ""
    try:
        if event.is_base64_encoded:
            return base64.b64decode(body, validate=True)
        return body.encode(errors="surrogatepass")
    except binascii.Error:
        raise RefusedError(Refusal.UNREADABLE, "the body does not have the encoding that it claims") from None
