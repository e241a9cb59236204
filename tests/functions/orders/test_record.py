"""The public record of an order: told again it is the same, told late it changes nothing, and it names nobody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.cloudevents import CloudEvent
from events.documents import DocumentKind, InboundDocument, content_hash
from events.life import OrderStageChanged, OrderView, Stage, StageChange
from events.outbound import STAGE_CHANGED
from events.values import OrderKey, Text
from functions import bus
from functions.aws import dynamodb
from functions.matching.handler import match
from functions.orders import handler
from functions.orders.handler import record, show
from functions.orders.models import RecordRequest, ShowRequest
from functions.settings import settings as named
from tests import builders
from tests.functions.matching.cases import request as match_request
from workflows.order_state import OrderState

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
NOW = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
WAY = [Stage.COLLECTING, Stage.MISMATCHED, Stage.MATCHED, Stage.DECLARED, Stage.RELEASED, Stage.DELIVERED]

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What went on the bus, as it stands in its entries; the bus is moto's."""
    entries: list[dict[str, Any]] = []

    def listening(source: str, events: Any) -> None:
        bus.put_events(source, events)
        entries.extend({"source": source, "detail": json.loads(event.detail(source))} for event in events)

    monkeypatch.setattr(handler, "put_events", listening)
    return entries


def told(stages: int, already: int = 0, **fields: Any) -> RecordRequest:
    """What the workflow says when it stands at its so-many-th stage, and `already` of them are known."""
    history = [
        StageChange(number=number, stage=stage, at=NOW + timedelta(hours=number), reason=Text(zh="因", en="why"))
        for number, stage in enumerate(WAY[:stages], 1)
    ]
    content: dict[str, Any] = {"key": KEY, "mode": "9610", "history": history, "told": already, "findings": []}
    return RecordRequest(**(content | fields))


def on_record_as_stored() -> dict[str, Any]:
    """The item of the table."""
    (item,) = dynamodb().scan(TableName=named().orders_table)["Items"]
    return dict(item)


def on_record() -> OrderView:
    """The order as it is shown."""
    order = show(ShowRequest(key=KEY)).order
    assert order
    return order


def test_a_record_of_an_earlier_version_that_says_nothing_in_some_places_is_read() -> None:
    request = told(2)
    record(request)
    history = [change.model_dump(mode="json") for change in request.history]
    assert "customs_status" in history[0]
    nothing = {name: {"S": ""} for name in ("needs_human", "due_by")} | {"findings": {"S": "[]"}}
    item = on_record_as_stored()
    dynamodb().put_item(TableName=named().orders_table, Item=item | nothing | {"history": {"S": json.dumps(history)}})
    shown = on_record()
    record(request)
    assert shown == on_record()
    assert on_record_as_stored() == item
    assert item.keys() == {"pk", "last_change", "stage", "history", "trade_mode"}


def test_an_order_that_nobody_has_told_of_is_unknown() -> None:
    assert show(ShowRequest(key=KEY)).order is None


def test_what_was_told_is_shown(heard: list[dict[str, Any]]) -> None:
    due = NOW + timedelta(days=3)
    assert record(told(2, needs_human="undelivered", due_by=due)).last == 2
    assert on_record() == OrderView(
        ebp_code=KEY.ebp_code,
        order_no=KEY.order_no,
        stage=Stage.MISMATCHED,
        mode="9610",
        history=told(2).history,
        findings=[],
        needs_human="undelivered",
        due_by=due,
    )


def test_every_change_is_published_once_with_what_was_before(heard: list[dict[str, Any]]) -> None:
    record(told(2))
    record(told(4, already=2))
    events = [CloudEvent.model_validate(entry["detail"]) for entry in heard]
    said = [OrderStageChanged.model_validate(event.data) for event in events]
    assert {entry["source"] for entry in heard} == {"sandan.orders"}
    assert {event.type for event in events} == {STAGE_CHANGED.name}
    assert {event.subject for event in events} == {KEY.workflow_id}
    assert [(change.previous, change.change.stage) for change in said] == [
        (None, WAY[0]),
        *pairwise(WAY[:4]),
    ]
    assert [event.time for event in events] == [change.change.at for change in said]
    assert len({event.id for event in events}) == 4


