"""Requests that cannot be taken: each kind of refusal, and hostile input."""

import gzip
import json
import logging
import time
from typing import Any

import pytest

from events.ceb import build
from events.ceb.frame import UploadMessage
from functions.gateway import errors, handler, taking
from functions.gateway.refusals import Refusal
from functions.settings import settings
from tests import builders
from tests.functions.gateway.conftest import JSON, XML, Answered, Door

ORDERS = builders.message(builders.order(), builders.order(order_no="SD2"))
GOOD = build(ORDERS)
MESSAGE = "/v1/messages"
NAMESPACE = b'xmlns:ceb="http://www.chinaport.gov.cn/ceb"'


def refused(answered: Answered, refusal: Refusal) -> Answered:
    """The answer is a problem document of this kind, complete and without a traceback."""
    problem = answered.json
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert (answered.status, problem["status"], problem["type"]) == (refusal.status, refusal.status, refusal.uri)
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answered.body
    return answered


@pytest.mark.parametrize(
    ("body", "rule", "line"),
    [
        (b"", "xml", 1),
        (b"\x00\x01", "xml", 1),
        (b"<a><b></a>", "xml", 1),
        (b"<a/>", "root", 1),
        (b'<ceb:CEB999Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"/>', "root", 1),
        (b'<CEB311Message xmlns="urn:other"/>', "root", 1),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + GOOD, "doctype", 1),
        (b'<?xml version="1.0" encoding="no-such-thing"?><a/>', "xml", 1),
    ],
)
def test_unreadable_xml_is_400(door: Door, body: bytes, rule: str, line: int | None) -> None:
    """Given bodies that are no customs message, when they are sent, then 400 says what, and in which line."""
    answered = refused(door.post(MESSAGE, body, XML), Refusal.UNREADABLE)
    (problem,) = answered.json["problems"]
    assert (problem["rule"], problem["line"]) == (rule, line)
    assert "passwd" not in answered.body


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"{}", b'{"Order": [], "Payment": []}', b'{"orders": []}', b"\xff"]
)
def test_unreadable_json_is_400(door: Door, body: bytes) -> None:
    """Given JSON that is no customs message, when it is sent, then 400 names the elements that would make it one."""
    refused(door.post(MESSAGE, body, JSON), Refusal.UNREADABLE)


@pytest.mark.parametrize("data", ["not Base64!", "PGE+"])
def test_an_envelope_with_nothing_readable_inside_is_400(door: Door, data: str) -> None:
    """Given a DxpMsg whose data are no message, when it is sent, then 400."""
    envelope = (
        '<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo><CopMsgId>1</CopMsgId>'
        "<SenderId>A</SenderId><ReceiverIds><ReceiverId>B</ReceiverId></ReceiverIds>"
        f"<CreatTime>2026-01-05T00:00:00</CreatTime><MsgType>x</MsgType></TransInfo><Data>{data}</Data></DxpMsg>"
    )
    refused(door.post(MESSAGE, envelope, XML), Refusal.UNREADABLE)


def test_schema_errors_of_xml_have_path_line_value(door: Door) -> None:
    """Given mistakes in two elements, when the message is sent, then each has its place; nothing of it was taken."""
    body = GOOD.replace(b"<ceb:goodsValue>500.00<", b"\n<ceb:goodsValue>1e5<", 1)
    body = body[::-1].replace(b"<I>epyTredro:bec<", b"<II>epyTredro:bec<", 1)[::-1]
    answered = refused(door.post(MESSAGE, body, XML), Refusal.INVALID)
    found = [(problem["path"], problem["value"], problem["line"]) for problem in answered.json["problems"]]
    assert found == [
        ("/CEB311Message/Order[1]/OrderHead/goodsValue", "1e5", 2),
        ("/CEB311Message/Order[2]/OrderHead/orderType", "II", 2),
    ]
    assert door.events == []


