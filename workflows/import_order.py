"""The life of an import order (9610, 1210), from its first document to closed."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from events.documents import DocumentKind, InboundDocument
    from events.life import (
        DOCUMENTS_SIGNAL,
        IMPORT_ORDER_WORKFLOW,
        CancelRequest,
        CorrectRequest,
        Documents,
        ImportOrderResult,
        ImportOrderStart,
        OrderSnapshot,
        Resolution,
        ResolveRequest,
        Stage,
        UpdateAnswer,
    )
    from events.return_life import EXCHANGE_SIGNAL, ExchangeNote, ReturnAsked, ReturnRequest, return_workflow_id
    from functions.dossier.models import ArchiveRequest
    from functions.intake import handler as intake
    from workflows import texts
    from workflows.calls import call
    from workflows.carrying import carried, taken_over
    from workflows.cases import CancellationCase
    from workflows.corrections import corrected_documents
    from workflows.order_state import AT_CUSTOMS, BEFORE_CUSTOMS, OrderState
    from workflows.order_steps import OrderSteps

_AFTER_NEWS = "updates-after-news"


@workflow.defn(name=IMPORT_ORDER_WORKFLOW)
class ImportOrderWorkflow:
    """One order is one workflow. Documents come with its start, then as signals: in any order, repeated, late.

    The run is a loop: take in what has come, do what follows from it, tell the world, wait for the next document,
    the next answer or the next deadline.
    """

    @workflow.init
    def __init__(self, start: ImportOrderStart) -> None:
        self._start = start
        self._inbox: list[InboundDocument] = [*start.documents]
        state = taken_over(start.carried) if start.carried else OrderState(key=start.key)
        self._state = state
        self._steps = OrderSteps(state, start.limits, together=start.calls_together)
        self._woken = False
        self._waits = self._has_waited = self._has_ended = False
        self._first_alarm = workflow.now() + (timedelta(0) if start.carried else start.limits.silence)
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = self._first_alarm

    @workflow.run
    async def run(self, start: ImportOrderStart) -> ImportOrderResult:
        """Live until the end; answers where the dossier lies."""
        if not self._state.changes:
            self._state.open(start)
        self._steps.show()
        while True:
            await self._take_in()
            if self._is_to_continue_as_new:
                going_on = {"carried": carried(self._state), "documents": []}
                workflow.continue_as_new(self._start.model_copy(update=going_on))
            await self._steps.proceed(lasts=self._rang)
            if self._state.stage.is_final:
                break
            await self._steps.tell(lasts=self._rang)
            await self._wait()
        return await self._end()

    @workflow.signal(name=DOCUMENTS_SIGNAL)
    def documents(self, message: Documents) -> None:
        """Documents that the door accepted, and answers of customs."""
        self._inbox.extend(message.documents)

    @workflow.signal(name=EXCHANGE_SIGNAL)
    def exchange(self, note: ExchangeNote) -> None:
        """This order replaces goods that come back to another one."""
        self._state.replaces(note, workflow.now())
        self._woken = True

    @workflow.query
    def state(self) -> OrderSnapshot:
        """Where the order stands; no document, no personal data."""
        return self._state.snapshot()

    @workflow.update
    async def correct(self, request: CorrectRequest) -> UpdateAnswer:
        """Put values into fields of documents, through the same door as everybody's documents."""
        await self._after_news(partial(self._check_correction, request))
        for accept in corrected_documents(self._state, request, workflow.now(), str(workflow.uuid4())):
            accepted = await call(intake.accept, accept, f"corrected {accept.kind}")
            if accepted.document is None:
                answer = accepted.answer
                raise ApplicationError(f"{answer.status}: {answer.info.en}", type=answer.status, non_retryable=True)
            self._inbox.append(accepted.document)
        self._note("correct", request.who, request.why)
        return UpdateAnswer(stage=self._state.stage, text=texts.CORRECTION_TAKEN)

    @correct.validator
    def _correct_validator(self, request: CorrectRequest) -> None:
        self._at_rest(partial(self._check_correction, request))

    def _check_correction(self, request: CorrectRequest) -> None:
        if self._state.stage not in BEFORE_CUSTOMS:
            raise ValueError(
                f"stage is {self._state.stage}: documents of a declared list cannot change; cancel it first"
            )
        corrected_documents(self._state, request, workflow.now(), "")

    @workflow.update
    async def cancel(self, request: CancelRequest) -> UpdateAnswer:
        """End the order before its release; a declared list is cancelled at customs first."""
        await self._after_news(self._check_cancellation)
        self._note("cancel", request.who, request.why)
        self._state.cancellation = CancellationCase(who=request.who, why=request.why)
        self._woken = True
        return UpdateAnswer(stage=self._state.stage, text=texts.CANCELLATION_TAKEN)

    @cancel.validator
    def _cancel_validator(self, request: CancelRequest) -> None:
        self._at_rest(self._check_cancellation)

    def _check_cancellation(self) -> None:
        if self._state.stage not in BEFORE_CUSTOMS | AT_CUSTOMS:
            raise ValueError(f"stage is {self._state.stage}: only an order that is not released can be cancelled")
        if self._state.cancellation:
            raise ValueError("a cancellation is under way already")

    @workflow.update
    async def request_return(self, request: ReturnRequest) -> ReturnAsked:
        """Goods of the released order come back, wholly or in part (公告2020-45)."""
        await self._after_news(partial(self._steps.returning.check, request))
        self._note("request_return", request.who, request.why)
        case = self._steps.returning.ask(request)
        self._woken = True
        await workflow.wait_condition(lambda: self._steps.returning.is_running or case.result is not None)
        workflow_id = return_workflow_id(self._state.key, case.number)
        return ReturnAsked(number=case.number, return_no=case.return_no, workflow_id=workflow_id)

    @request_return.validator
    def _request_return_validator(self, request: ReturnRequest) -> None:
        self._at_rest(partial(self._steps.returning.check, request))

    @workflow.update
    async def resolve(self, request: ResolveRequest) -> UpdateAnswer:
        """Take a person's decision in the case that the order waits with."""
        await self._after_news(partial(self._check_decision, request))
        self._note("resolve", request.who, request.why)
        self._steps.resolve(request)
        self._woken = True
        return UpdateAnswer(stage=self._state.stage, text=self._state.changes[-1].reason)

    @resolve.validator
    def _resolve_validator(self, request: ResolveRequest) -> None:
        self._at_rest(partial(self._check_decision, request))

    def _check_decision(self, request: ResolveRequest) -> None:
        if self._state.needs_human != request.case:
            raise ValueError(
                f"case is {request.case!r}, but the order waits with {self._state.needs_human or 'no case'}"
            )
        version = self._state.version
        silent = self._state.stage in AT_CUSTOMS and version is not None and not version.is_answered
        if request.resolution is Resolution.CLOSE and self._steps.returning.is_open:
            raise ValueError("a return of this order is under way: resolve that first (sandan return resolve)")
        if request.resolution is Resolution.RESEND and not silent:
            raise ValueError("resend is for a list that customs has not answered; here are: continue, close")

    @property
    def _is_at_rest(self) -> bool:
        """Whether all that has come is taken in, and done and told is what follows from it."""
        return self._has_ended or (self._waits and not self._is_awake())

    def _at_rest(self, check: Callable[[], None]) -> None:
        """Check an update at once, unless there are news: then it is checked after them."""
        if self._is_at_rest:
            check()

    async def _after_news(self, check: Callable[[], None]) -> None:
        """Have an update wait until all news are taken in, then check it.

        Who sends it may know what follows from them: a worker told it, and died before Temporal heard of it. So the
        order stands at an earlier stage than it has said.
        """
        if self._is_at_rest or not workflow.patched(_AFTER_NEWS):
            return
        await workflow.wait_condition(lambda: self._is_at_rest)
        try:
            check()
        except ValueError as error:
            raise ApplicationError(str(error), type=type(error).__name__, non_retryable=True) from None

    def _note(self, what: str, who: str, why: str) -> None:
        self._state.note(workflow.now(), "operator", {"update": what, "who": who, "why": why})

    async def _take_in(self) -> None:
        self._woken = False
        inbox, self._inbox = self._inbox, []
        news = [document for document in inbox if self._state.absorb(document, workflow.now())]
        for document in news:
            if document.kind is DocumentKind.CANCELLATION:
                self._steps.cancellation_came(document)
        await self._steps.returning.hand_on(news)

    async def _wait(self) -> None:
        """Until something comes, an outside call is answered, or the alarm rings."""
        self._set_alarm(self._state.deadline)
        self._waits = True
        self._has_waited = not self._is_awake()
        await workflow.wait_condition(self._is_awake)
        self._waits = False

    @property
    def _rang(self) -> bool:
        return self._alarm is not None and self._alarm.done()

    def _is_awake(self) -> bool:
        return bool(self._inbox) or self._woken or self._rang or self._steps.has_answer

    def _set_alarm(self, deadline: datetime | None) -> None:
        """One timer at a time, and as few as can be: every timer is a billable Action.

        The first one rings soon, whatever the deadline. One that rings before the deadline is left alone: when it
        rings, the deadline of that moment gets its own. So an order whose deadlines come and go in quick succession
        needs one timer.
        """
        if self._rang:
            self._alarm = None
        if deadline is None or (self._alarm and self._alarm_at <= deadline):
            return
        if self._alarm:
            self._alarm.cancel()
        now = workflow.now()
        self._alarm_at = min(deadline, self._first_alarm) if now < self._first_alarm else deadline
        pause = max(self._alarm_at - now, timedelta(0))
        self._alarm = asyncio.create_task(workflow.sleep(pause, summary=self._state.waits_for))

    @property
    def _is_to_continue_as_new(self) -> bool:
        """Whether to go on in a new run, with everything that this one knows.

        Only where a task has woken the order and no local activity has run in it: after one a signal may stand behind
        it in a history that is replayed, and would be lost with the run.
        """
        is_free = not self._inbox and not self._steps.is_calling and workflow.all_handlers_finished()
        return self._has_waited and is_free and (self._rests or workflow.info().is_continue_as_new_suggested())

    @property
    def _rests(self) -> bool:
        """Whether nothing is to come for a month but the tax, or a return: then a short history is to be kept open.

        Temporal Cloud asks for the bytes of open histories by the hour. Once in a life: a second time would cost more
        than it spares.
        """
        state, is_first_run = self._state, self._start.carried is None
        is_delivered = state.stage in {Stage.RELEASED, Stage.DELIVERED} and state.delivered_at is not None
        return self._start.rests and is_first_run and is_delivered and not state.needs_human

    async def _end(self) -> ImportOrderResult:
        if self._alarm:
            self._alarm.cancel()
        self._steps.stop_calling()
        request = ArchiveRequest(key=self._state.key, stage=self._state.stage, entries=self._state.entries)
        archived = await self._steps.tell_end(request)
        self._has_ended = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        return ImportOrderResult(stage=self._state.stage, dossier=archived.location, head=archived.head)
