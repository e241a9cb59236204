"""CloudEvents in their three shapes, an answer for each."""

import json
from typing import Any

import pytest

from events.catalogue import BY_KIND, INBOUND
from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from events.receipts import Answer
from tests import builders
from tests.functions.gateway.conftest import JSON, Answered, Door
from tests.functions.gateway.samples import list_request
from tests.functions.intake.samples import goods_returned

EVENTS = "/v1/events"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
ORDER_PLACED = BY_KIND[DocumentKind.ORDER].name


def event(model: CebModel, kind: DocumentKind = DocumentKind.ORDER, **others: Any) -> dict[str, Any]:
    """The model as the data of a CloudEvent."""
    data = model.model_dump(mode="json", exclude_none=True)
    envelope = {"specversion": "1.0", "id": "e-1", "source": "/shop", "type": BY_KIND[kind].name}
    return envelope | {"data": data} | others


def answers(answered: Answered) -> list[Answer]:
    """The answers in a response."""
    return [Answer.model_validate(answer) for answer in answered.json["answers"]]


def test_structured(door: Door) -> None:
    """Given one event in structured mode, when it is sent, then it has its answer and the document is on the bus."""
    answered = door.post(EVENTS, json.dumps(event(builders.order())), STRUCTURED)
    assert (answered.status, answered.headers["Content-Type"]) == (202, JSON)
    (answer,) = answers(answered)
    assert (answer.status, answer.keys["orderNo"]) == ("120", builders.ORDER_NO)
    (sent,) = door.events
    assert (sent["type"], sent["source"], sent["specversion"]) == (ORDER_PLACED, "sandan.gateway", "1.0")
    assert sent["subject"] == builders.order().head.guid
    document = InboundDocument.model_validate(sent["data"])
    assert (document.sender, document.document_id, document.parsed()) == ("platform", sent["id"], builders.order())


def test_binary(door: Door) -> None:
    """Given one event in binary mode, when it is sent, then headers are its attributes and the body is its data."""
    sent = event(builders.order())
    body = json.dumps(sent.pop("data"))
    headers = {f"ce-{name}": value for name, value in sent.items()}
    answered = door.post(EVENTS, body, "application/json; charset=utf-8", headers=headers)
    assert [answer.status for answer in answers(answered)] == ["120"]


def test_batch(door: Door) -> None:
    """Given a batch of several kinds, when one has a business mistake, then 202 and the answers in their order."""
    batch = [
        event(builders.order()),
        event(builders.order(order_no="SD2", app_type="3")),
        event(list_request(), DocumentKind.DECLARATION_REQUEST),
    ]
    answered = door.post(EVENTS, json.dumps(batch), BATCH)
    assert answered.status == 202
    assert [(answer.kind, answer.status) for answer in answers(answered)] == [
        ("order", "120"),
        ("order", "-301009"),
        ("list-request", "120"),
    ]


def test_all_refused_is_422_with_the_answers(door: Door) -> None:
    """Given an event with a business mistake, when it is sent, then 422 with the code, the texts and the place."""
    answered = door.post(EVENTS, json.dumps(event(builders.order(currency="502"))), STRUCTURED)
    assert (answered.status, answered.headers["Content-Type"]) == (422, JSON)
    (answer,) = answers(answered)
    assert (answer.status, answer.accepted) == ("-301008", False)
    assert (answer.problems[0].path, answer.problems[0].value) == ("/OrderHead/currency", "502")
    assert answer.info.zh
    assert answer.info.en


def test_the_same_event_twice_has_one_answer(door: Door) -> None:
    """Given an event that was answered, when it is sent again, then the answer is the same to the byte."""
    body = json.dumps(event(builders.order()))
    first, again = (door.post(EVENTS, body, STRUCTURED) for _ in range(2))
    assert first.body == again.body
    assert door.events[0] == door.events[1]


def test_an_event_id_of_one_partner_is_not_anothers(door: Door) -> None:
    """Given the same event id from two partners, when both are taken, then the documents have ids of their own."""
    door.post(EVENTS, json.dumps(event(builders.order())), STRUCTURED)
    payment = event(builders.payment(), DocumentKind.PAYMENT)
    door.post(EVENTS, json.dumps(payment), STRUCTURED, sender="payment")
    assert len({sent["id"] for sent in door.events}) == 2


def test_numbers_may_be_exact_json_numbers(door: Door) -> None:
    """Given amounts as JSON numbers, when they are read, then not one digit is lost, and the content is the same."""
    body = json.dumps(event(builders.order()))
    as_numbers = body.replace('"561.89"', "561.89").replace('"15.02"', "15.02")
    assert as_numbers != body
    first, again = (door.post(EVENTS, sent, STRUCTURED) for sent in (body, as_numbers))
    assert first.body == again.body


def refused(door: Door, content: Any, content_type: str = STRUCTURED) -> Answered:
    """The refusal of an event that breaks the schema; nothing of it was taken."""
    answered = door.post(EVENTS, content if isinstance(content, bytes) else json.dumps(content), content_type)
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert door.events == []
    return answered


@pytest.mark.parametrize("kind", ["cn.sandan.order.lost.v1", "cn.sandan.order.stage-changed.v1", "order"])
def test_an_unknown_type_is_named(door: Door, kind: str) -> None:
    """Given a type that is unknown, or only goes out, when it is sent, then 422 names it and those that are known."""
    answered = refused(door, event(builders.order(), type=kind))
    (problem,) = answered.json["problems"]
    assert (answered.status, problem["path"], problem["value"]) == (422, "/type", kind)
    assert all(known.name in problem["message"] for known in INBOUND)