def test_an_unknown_element_is_named_with_what_is_allowed(door: Door) -> None:
    """Given a misspelt element, when the message is sent, then its path, and the right name."""
    body = GOOD.replace(b"ceb:orderType>", b"ceb:ordertype>", 2)
    answered = refused(door.post(MESSAGE, body, XML), Refusal.INVALID)
    assert answered.paths == ["/CEB311Message/Order[1]/OrderHead/ordertype"]
    assert "orderType" in answered.json["detail"]


def test_schema_errors_of_json_have_their_path(door: Door) -> None:
    """Given mistakes in a JSON message, when it is sent, then every path, under the root of its message."""
    content = json.loads(ORDERS.model_dump_json(exclude_none=True))
    content["Order"][1]["OrderHead"]["currency"] = 142
    del content["BaseTransfer"]
    answered = refused(door.post(MESSAGE, json.dumps(content), JSON), Refusal.INVALID)
    assert answered.paths == ["/CEB311Message/BaseTransfer", "/CEB311Message/Order[2]/OrderHead/currency"]


def test_more_than_a_hundred_elements_are_too_many(door: Door) -> None:
    """Given 101 orders, when they are sent, then 422 says that a hundred are the limit."""
    many = ORDERS.model_copy(update={"orders": [builders.order(order_no=f"SD{n}") for n in range(101)]})
    assert isinstance(many, UploadMessage)
    answered = refused(door.post(MESSAGE, build(many), XML), Refusal.INVALID)
    assert (answered.paths, "100" in answered.json["detail"]) == (["/CEB311Message/Order"], True)


def test_thousands_of_mistakes_make_a_short_answer(door: Door) -> None:
    """Given a message that is wrong everywhere, when it is sent, then the first hundred mistakes, and the count."""
    content = json.loads(ORDERS.model_dump_json(exclude_none=True))
    content["Order"] = [{"OrderHead": {}, "OrderList": [{}]}] * 100
    answered = refused(door.post(MESSAGE, json.dumps(content), JSON), Refusal.INVALID)
    assert len(answered.paths) == 100
    assert "more)" in answered.json["detail"]


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/cloudevents+json", "application/x-xml"])
def test_another_content_type_is_415(door: Door, content_type: str) -> None:
    """Given another content type, when a message is sent, then 415 names those that are taken."""
    answered = refused(door.post(MESSAGE, GOOD, content_type), Refusal.UNSUPPORTED_MEDIA_TYPE)
    assert answered.paths == ["/headers/content-type"]
    assert XML in answered.json["detail"]


@pytest.mark.parametrize("coding", ["gzip", "br", "x-unheard-of"])
def test_a_compressed_body_is_415(door: Door, coding: str) -> None:
    """Given a body that claims to be compressed, when it is sent, then nothing is unpacked."""
    answered = refused(
        door.post(MESSAGE, gzip.compress(GOOD), XML, headers={"Content-Encoding": coding}),
        Refusal.UNSUPPORTED_MEDIA_TYPE,
    )
    assert coding in answered.json["detail"]


def test_a_body_that_is_not_compressed_may_say_so(door: Door) -> None:
    """Given `identity`, when it is sent, then the message is taken."""
    assert door.post(MESSAGE, GOOD, XML, headers={"Content-Encoding": "identity"}).status == 202


@pytest.mark.parametrize("number", ["1e99999999999999999999", "-1E-99999999999999999999", "9" * 5000])
def test_numbers_beyond_measure_are_400(door: Door, number: str) -> None:
    """Given a number that no arithmetic can hold, when it is sent, then it is refused as it stands."""
    refused(door.post(MESSAGE, f'{{"Order": {number}}}', JSON), Refusal.UNREADABLE)


def test_a_hundred_thousand_unknown_fields_are_not_all_told(door: Door) -> None:
    """Given a message that wants to waste our time, when it is sent, then a thousand mistakes are enough."""
    content = json.loads(ORDERS.model_dump_json(exclude_none=True))
    content["Order"][0]["OrderHead"] = {f"field{number}": 1 for number in range(100_000)}
    answered = refused(door.post(MESSAGE, json.dumps(content), JSON), Refusal.INVALID)
    assert "(and 999 more)" in answered.json["detail"]


