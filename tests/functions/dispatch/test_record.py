"""What lies in the queue is read, accepted where nobody has done so yet, or refused with a reason that names nobody."""

import json
from typing import Any

import pytest

from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from events.outbound import DOCUMENT_ANSWERED
from events.receipts import DocumentAnswered
from functions import bus, claim
from functions.aws import s3
from functions.dispatch import record
from functions.dispatch.record import GATEWAY_SOURCE, UnprocessableError, document_of
from functions.intake.store import read
from functions.settings import Settings, settings
from tests import builders
from tests.functions.dispatch.records import accepted, envelope, of_gateway, of_others
from tests.functions.intake import samples

PEOPLE = (builders.BUYER_NAME, builders.BUYER_ID, builders.TELEPHONE, builders.ADDRESS)
ORDER_KEY = f"{builders.PLATFORM['ebp_code']}/{builders.ORDER_NO}"

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What went on the bus."""
    events: list[dict[str, Any]] = []

    def listening(source: str, put: Any) -> None:
        bus.put_events(source, put)
        events.extend(json.loads(event.detail(source)) for event in put)

    monkeypatch.setattr(record, "put_events", listening)
    return events


def told(heard: list[dict[str, Any]]) -> list[DocumentAnswered]:
    """The answers that went on the bus."""
    assert {event["type"] for event in heard} <= {DOCUMENT_ANSWERED.name}
    return [DocumentAnswered.model_validate(event["data"]) for event in heard]


def reason_of(body: str) -> str:
    """Why a record cannot be processed; it names no person."""
    with pytest.raises(UnprocessableError) as refused:
        document_of(body)
    reason = str(refused.value)
    assert not [person for person in PEOPLE if person in reason]
    return reason


@pytest.mark.parametrize("model", samples.everything().values(), ids=list(samples.everything()))
def test_what_the_gateway_accepted_is_taken_as_it_is(model: CebModel, heard: list[dict[str, Any]]) -> None:
    document = samples.inbound(model)
    assert document_of(of_gateway(document)) == document
    assert heard == []


def test_a_document_that_waits_in_the_archive_is_fetched() -> None:
    document = samples.inbound(builders.order())
    detail = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "dataref": claim.put(document)}
    assert document_of(envelope(GATEWAY_SOURCE, detail)) == document


def test_what_a_platform_put_on_the_bus_is_accepted_here_and_answered(heard: list[dict[str, Any]]) -> None:
    document = document_of(of_others(builders.order(), id="my-event"))
    assert document
    assert (document.kind, document.sender) == (DocumentKind.ORDER, "bus:shop.orders")
    assert document.parsed() == builders.order()
    on_record = read(DocumentKind.ORDER, ORDER_KEY)
    assert on_record
    assert on_record.document_id == document.document_id
    (answered,) = told(heard)
    assert (answered.document_id, answered.answer.status) == ("my-event", "120")
    assert heard[0]["subject"] == "my-event"


def test_what_the_door_refuses_is_answered_and_goes_no_further(heard: list[dict[str, Any]]) -> None:
    """Given other content under the same number without appType 2, when it comes, then −301010 and nothing else."""
    document_of(of_others(builders.order()))
    assert document_of(of_others(builders.order(note="other"))) is None
    assert [answered.answer.status for answered in told(heard)] == ["120", "-301010"]
    assert len({event["id"] for event in heard}) == 2


def test_the_same_event_again_is_the_same_document_and_the_same_answer(heard: list[dict[str, Any]]) -> None:
    body = of_others(builders.order())
    assert document_of(body) == document_of(body)
    assert heard[0] == heard[1]


def test_an_event_id_belongs_to_its_source_only() -> None:
    """Given one id from two sources, when both are taken, then they are two documents: none replaces the other."""
    bodies = [
        of_others(builders.order(), id="1", source="/orders"),
        of_others(builders.payment(), id="1", source="/payments"),
        of_others(builders.waybill(), id="1", source="/orders").replace("shop.orders", "carrier"),
    ]
    documents = [document_of(body) for body in bodies]
    assert len({document.document_id for document in documents if document}) == 3


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind.is_from_customs])
def test_nobody_but_the_gateway_brings_what_customs_says(kind: DocumentKind, heard: list[dict[str, Any]]) -> None:
    reason = reason_of(of_others(samples.everything()[kind], kind))
    assert "taken at the gateway only" in reason
    assert heard == []


def test_the_bus_brings_no_report_of_returned_goods(heard: list[dict[str, Any]]) -> None:
    """Money goes back upon it, and the bus does not know which warehouse speaks."""
    kind = DocumentKind.GOODS_RETURNED
    assert "taken at the gateway only" in reason_of(of_others(samples.goods_returned(), kind))
    assert heard == []


def wrong_order() -> dict[str, Any]:
    """An order in which a person's name is too long."""
    content = builders.order().model_dump(mode="json")
    content["OrderHead"]["buyerName"] = builders.BUYER_NAME * 60
    return content


