"""Plays the returns of made-up orders: the buyer's wish, the operator's decisions, the time that passes."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError

from events.life import Resolution, ResolveRequest
from events.return_life import ReturnAsked, ReturnLine, ReturnRequest, ReturnResult, ReturnSnapshot, ReturnStage
from infra.demo.hands import WHO, PlayError, Stagehands
from infra.generate.orders import GeneratedOrder
from infra.generate.scenarios import Scenario
from workflows.import_order import ImportOrderWorkflow
from workflows.import_return import ImportReturnWorkflow

ENDS = {
    Scenario.RETURN: ReturnStage.SETTLED,
    Scenario.RETURN_PART: ReturnStage.SETTLED,
    Scenario.EXCHANGE: ReturnStage.SETTLED,
    Scenario.REFUND_DIES: ReturnStage.SETTLED,
    Scenario.REFUND_REFUSED: ReturnStage.SETTLED,
    Scenario.RETURN_SILENCE: ReturnStage.SETTLED,
    Scenario.RETURN_REFUSED: ReturnStage.REFUSED_BY_CUSTOMS,
    Scenario.RETURN_LATE: ReturnStage.NOT_BACK_IN_TIME,
    Scenario.RETURN_NEVER: ReturnStage.NOT_BACK_IN_TIME,
    Scenario.RETURN_DAMAGED: ReturnStage.NOT_AS_THEY_WERE,
    Scenario.RETURN_QUANTITY: ReturnStage.GIVEN_UP,
    Scenario.RETURN_WRONG_SITE: ReturnStage.GIVEN_UP,
}
"""How the return of each story ends."""
_FOR_A_PERSON = {Scenario.REFUND_REFUSED, Scenario.RETURN_QUANTITY, Scenario.RETURN_WRONG_SITE}
_GOODS_TIME = timedelta(days=46)
_LATER = timedelta(minutes=1)


class ReturnPlay:
    """The return of one delivered order."""

    def __init__(self, hands: Stagehands, order: GeneratedOrder) -> None:
        self._hands = hands
        self._order = order
        self._of_order = hands.temporal.get_workflow_handle_for(ImportOrderWorkflow.run, order.key.workflow_id)

    async def play(self, exchange_for: str | None = None) -> None:
        """From the wish to the end that the story tells. Raises PlayError when it is another one."""
        name = f"return-{self._order.key.order_no}"
        asked = await self._ask(self._request(exchange_for), name, "its answer to the wish for a return")
        handle = self._hands.temporal.get_workflow_handle_for(ImportReturnWorkflow.run, asked.workflow_id)
        if self._order.scenario is Scenario.RETURN_SILENCE:
            if await self._stays(handle, ReturnStage.APPLIED):
                await self._hands.forward(handle, self._hands.limits.silence + _LATER)
        elif self._order.scenario is Scenario.RETURN_NEVER:
            if await self._stays(handle, ReturnStage.ACCEPTED):
                await self._hands.forward(handle, _GOODS_TIME)
        elif self._order.scenario in _FOR_A_PERSON:
            await self._decide(handle)
        result = await self._hands.asked(handle.result, f"{asked.workflow_id}: its end")
        expected = ENDS[self._order.scenario]
        if result.stage is not expected:
            raise PlayError(f"{asked.workflow_id}: expected {expected}, found {result.stage}")

    async def ask_too_late(self) -> None:
        """After the days for returns nobody can ask any more (公告2020-45). Raises PlayError when one can.

        The order's clock stands still until the order has heard of its first return's end; until then it says that.
        """
        attempts = count(1)
        async for _ in self._hands.again():
            name = f"too-late-{next(attempts)}-{self._order.key.order_no}"
            try:
                await self._ask(self._request(None), name, "its refusal of a late return")
            except WorkflowUpdateFailedError as refused:
                if "too late" in str(refused.cause):
                    return
                if "under way" not in str(refused.cause):
                    raise PlayError(f"{self._order.key}: {refused.cause}") from refused
            else:
                raise PlayError(f"{self._order.key}: a return after the last day was taken")
        raise PlayError(f"{self._order.key}: its first return stays under way")

    async def _ask(self, request: ReturnRequest, name: str, what: str) -> ReturnAsked:
        """Ask the order for a return; under one name it is one wish, however often it is told."""
        return await self._hands.asked(
            lambda: self._of_order.execute_update(ImportOrderWorkflow.request_return, request, id=name),
            f"{self._order.key}: {what}",
        )

    async def _state(self, handle: WorkflowHandle[ImportReturnWorkflow, ReturnResult]) -> ReturnSnapshot:
        return await self._hands.asked(lambda: handle.query(ImportReturnWorkflow.state), f"{handle.id}: its state")

    def _request(self, exchange_for: str | None) -> ReturnRequest:
        """One piece of the first line in the story of a part, everything in the others."""
        lines = [ReturnLine(gnum=line.gnum, qty=line.qty) for line in self._order.facts.lines]
        if self._order.scenario is Scenario.RETURN_PART:
            lines = [ReturnLine(gnum=lines[0].gnum, qty=Decimal(1))]
        return ReturnRequest(lines=lines, who=WHO, why="不想要了", exchange_for=exchange_for)

    async def _decide(self, handle: WorkflowHandle[ImportReturnWorkflow, ReturnResult]) -> None:
        async for _ in self._hands.again():
            state = await self._state(handle)
            if state.needs_human:
                request = ResolveRequest(
                    case=state.needs_human, resolution=Resolution.CLOSE, who=WHO, why="与当事人核对后结束"
                )
                await self._hands.asked(
                    partial(handle.execute_update, ImportReturnWorkflow.resolve, request, id=f"close-{handle.id}"),
                    f"{handle.id}: its answer to the operator",
                )
                return
        raise PlayError(f"{handle.id}: nobody was called")

    async def _stays(self, handle: WorkflowHandle[ImportReturnWorkflow, ReturnResult], stage: ReturnStage) -> bool:
        """Wait until it stands still at a stage; False once it is past it: what comes twice is answered."""
        async for _ in self._hands.again():
            state = await self._state(handle)
            description = await self._hands.asked(handle.describe, f"{handle.id}: its description")
            if state.stage is stage and not description.raw_description.pending_activities:
                return True
            if state.stage is not stage and any(change.stage is stage for change in state.history):
                return False
        raise PlayError(f"{handle.id}: waited for {stage}")
