"""The life of a return of a retail import, from the application to the money back (公告2020-45)."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.documents import InboundDocument
    from events.life import DOCUMENTS_SIGNAL, Documents, Resolution, ResolveRequest
    from events.return_life import IMPORT_RETURN_WORKFLOW, ReturnAnswer, ReturnResult, ReturnSnapshot
    from functions.dispatch import search_attributes as attributes
    from workflows import return_texts as texts
    from workflows.return_money import REFUND_REFUSED
    from workflows.return_state import ReturnStart, ReturnState
    from workflows.return_steps import SILENT, ReturnSteps

CAN_BE_SENT_AGAIN = frozenset({SILENT, REFUND_REFUSED})


@workflow.defn(name=IMPORT_RETURN_WORKFLOW)
class ImportReturnWorkflow:
    """One return is one workflow, started by its order, which hands on what customs and the site say of it.

    Like the order's it is a loop: take in what has come, do what follows from it, tell the world, wait.
    """

    @workflow.init
    def __init__(self, start: ReturnStart) -> None:
        self._inbox: list[InboundDocument] = []
        self._state = ReturnState(start=start)
        self._steps = ReturnSteps(self._state)
        self._woken = False
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._shown = False

    @workflow.run
    async def run(self, start: ReturnStart) -> ReturnResult:
        """Live until the end; answers what came back for good and what the buyer got."""
        while True:
            self._woken = False
            for document in self._inbox:
                self._state.absorb(document)
            self._inbox.clear()
            await self._steps.proceed()
            self._show()
            await self._steps.tell()
            if self._state.stage.is_final:
                break
            await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._state.result()

    @workflow.signal(name=DOCUMENTS_SIGNAL)
    def documents(self, message: Documents) -> None:
        """What customs says of the application, and the site of the goods."""
        self._inbox.extend(message.documents)

    @workflow.query
    def state(self) -> ReturnSnapshot:
        """Where the return stands; no document, no personal data."""
        return self._state.snapshot()

    @workflow.update
    async def resolve(self, request: ResolveRequest) -> ReturnAnswer:
        """Take a person's decision in the case that the return waits with."""
        text = texts.decided(request.who, request.resolution, request.why)
        self._state.enter(self._state.stage, text, workflow.now())
        self._state.decision = request
        self._woken = True
        return ReturnAnswer(stage=self._state.stage, text=text)

    @resolve.validator
    def _resolve_validator(self, request: ResolveRequest) -> None:
        if self._state.needs_human != request.case:
            raise ValueError(f"case is {request.case!r}, but the return waits with {self._state.needs_human!r}")
        if self._state.decided is not None:
            raise ValueError(f"{request.case}: a decision is being carried out already")
        if request.resolution is Resolution.RESEND and request.case not in CAN_BE_SENT_AGAIN:
            again = ", ".join(sorted(CAN_BE_SENT_AGAIN))
            raise ValueError(f"resend is for {again}; in the case {request.case} are: continue, close")

    async def _wait(self) -> None:
        deadline = self._state.deadline
        if deadline != self._alarm_at:
            if self._alarm:
                self._alarm.cancel()
            self._alarm_at, self._alarm = deadline, None
            if deadline:
                pause = max(deadline - workflow.now(), timedelta(0))
                self._alarm = asyncio.create_task(workflow.sleep(pause, summary=f"{self._state.stage}"))
        await workflow.wait_condition(self._is_awake)
        if self._rang:
            self._alarm = None

    @property
    def _rang(self) -> bool:
        return self._alarm is not None and self._alarm.done()

    def _is_awake(self) -> bool:
        return bool(self._inbox) or self._woken or self._rang or self._steps.has_answer

    def _show(self) -> None:
        """Words for the operator, without personal data, and whether a person is needed."""
        state = self._state
        lines = [f"**{state.stage}**"]
        if state.deadline:
            lines.append(f"\nNext deadline: {state.deadline:%Y-%m-%d %H:%M:%S %Z}")
        if state.needs_human:
            lines.append(f"\nWaits for a person: **{state.needs_human}** (`sandan return resolve`)")
        workflow.set_current_details("\n".join(lines))
        needed = state.needs_human is not None
        if needed != self._shown:
            self._shown = needed
            workflow.upsert_search_attributes([attributes.NEEDS_HUMAN.value_set(needed)])