def poison(**changes: object) -> str:
    """The record of a document of the gateway with something wrong in it."""
    document = samples.inbound(builders.order()).model_dump(mode="json")
    detail = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data": document | changes}
    return envelope(GATEWAY_SOURCE, detail)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ('"\\u0000"', "not JSON: /: holds a character"),
        ("1", "not an EventBridge event"),
        ("[]", "not an EventBridge event"),
        ("{}", "not an EventBridge event"),
        ('{"source": "x"}', "not an EventBridge event"),
        (envelope("x", None), "detail is not a CloudEvent"),
        (
            envelope("x", {"specversion": "1.0", "id": "1", "source": "s"}),
            "detail is not a CloudEvent: /type is required",
        ),
        (of_others(builders.order(), type="cn.sandan.order.lost.v1"), "not an inbound event type"),
        (of_others(builders.order(), type="cn.sandan.order.stage-changed.v1"), "not an inbound event type"),
        (of_others(builders.order(), data=None), "data: "),
        (of_others(builders.order(), data=wrong_order()), "data: /OrderHead/buyerName is too long"),
        (of_others(builders.order(), data={"order_no": "1"}), "/order_no is not a field"),
        (poison(kind="love-letter"), "data is not an accepted document: /kind"),
        (poison(content={}), "data is not an accepted document: /OrderHead is required"),
        (poison(content=wrong_order()), "data is not an accepted document: /OrderHead/buyerName is too long"),
        (poison(received_at="2026-01-05"), "data is not an accepted document: /received_at"),
    ],
)
def test_poison_is_refused_with_a_reason_that_names_place_and_rule(body: str, reason: str) -> None:
    assert reason in reason_of(body)


@pytest.mark.parametrize(
    "reference",
    [
        "s3://elsewhere/inbox/1.json",
        f"s3://{Settings().archive_bucket}/orders/1/dossier.json",
        "file:///etc/passwd",
        "1",
    ],
)
def test_a_strangers_address_is_not_followed(reference: str) -> None:
    detail = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "dataref": reference}
    assert "/dataref: is not a document of ours" in reason_of(envelope(GATEWAY_SOURCE, detail))


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (None, "nothing lies there"),
        (b"{", "what lies at dataref is no document"),
        (
            samples.inbound(builders.order()).model_copy(update={"content": wrong_order()}).model_dump_json().encode(),
            "/OrderHead/buyerName is too long",
        ),
    ],
)
def test_an_address_where_no_document_lies_is_poison(stored: bytes | None, reason: str) -> None:
    if stored is not None:
        s3().put_object(Bucket=settings().archive_bucket, Key="inbox/1.json", Body=stored)
    reference = f"s3://{settings().archive_bucket}/inbox/1.json"
    detail = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "dataref": reference}
    assert reason in reason_of(envelope(GATEWAY_SOURCE, detail))


def test_a_bus_that_is_away_makes_the_record_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no bus for the answer, when the record comes again, then the document is the same: nothing is lost."""

    def away(*_: Any) -> None:
        raise bus.BusError("away")

    body = of_others(builders.order())
    with monkeypatch.context() as broken:
        broken.setattr(record, "put_events", away)
        with pytest.raises(bus.BusError):
            document_of(body)
    assert isinstance(document_of(body), InboundDocument)
    assert accepted(builders.order()).content == builders.order().model_dump(mode="json")