def test_a_body_over_the_limit_is_413(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a limit, when a longer body is sent, then 413 with both sizes, before anything of it is read."""
    monkeypatch.setattr(handler, "settings", lambda: settings().model_copy(update={"body_limit": len(GOOD) - 1}))
    answered = refused(door.post(MESSAGE, GOOD, XML), Refusal.TOO_LARGE)
    assert str(len(GOOD)) in answered.json["detail"]
    assert refused(door.request("POST", MESSAGE, GOOD), Refusal.TOO_LARGE)


def test_a_body_that_is_not_the_base64_it_claims_is_400(door: Door) -> None:
    """Given a broken encoding between API Gateway and us, when it comes, then 400, not a failure."""
    refused(door.raw("POST", MESSAGE, "%%%", encoded=True), Refusal.UNREADABLE)


def _bomb() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
    return b'<!DOCTYPE a [<!ENTITY e0 "lol">' + entities + b"]><a>&e11;</a>"


HOSTILE = {
    "billion laughs": _bomb(),
    "billion laughs in an attribute": _bomb().replace(b"<a>&e11;</a>", b'<a b="&e11;"/>'),
    "quadratic blow-up": b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 100_000 + b'">]><a>' + b"&e;" * 50_000 + b"</a>",
    "external entity": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
    "external DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><a/>',
    "depth": b"<a>" * 200_000,
    "attributes": b"<a " + b" ".join(b'b%d="x"' % n for n in range(200_000)) + b"/>",
    "one long name": b"<" + b"a" * 9_000_000 + b"/>",
    "siblings": b"<ceb:CEB311Message " + NAMESPACE + b">" + b"<x/>" * 500_000 + b"</ceb:CEB311Message>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_quickly(door: Door, name: str) -> None:
    """Given bombs, foreign entities and giants, when they are sent, then they are refused within two seconds."""
    began = time.process_time()
    answered = door.post(MESSAGE, HOSTILE[name], XML)
    assert time.process_time() - began < 2
    assert answered.status in {400, 422}
    assert len(answered.body) < 40_000
    assert door.events == []


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/event", "/v1/orders/3207PLAT01", "/v1/orders/a/b/c", "/../etc/passwd"]
)
def test_another_path_is_404(door: Door, path: str) -> None:
    """Given a path that is not there, when it is asked for, then 404 as a problem."""
    refused(door.get(path), Refusal.NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/events", "POST"),
        ("PUT", "/v1/messages", "POST"),
        ("DELETE", "/v1/orders/3207PLAT01/1", "GET"),
        ("POST", "/healthz", "GET"),
        ("OPTIONS", "/openapi.json", "GET"),
    ],
)
def test_another_method_is_405(door: Door, method: str, path: str, allowed: str) -> None:
    """Given a path that is there, when another method is used, then 405 says which is allowed."""
    answered = refused(door.request(method, path), Refusal.METHOD_NOT_ALLOWED)
    assert answered.headers["Allow"] == allowed


def test_an_unforeseen_error_tells_nothing_and_logs_no_person(
    door: Door, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Given a defect whose message quotes the document, when it strikes, then 500 and a log without the document."""

    def fail(_: Any) -> None:
        raise KeyError(f"{builders.BUYER_NAME} {builders.BUYER_ID}")

    monkeypatch.setattr(taking, "accept", fail)
    monkeypatch.setattr(errors.LOGGER, "propagate", True)
    with caplog.at_level(logging.INFO):
        answered = refused(door.post(MESSAGE, GOOD, XML), Refusal.INTERNAL)
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    said = str(vars(record))
    assert "KeyError" in said
    assert "taking.py" in said
    for text in (answered.body, said):
        assert builders.BUYER_NAME not in text
        assert builders.BUYER_ID not in text
