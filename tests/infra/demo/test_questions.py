"""Customs' questions, as they are followed: what is away is asked again, and no waiting is without an end."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from temporalio.service import RPCError, RPCStatusCode

from events.payment_data_life import PaymentDataSnapshot, PaymentDataStage, SessionKey
from events.values import CHINA, OrderKey
from infra.demo.hands import PlayError
from infra.demo.questions import Questions
from tests.infra.demo.stage import stagehands

KEY = SessionKey(session_id="SD7d1b3f6a5c0e4b7c9a2f8e6d1c40-OK", order_no="LYG-1")
NOT_YET = RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")
NO_WORKER = RPCError("no poller", RPCStatusCode.FAILED_PRECONDITION, b"")
SNAPSHOT = PaymentDataSnapshot(
    key=KEY,
    ebp_code=None,
    stage=PaymentDataStage.WAITING,
    history=[],
    orders=[],
    wanted=[KEY.order_no],
    needs_human=None,
    due_by=datetime(2026, 12, 1, tzinfo=CHINA),
)
REFUSED = RPCError("not allowed", RPCStatusCode.PERMISSION_DENIED, b"")


class Answer:
    """The workflow of a question: raises one after the other what it is told, then says where it stands."""

    id = KEY.workflow_id

    def __init__(self, *faults: RPCError) -> None:
        self._faults = list(faults)

    def get_workflow_handle_for(self, *_: object) -> "Answer":
        """Itself."""
        return self

    async def query(self, _: object) -> PaymentDataSnapshot:
        """Where it stands."""
        if self._faults:
            raise self._faults.pop(0)
        return SNAPSHOT


def questions(*faults: RPCError, patience: float = 5) -> Questions:
    """Of a stack whose only question is answered by that workflow."""
    return Questions(stagehands(temporal=Answer(*faults), patience=patience))


def waiting(state: PaymentDataSnapshot) -> bool:
    """Whether it waits for the data."""
    return state.stage is PaymentDataStage.WAITING


async def test_a_question_on_its_way_and_a_worker_that_is_away_are_waited_for() -> None:
    assert waiting(await questions(NOT_YET, NO_WORKER, NOT_YET).until(KEY, waiting))


async def test_another_fault_is_told_at_once() -> None:
    with pytest.raises(RPCError, match="not allowed"):
        await questions(REFUSED).until(KEY, waiting)


async def test_what_does_not_come_about_is_told_with_where_it_stands() -> None:
    with pytest.raises(PlayError, match=r"SD7d1b3f6a5c0e4b7c9a2f8e6d1c40-OK/LYG-1 stands at .*waiting"):
        await questions(patience=0.1).until(KEY, lambda state: not waiting(state))


async def test_an_order_that_customs_does_not_ask_for_is_named() -> None:
    """Given a sandbox that has asked for nothing, then the order is named when patience ends."""

    async def nothing(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=list[Any]())

    async with httpx.AsyncClient(transport=httpx.MockTransport(nothing), base_url="http://sandbox") as sandbox:
        of_nobody = Questions(stagehands(sandbox=sandbox))
        with pytest.raises(PlayError, match="customs has not asked for 3207SDPT01/LYG-1"):
            await of_nobody.asked(OrderKey(ebp_code="3207SDPT01", order_no="LYG-1"))