def test_told_again_it_is_the_same_and_so_are_the_events(heard: list[dict[str, Any]]) -> None:
    """A call that was cut off comes again: nothing is doubled, and subscribers know the events by their ids."""
    assert record(told(3)) == record(told(3))
    assert on_record().history == told(3).history
    assert heard[:3] == heard[3:]


def test_a_call_that_comes_late_changes_nothing() -> None:
    record(told(4, findings=[]))
    before = on_record()
    assert record(told(2)).last == 2
    assert on_record() == before


def test_a_call_that_was_cut_off_and_comes_again_with_more_loses_nothing() -> None:
    """Given a crash after the writing, when the task runs again and has come further, then every stage is on record."""
    record(told(2))
    record(told(4))
    assert on_record().history == told(4).history


def test_a_call_that_comes_again_with_another_course_replaces_the_first() -> None:
    record(told(2))
    matched = [*told(1).history, told(3).history[2].model_copy(update={"number": 2})]
    record(told(2, history=matched))
    assert [change.stage for change in on_record().history] == [Stage.COLLECTING, Stage.MATCHED]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.integers(1, len(WAY)), min_size=1, max_size=6))
def test_in_whatever_order_the_calls_arrive_the_furthest_holds(calls: list[int]) -> None:
    dynamodb().delete_item(TableName=named().orders_table, Key={"pk": {"S": KEY.workflow_id}})
    for stages in calls:
        record(told(stages))
    assert on_record().history == told(max(calls)).history
    assert on_record().stage == WAY[max(calls) - 1]


def test_the_record_is_written_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a bus that is away, when an order is recorded, then the call fails and its repetition tells."""

    def away(*_: Any) -> None:
        raise bus.BusError("away")

    monkeypatch.setattr(handler, "put_events", away)
    with pytest.raises(bus.BusError):
        record(told(2))
    assert on_record().stage == Stage.MISMATCHED


BENT: list[Callable[[], dict[str, Any]]] = [
    lambda: {"payment": builders.payment(payer_name="另一人", payer_id_number=builders.OTHER_BUYER_ID)},
    lambda: {
        "waybill": builders.waybill(
            consignee="另一人", consignee_address="北京市测试街2号", consignee_telephone="00000000002"
        )
    },
    lambda: {"declaration_list": builders.declaration_list(buyer_name="另一人", buyer_telephone="00000000009")},
    lambda: {"order": builders.order(buyer_id_number=builders.INVALID_ID)},
]


@pytest.mark.parametrize("bend", BENT)
def test_no_personal_value_of_the_order_is_kept_or_published(
    bend: Callable[[], dict[str, Any]], heard: list[dict[str, Any]]
) -> None:
    """Given documents that differ in who the buyer is, when the mismatch is told, then nobody is named anywhere."""
    given = match_request(**bend())
    state = state_of(given)
    info = f"[Code:13127;Desc:buyerName:{builders.BUYER_NAME} {builders.TELEPHONE}]"
    reason = Text(zh=f"海关：{info}", en=f"Customs: {info}")
    history = [change.model_copy(update={"reason": reason}) for change in told(2).history]
    findings = match(given).findings
    assert findings
    record(told(2, history=history, findings=findings, personal=state.personal))
    item = json.dumps(dynamodb().scan(TableName=named().orders_table)["Items"], ensure_ascii=False)
    published = json.dumps(heard, ensure_ascii=False)
    assert not [value for value in state.personal if value in item]
    assert not [value for value in state.personal if value in published]
    assert len(on_record().findings) == len(findings)
    assert on_record().history[1].reason.zh == "海关：[Code:13127;Desc:buyerName:测*** 00***01]"


def state_of(given: Any) -> OrderState:
    """The state of an order with these documents."""
    state = OrderState(key=KEY)
    models = (given.order, given.payment, given.waybill, given.declaration_list)
    kinds = (DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST)
    for kind, model in zip(kinds, models, strict=True):
        document = InboundDocument(
            document_id=kind,
            kind=kind,
            content=model.model_dump(mode="json"),
            content_hash=content_hash(model),
            sender="test",
            received_at=NOW,
        )
        state.absorb(document, NOW)
    assert {builders.BUYER_NAME, builders.TELEPHONE, builders.ADDRESS} <= set(state.personal)
    return state
