"""Cancelling, before customs has the list and after."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest

from events.documents import DocumentKind
from events.life import CancelRequest, OrderSnapshot, Stage
from functions.declaration.models import ComposeCancellationRequest
from functions.declaration.rules import compose_cancellation
from tests.workflows.life import INVT_NO, LIMITS, PRE_NO, Life
from workflows.import_order import ImportOrderWorkflow


def _was_sent(life: Life, times: int, _: OrderSnapshot) -> bool:
    return len(life.customs.cancellations) == times


async def test_cancel_before_declaration(life: Life) -> None:
    documents = life.documents()
    await life.send(life.accepted(DocumentKind.ORDER, documents[DocumentKind.ORDER]))
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    assert (await life.result()).stage is Stage.CANCELLED
    assert life.customs.cancellations == []


async def test_cancel_before_release_asks_customs(life: Life) -> None:
    # 623 → 624 (399 = cancelled), rulebook 2.11
    await life.send_all()
    await life.until_sent(1)
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    # The list number comes with the first receipt; until then nothing can be cancelled
    await life.customs_says("2", "3", "120")
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    assert life.customs.cancellations[0].cancellation.invt_no == INVT_NO
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED


async def test_refused_cancellation_changes_nothing(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("100")
    state = await life.until_true(lambda state: bool(state.findings), "the refusal")
    assert state.stage is Stage.DECLARED
    await life.customs_says("800")
    await life.until(Stage.RELEASED)


async def test_a_cancellation_that_customs_could_not_take_is_sent_again(life: Life) -> None:
    # -623027 is a system error of theirs: the class is retry
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("-623027")
    await life.until_true(lambda _: len(life.customs.cancellations) == 2, "the cancellation again")
    first, again = life.customs.cancellations
    assert first == again
    # One that says that customs has it already changes nothing
    await life.customs_says_of_cancellation("-623009")
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED
    assert len(life.customs.cancellations) == 2


async def test_a_cancellation_that_customs_can_never_take_is_given_up(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    for sent in range(1, LIMITS.resends + 2):
        await life.until_true(partial(_was_sent, life, sent), f"sending {sent}")
        await life.customs_says_of_cancellation("-623027")
    state = await life.until_true(lambda state: bool(state.findings), "the refusal")
    assert state.findings[0].code == "-623027"
    assert state.stage is Stage.DECLARED


async def test_cancellation_document_of_the_declarant(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    declared = life.customs.submissions[0].declaration_list
    request = ComposeCancellationRequest(
        key=life.key,
        number=1,
        on=datetime.now(UTC),
        declaration_list=declared,
        invt_no=INVT_NO,
        pre_no=PRE_NO,
        reason="订购人取消",
    )
    await life.send(life.accepted(DocumentKind.CANCELLATION, compose_cancellation(request)))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED


async def test_a_refused_cancellation_can_be_asked_for_again(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    ask = CancelRequest(who="op-1", why="订购人取消")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, ask)
    await life.until_true(lambda _: len(life.customs.cancellations) == 1, "the cancellation")
    await life.customs_says_of_cancellation("100")
    await life.until_true(lambda state: bool(state.findings), "the refusal")
    await life.handle.execute_update(ImportOrderWorkflow.cancel, ask)
    await life.until_true(lambda _: len(life.customs.cancellations) == 2, "the second cancellation")
    # Then customs sees another message, not a repetition of the first
    first, second = life.customs.cancellations
    assert (first.number, second.number) == (1, 2)
    assert first.cancellation.guid != second.cancellation.guid
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED


@pytest.mark.parametrize("decision", ["100", "800"])
async def test_the_endpoint_answers_after_customs_has_decided(life: Life, decision: str) -> None:
    """Refused, or released: the answer that comes then is read all the same, and the order lives on."""
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    life.customs.open.clear()
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    if decision == "800":
        await life.customs_says("800")
        await life.until(Stage.RELEASED)
    else:
        await life.customs_says_of_cancellation("100")
        await life.until_true(lambda state: bool(state.findings), "the refusal")
    life.customs.open.set()
    await asyncio.sleep(0.5)
    before = (await life.handle.describe()).history_length
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await life.deliver()
    await life.until(Stage.DELIVERED)
    assert (await life.handle.describe()).history_length < before + 40
