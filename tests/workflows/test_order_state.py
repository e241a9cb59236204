"""What an order becomes depends on which documents came, not on when or how often; and it forgets no person's name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument, content_hash
from events.life import Stage
from events.values import OrderKey, Text
from tests import builders
from tests.functions.intake import samples
from workflows.customs_status import ListVersion
from workflows.order_state import AT_CUSTOMS, BEFORE_CUSTOMS, CHANGEABLE, OrderState

NOW = datetime(2026, 1, 5, tzinfo=UTC)
KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
CONTENTS: dict[DocumentKind, list[CebModel]] = {
    DocumentKind.ORDER: [builders.order(note=note) for note in "abc"],
    DocumentKind.PAYMENT: [builders.payment(note=note) for note in "abc"],
    DocumentKind.WAYBILL: [builders.waybill(note=note) for note in "abc"],
    DocumentKind.DECLARATION_LIST: [builders.declaration_list(note=note) for note in "abc"],
    DocumentKind.DECLARATION_REQUEST: [samples.list_request(traf_no=note) for note in "abc"],
    DocumentKind.LIST_RECEIPT: [samples.list_receipt(return_status=status) for status in ("120", "800", "600")],
    DocumentKind.CANCELLATION_RECEIPT: [samples.cancellation_receipt(return_status=status) for status in ("2", "399")],
    DocumentKind.ORDER_RECEIPT: [samples.order_receipt(), samples.order_receipt(return_status="2")],
    DocumentKind.FORMAT_ERROR: [samples.format_error("a"), samples.format_error("b")],
}
STAGES = sorted(BEFORE_CUSTOMS | AT_CUSTOMS)


def inbound(model: CebModel, second: int = 0, document_id: str = "d") -> InboundDocument:
    """A document that was accepted so many seconds after the first."""
    return InboundDocument(
        document_id=document_id,
        kind=samples.kind_of(model),
        content=model.model_dump(mode="json"),
        content_hash=content_hash(model),
        sender="test",
        received_at=NOW + timedelta(seconds=second),
    )


@st.composite
def documents(draw: st.DrawFn) -> list[InboundDocument]:
    """Documents of one order: several contents of some kinds, some of them accepted in the same moment."""
    kinds = draw(st.lists(st.sampled_from(sorted(CONTENTS)), min_size=1, max_size=10))
    return [
        inbound(draw(st.sampled_from(CONTENTS[kind])), draw(st.integers(0, 2)), f"d-{n}")
        for n, kind in enumerate(kinds)
    ]


def state(*arrivals: InboundDocument, stage: Stage = Stage.COLLECTING) -> OrderState:
    """The order after these arrivals; it has one list version at customs."""
    version = ListVersion(number=1, guid=builders.GUID.format(622), sends={}, app_type="1")
    made = OrderState(key=KEY, stage=stage, versions=[version])
    for document in arrivals:
        made.absorb(document, NOW)
    return made


def what_it_knows(order: OrderState) -> Any:
    """All that an order decides from."""
    (version,) = order.versions
    return (
        {kind: (document.content_hash, document.received_at) for kind, document in order.documents.items()},
        order.to_match,
        version.status,
        sorted(receipt.model_dump_json() for receipt in version.receipts),
        sorted(receipt.model_dump_json() for receipt in order.cancellation_receipts),
        order.missing,
        order.mode,
    )


@settings(max_examples=80, deadline=None)
@given(arrivals=documents(), stage=st.sampled_from(STAGES), data=st.data())
def test_order_and_repetition_of_documents_decide_nothing(
    arrivals: list[InboundDocument], stage: Stage, data: st.DataObject
) -> None:
    """Given the same documents in another order, some repeated, when they have come, then the order knows the same."""
    repeated = arrivals + data.draw(st.lists(st.sampled_from(arrivals), max_size=6))
    shuffled = data.draw(st.permutations(repeated))
    assert what_it_knows(state(*shuffled, stage=stage)) == what_it_knows(state(*arrivals, stage=stage))


@settings(max_examples=60, deadline=None)
@given(arrivals=documents())
def test_a_repetition_is_no_news(arrivals: list[InboundDocument]) -> None:
    """Given an order, when a document that it has comes again, then nothing changes, not even its dossier."""
    made = state(*arrivals)
    before = made.model_copy(deep=True)
    again = [document.model_copy(update={"document_id": "again"}) for document in arrivals]
    assert not any(made.absorb(document, NOW + timedelta(days=1)) for document in again)
    assert made == before


@given(arrivals=documents())
def test_of_two_contents_the_one_accepted_later_counts(arrivals: list[InboundDocument]) -> None:
    made = state(*arrivals)
    for kind in CHANGEABLE:
        ages = [document.received_at for document in arrivals if document.kind is kind]
        assert (kind in made.documents) == bool(ages)
        if ages:
            assert made.documents[kind].received_at == max(ages)


@pytest.mark.parametrize("stage", sorted(AT_CUSTOMS))
def test_what_comes_for_a_declared_list_is_kept_but_changes_nothing(stage: Stage) -> None:
    """M11: a document that a declared list used does not change; the dossier has what came all the same."""
    made = state(stage=stage)
    assert made.absorb(inbound(builders.order()), NOW)
    assert (made.documents, made.to_match) == ({}, False)
    assert [entry.kind for entry in made.entries] == ["order"]


def test_the_first_delivery_counts() -> None:
    made = state()
    assert made.absorb(inbound(samples.waybill_status(logistics_time="20260107120000")), NOW)
    delivered = made.delivered_at
    assert delivered == datetime(2026, 1, 7, 4, tzinfo=UTC)
    assert not made.absorb(inbound(samples.waybill_status(logistics_time="20260108120000")), NOW)
    assert made.delivered_at == delivered


def test_missing_documents_are_named_and_a_request_stands_for_the_list() -> None:
    assert state().missing == ["order", "payment", "waybill", "list"]
    assert state(inbound(samples.list_request())).missing == ["order", "payment", "waybill"]
    assert state(*(inbound(CONTENTS[kind][0]) for kind in CHANGEABLE)).missing == []


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_the_mode_is_that_of_the_list_or_of_the_request_for_one(mode: str) -> None:
    assert state().mode is None
    assert state(inbound(builders.declaration_list(mode))).mode == mode
    assert state(inbound(samples.list_request(trade_mode=mode))).mode == mode
    assert (
        state(inbound(samples.list_request(trade_mode="xxxx")), inbound(builders.declaration_list(mode))).mode == mode
    )


def test_no_person_is_forgotten_when_a_document_is_corrected() -> None:
    """Given a name that a correction removed, when the history is told again, then that name must still be masked."""
    wrong = builders.payment(payer_name="测试另一人", payer_id_number=builders.OTHER_BUYER_ID)
    made = state(inbound(builders.order()), inbound(wrong), inbound(builders.payment(), 1))
    assert made.payment == builders.payment()
    assert {"测试另一人", builders.OTHER_BUYER_ID, builders.BUYER_NAME, builders.BUYER_ID} <= set(made.personal)
    assert {builders.TELEPHONE, builders.ADDRESS} <= set(made.personal)
    assert builders.ORDER_NO not in made.personal


def test_the_snapshot_holds_no_person() -> None:
    models = [CONTENTS[kind][0] for kind in CHANGEABLE]
    made = state(*(inbound(model) for model in models))
    made.enter(Stage.MATCHED, Text(zh="一致", en="matched"), NOW)
    told = made.snapshot().model_dump_json()
    assert not [person for person in made.personal if person in told]
    assert made.snapshot().documents == {samples.kind_of(model).value: content_hash(model) for model in models}


def test_stages_are_numbered_and_carry_what_customs_said() -> None:
    made = state(inbound(samples.list_receipt(return_status="500")), stage=Stage.DECLARED)
    made.enter(Stage.INSPECTING, Text(zh="查验", en="inspection"), NOW)
    made.enter(Stage.INSPECTING, Text(zh="仍在", en="still"), NOW)
    assert [(change.number, change.stage, change.customs_status) for change in made.changes] == [
        (1, Stage.INSPECTING, "500"),
        (2, Stage.INSPECTING, "500"),
    ]
    assert [entry.kind for entry in made.entries] == ["list-receipt", "decision", "decision"]
