"""What a new run of an order takes over is what the one before knew, and is said once."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.api.enums.v1 import EventType

from events.documents import DocumentKind, InboundDocument
from events.life import ImportOrderStart, Stage
from events.values import CHINA, Text
from functions.ledger.models import Standing
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest
from infra.replay.checking import check
from infra.replay.files import SUFFIX, load, recorded
from tests import builders
from tests.functions.intake import samples
from tests.workflows.test_order_state import KEY, NOW, inbound
from workflows import texts
from workflows.carrying import carried, taken_over
from workflows.customs_status import ListVersion
from workflows.declaring import hashes_of, used_documents
from workflows.import_order import ImportOrderWorkflow
from workflows.order_state import OrderState

HISTORIES = Path(__file__).parents[1] / "replay" / "histories"
FOLDERS = ("orders", "orders-that-do-not-rest", "orders-that-call-one-by-one")
LIVES = [path for folder in FOLDERS for path in recorded(HISTORIES / folder) if not path.name.startswith("return-")]
MODELS = [
    *(builders.order(note=note) for note in "ab"),
    *(builders.payment(note=note) for note in "ab"),
    *(builders.waybill(note=note) for note in "ab"),
    *(builders.declaration_list(note=note) for note in "ab"),
    samples.list_request(),
    *(samples.list_receipt(return_status=status) for status in ("120", "800", "600")),
    *(samples.tax_bill(tax_no=number) for number in ("T1", "T2")),
    samples.tax_bill_status(tax_no="T1"),
    samples.waybill_status(),
]
WHY = Text(zh="因", en="why")


def passed_on(state: OrderState) -> OrderState:
    """The state as a new run has it, by way of JSON."""
    return taken_over(json.loads(json.dumps(carried(state))))


def _declare(state: OrderState) -> None:
    if state.missing:
        return
    state.declaration_list = state.declared_by_agent or builders.declaration_list()
    state.frozen, state.sent = used_documents(state), hashes_of(state)
    guid = state.declaration_list.head.guid
    state.versions.append(ListVersion(number=len(state.versions) + 1, guid=guid, sends={}, app_type="1"))
    state.enter(Stage.DECLARED, WHY, NOW)


def _assess(state: OrderState) -> None:
    declared = state.declared_by_agent or builders.declaration_list()
    state.assessment = assess(AssessListRequest(on=NOW.astimezone(CHINA).date(), declaration_list=declared))
    state.note(NOW, "assessment", state.assessment.model_dump(mode="json"))


def _assess_unseen(state: OrderState) -> None:
    declared = state.declared_by_agent or builders.declaration_list()
    state.assessment = assess(AssessListRequest(on=NOW.astimezone(CHINA).date(), declaration_list=declared))


def _record_bill(state: OrderState) -> None:
    state.recorded_bill, state.standing = state.bill, Standing.HELD


def _thaw(state: OrderState) -> None:
    state.frozen, state.ahead = [], {}
    state.enter(Stage.REJECTED, WHY, NOW)


STEPS: list[Callable[[OrderState], None]] = [
    _declare,
    _assess,
    _assess_unseen,
    _record_bill,
    _thaw,
    lambda state: state.enter(Stage.COLLECTING, WHY, NOW),
    lambda state: state.note(NOW, "decision", asdict(texts.TOO_LATE_TO_CANCEL)),
    lambda state: state.catch_up(),
]


@st.composite
def lives(draw: st.DrawFn) -> OrderState:
    """An order after documents and steps in any order, also such as never follow each other."""
    state = OrderState(key=KEY)
    for number in range(draw(st.integers(0, 25))):
        if draw(st.booleans()):
            second, name = draw(st.integers(0, 3)), f"d-{number}"
            state.absorb(inbound(draw(st.sampled_from(MODELS)), second, name), NOW + timedelta(seconds=number))
        else:
            draw(st.sampled_from(STEPS))(state)
    return state


@settings(max_examples=150, deadline=None)
@given(state=lives())
def test_a_new_run_knows_what_the_one_before_knew(state: OrderState) -> None:
    before = state.model_copy(deep=True)
    assert passed_on(state) == before == state
    assert passed_on(passed_on(state)) == before


@given(state=lives())
def test_what_was_carried_whole_is_read(state: OrderState) -> None:
    """Orders that were handed over before anything was left out."""
    assert taken_over(state.model_dump(mode="json", exclude_defaults=True)) == state


def declared() -> OrderState:
    """An order whose list is at customs."""
    state = OrderState(key=KEY)
    for model in (builders.order(), builders.payment(), builders.waybill(), builders.declaration_list()):
        state.absorb(inbound(model), NOW)
    _assess(state)
    _declare(state)
    return state


def test_a_document_a_change_and_what_follows_from_them_is_said_once() -> None:
    told = carried(declared())
    assert told["reckoned"] == ["changes", "declaration_list", "frozen", "sent", "assessment"]
    assert not {*told["reckoned"]} & told.keys()
    text = json.dumps(told)
    for said in (builders.GUID.format(311), builders.GUID.format(511), "why", "content_hash"):
        assert text.count(said) <= 1, said


@pytest.mark.parametrize("changed", ["content", "content_hash"])
def test_a_document_that_is_not_as_reckoned_is_carried_whole(changed: str) -> None:
    """Given one of which another version of the product said something else, it's what that version said."""
    state = declared()
    order = state.documents[DocumentKind.ORDER]
    other: dict[str, Any] = {"content": builders.order(note="c").model_dump(mode="json"), "content_hash": "0" * 64}
    state.documents[DocumentKind.ORDER] = order.model_copy(update={changed: other[changed]})
    assert carried(state)["documents"]["order"].keys() == InboundDocument.model_fields.keys()
    assert passed_on(state) == state


@pytest.mark.parametrize("path", LIVES, ids=lambda path: f"{path.parent.name}-{path.name.removesuffix(SUFFIX)}")
async def test_every_recorded_life_could_go_on_in_a_new_run_wherever_it_waits(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: Counter[str] = Counter()
    wait = ImportOrderWorkflow._wait

    async def looked_at(order: ImportOrderWorkflow) -> None:
        state = order._state
        assert passed_on(state) == state
        waits[state.stage] += 1
        await wait(order)

    monkeypatch.setattr(ImportOrderWorkflow, "_wait", looked_at)
    await check(path)
    assert waits


@pytest.mark.parametrize("path", [path for path in LIVES if path.name.endswith(f".2{SUFFIX}")], ids=lambda path: path)
def test_what_recorded_lives_have_carried_is_read(path: Path) -> None:
    (event, *_) = load(path).events
    assert event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    payload = event.workflow_execution_started_event_attributes.input.payloads[0]
    start = ImportOrderStart.model_validate_json(payload.data)
    assert start.carried
    state = taken_over(start.carried)
    assert state.changes
    assert passed_on(state) == state
    assert ("content" in start.carried["documents"]["order"]) == (path.parent.name == "orders-that-call-one-by-one")