def test_every_wrong_field_of_every_event_is_named(door: Door) -> None:
    """Given a batch with mistakes in two events, when it is sent, then each wrong field has path, rule and value."""
    one, other = event(builders.order()), event(builders.order(order_no="SD2"))
    one["data"]["OrderHead"]["goodsValue"] = "1e5"
    one["data"]["OrderHead"]["colour"] = "red"
    del one["data"]["OrderList"][1]["unit"]
    other["data"]["OrderHead"]["orderType"] = "II"
    answered = refused(door, [one, event(builders.order(order_no="SD3")), other], BATCH)
    assert answered.status == 422
    assert answered.json["type"] == "/problems/invalid"
    found = {(problem["path"], problem["rule"], problem["value"]) for problem in answered.json["problems"]}
    assert found == {
        ("/[1]/data/OrderHead/goodsValue", "value", "1e5"),
        ("/[1]/data/OrderHead/colour", "unknown", "red"),
        ("/[1]/data/OrderList[2]/unit", "required", None),
        ("/[3]/data/OrderHead/orderType", "max_length", "II"),
    }
    assert "and 3 more" in answered.json["detail"]


def test_python_names_are_not_the_contract(door: Door) -> None:
    """Given a field under its Python name, when it is sent, then it is unknown: the official names only."""
    sent = event(builders.order())
    sent["data"]["OrderHead"]["order_no"] = sent["data"]["OrderHead"].pop("orderNo")
    assert set(refused(door, sent).paths) == {"/data/OrderHead/orderNo", "/data/OrderHead/order_no"}


@pytest.mark.parametrize(
    ("content", "content_type", "status", "paths"),
    [
        (b"{", STRUCTURED, 400, ["/"]),
        (b"", STRUCTURED, 400, ["/"]),
        (b"\xff\xfe", STRUCTURED, 400, ["/"]),
        (b"[" * 100_000, BATCH, 400, ["/"]),
        (b'{"a": NaN}', STRUCTURED, 400, ["/"]),
        (b"[]", BATCH, 400, ["/"]),
        (json.dumps([{}] * 101).encode(), BATCH, 400, ["/"]),
        (b"[1]", STRUCTURED, 422, ["/"]),
        (b"{}", STRUCTURED, 422, ["/specversion", "/id", "/source", "/type"]),
        (b'[{"specversion": "0.3", "id": "1", "source": "x", "type": "t"}]', BATCH, 422, ["/[1]/specversion"]),
        (b'{"specversion": "1.0", "id": "", "source": "x", "type": "t"}', STRUCTURED, 422, ["/id"]),
        (b'{"specversion": "1.0", "id": "\\ud800", "source": "x", "type": "t"}', STRUCTURED, 422, ["/id"]),
        (b'[[{"a": ["\\u0000"]}]]', BATCH, 422, ["/[1][1]/a[1]"]),
    ],
)
def test_what_is_no_event_is_refused(
    door: Door, content: bytes, content_type: str, status: int, paths: list[str]
) -> None:
    """Given bodies that are no CloudEvents, when they are sent, then a problem with the place, never a failure."""
    answered = refused(door, content, content_type)
    assert (answered.status, answered.paths) == (status, paths)


@pytest.mark.parametrize("content_type", ["", "application/json", "application/xml", "multipart/form-data"])
def test_a_wrong_content_type_is_415(door: Door, content_type: str) -> None:
    """Given another content type (or JSON without ce- headers), when it is sent, then 415 says what is taken."""
    answered = refused(door, event(builders.order()), content_type)
    assert (answered.status, answered.json["type"]) == (415, "/problems/unsupported-media-type")
    assert STRUCTURED in answered.json["detail"]


def test_amounts_beyond_measure_cost_nothing(door: Door) -> None:
    """Given numbers that would fill the memory when written out, when they are sent, then they are refused."""
    body = json.dumps(event(builders.order())).replace('"561.89"', "1E-999999999").replace('"15.02"', "1e999999999")
    answered = refused(door, body.encode())
    assert set(answered.paths) == {"/data/OrderHead/acturalPaid", "/data/OrderHead/freight"}


def test_only_the_warehouse_whose_goods_they_are_reports_returned_goods(door: Door) -> None:
    """Money goes back upon the report: neither another code nor another role may send it (公告2020-45)."""
    kind = DocumentKind.GOODS_RETURNED
    own, others = goods_returned(), goods_returned(operator_code="3207OTHER1")
    for sender, report, rule in (("stranger", others, "role"), ("warehouse", others, "foreign_code")):
        answered = door.post(EVENTS, json.dumps(event(report, kind)), STRUCTURED, sender=sender)
        assert (answered.status, answered.json["problems"][0]["rule"]) == (403, rule)
    assert door.events == []
    for _ in range(2):
        answered = door.post(EVENTS, json.dumps(event(own, kind)), STRUCTURED, sender="warehouse")
        (answer,) = answers(answered)
        assert (answer.kind, answer.status, answer.keys["orderNo"]) == (kind, "120", builders.ORDER_NO)
    assert InboundDocument.model_validate(door.events[0]["data"]).parsed() == own
    assert door.events[0] == door.events[1]
    other = door.post(EVENTS, json.dumps(event(goods_returned(note="x"), kind)), STRUCTURED, sender="warehouse")
    assert [answer.status for answer in answers(other)] == ["-625004"]
