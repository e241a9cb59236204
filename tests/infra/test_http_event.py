"""A request becomes the event that API Gateway would make of it (HTTP API, payload format 2.0)."""

import base64
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from starlette.requests import Request

from infra.http_event import event_of, response_of


def _request(
    method: str = "POST", path: str = "/", query: str = "", headers: list[tuple[str, str]] | None = None
) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers or []]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": raw,
        "client": ("127.0.0.1", 50000),
    }
    return Request(scope)


def test_powertools_reads_the_event() -> None:
    """Method, path, query and headers are where the function looks for them."""
    headers = [("Host", "localhost:8401"), ("X-Twice", "a"), ("x-twice", "b"), ("Content-Type", "application/json")]
    request = _request("GET", "/v1/orders/3207PLAT01/测 1", "a=1&a=2&b=%20x", headers)

    event = APIGatewayProxyEventV2(event_of(request, b'{"n": 1}'))

    assert event.http_method == "GET"
    assert event.path == "/v1/orders/3207PLAT01/测 1"
    assert event.raw_query_string == "a=1&a=2&b=%20x"
    assert event.query_string_parameters == {"a": "1,2", "b": " x"}
    assert event.headers["x-twice"] == "a,b"
    assert event.json_body == {"n": 1}
    assert event.request_context.http.source_ip == "127.0.0.1"
    assert event.request_context.stage == "$default"


@pytest.mark.parametrize(
    ("content_type", "body", "is_text"),
    [
        ("application/json", b"{}", True),
        ("application/xml; charset=utf-8", "<订单/>".encode(), True),
        ("application/cloudevents+json", b"{}", True),
        ("text/xml", b"<a/>", True),
        ("application/xml", '<?xml version="1.0" encoding="GBK"?><订单/>'.encode("gbk"), False),
        ("application/octet-stream", b"{}", False),
        ("", b"<a/>", False),
    ],
)
def test_a_body_keeps_its_bytes(content_type: str, body: bytes, is_text: bool) -> None:
    """Text goes as text; everything else, text in another encoding too, goes in Base64. The signature needs this."""
    event = event_of(_request(headers=[("content-type", content_type)]), body)

    assert event["isBase64Encoded"] is not is_text
    kept = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    assert kept == body


def test_cookies_have_a_place_of_their_own() -> None:
    """In format 2.0 they are no header; a request without a body has none."""
    event = event_of(_request("GET", headers=[("Cookie", "a=1; b=2")]), b"")

    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]
    assert "body" not in event


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        ({"statusCode": 202, "headers": {"Content-Type": "text/plain"}, "body": "好"}, 202, "好".encode()),
        (
            {"statusCode": 200, "isBase64Encoded": True, "body": base64.b64encode(b"\x00\xff").decode()},
            200,
            b"\x00\xff",
        ),
        ({"statusCode": 204}, 204, b""),
    ],
)
def test_an_answer_becomes_a_response(result: dict[str, Any], status: int, body: bytes) -> None:
    """Status, headers and body are those of the function, also a body in Base64."""
    response = response_of(result)

    assert (response.status_code, response.body) == (status, body)
    assert all(response.headers[name] == value for name, value in result.get("headers", {}).items())


def test_every_cookie_becomes_a_header() -> None:
    """One Set-Cookie each."""
    response = response_of({"statusCode": 200, "cookies": ["a=1", "b=2"]})

    assert [value for name, value in response.raw_headers if name == b"set-cookie"] == [b"a=1", b"b=2"]
