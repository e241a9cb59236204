"""The answer to a question of customs for payment data: gather, sign, upload, and a person in time (公告2018-179)."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from events.payment_data_life import (
        DATA_CAME_SIGNAL,
        PAYMENT_DATA_WORKFLOW,
        PaymentDataResolution,
        PaymentDataResult,
        PaymentDataSnapshot,
        PaymentDataStage,
        PaymentDataStart,
        ResolvePaymentData,
    )
    from events.values import Text
    from functions.dispatch import search_attributes as attributes
    from functions.payment_data import handler as payment_data
    from functions.payment_data.models import (
        Gathered,
        GatherRequest,
        Obstacle,
        Outcome,
        TellRequest,
        Uploaded,
        UploadRequest,
    )
    from workflows import payment_data_state as cases
    from workflows import payment_data_texts as texts
    from workflows.calls import call, call_outside
    from workflows.payment_data_state import PaymentDataState

# Neither of the two changes what anybody searches for.
_PHASE = {PaymentDataStage.UPLOADING: PaymentDataStage.ASKED}


@workflow.defn(name=PAYMENT_DATA_WORKFLOW)
class PaymentDataWorkflow:
    """One question is one workflow. The raw data never pass through it: functions read, sign and send them.

    The run is a loop: do what is possible now, tell the world, wait for data, for customs, for a person, or for the
    next moment.
    """

    @workflow.init
    def __init__(self, start: PaymentDataStart) -> None:
        self._state = PaymentDataState(
            key=start.key, ebp_code=start.ebp_code, asked_at=workflow.now(), limits=start.limits
        )
        self._platform = start.ebp_code
        self._to_gather = True
        self._upload: asyncio.Task[Uploaded] | None = None
        self._upserted: tuple[PaymentDataStage, bool] = (PaymentDataStage.ASKED, False)
        self._wish: list[str] = []

    @workflow.run
    async def run(self, start: PaymentDataStart) -> PaymentDataResult:
        """Until customs has the data, a person ends it, or nobody could answer for long."""
        state = self._state
        state.enter(PaymentDataStage.ASKED, texts.ASKED, workflow.now())
        while True:
            await self._proceed()
            await self._tell()
            if state.stage.is_final and state.told == len(state.changes):
                break
            await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)
        return PaymentDataResult(stage=state.stage, code=state.code)

    @workflow.signal(name=DATA_CAME_SIGNAL)
    def data_came(self) -> None:
        """Data of an order that is waited for are on record now, or corrected ones."""
        self._to_gather = True

    @workflow.query
    def state(self) -> PaymentDataSnapshot:
        """Where the answer stands; no payment data."""
        return self._state.snapshot()

    @workflow.update
    async def resolve(self, request: ResolvePaymentData) -> Text:
        """Take a person's decision in the case that the question waits with."""
        state = self._state
        text = texts.resolved(request.who, request.resolution, request.why)
        state.late_dismissed = state.needs_human == cases.LATE or state.late_dismissed
        state.needs_human = None
        if request.resolution is PaymentDataResolution.CLOSE:
            self._stop_uploading()
            state.enter(PaymentDataStage.CLOSED, text, workflow.now())
            return text
        state.enter(state.stage, text, workflow.now())
        self._platform = request.ebp_code or self._platform
        self._to_gather = True
        return text

    @resolve.validator
    def _resolve_validator(self, request: ResolvePaymentData) -> None:
        if self._state.needs_human != request.case:
            raise ValueError(
                f"case is {request.case!r}, but the question waits with {self._state.needs_human or 'no case'}"
            )

    async def _proceed(self) -> None:
        """Do everything that follows from what is known now."""
        self._read_answer()
        if self._state.stage.is_final:
            return
        if self._to_gather and self._upload is None:
            await self._gather()
        self._meet_moments()

    async def _gather(self) -> None:
        self._to_gather = False
        state = self._state
        state.retry_at = None
        request = GatherRequest(key=state.key, ebp_code=self._platform)
        gathered = await call(payment_data.gather, request, "payment data of the order")
        if state.stage.is_final:  # a person has ended it meanwhile
            return
        state.orders, state.ebp_code = gathered.orders, gathered.ebp_code
        state.wanted = gathered.wanted
        if gathered.obstacle:
            self._hindered(gathered)
        else:
            state.needs_human = state.late_case
            state.failures = 0
            self._start_upload()

    def _hindered(self, gathered: Gathered) -> None:
        """Wait, visible: for data that are missing, or for a person where they contradict each other."""
        state = self._state
        match gathered.obstacle:
            case Obstacle.MISSING:
                text, case = texts.missing(gathered.wanted), None
                self._wish = [number for number in gathered.wanted if number not in state.asked_for]
                state.asked_for += self._wish
            case Obstacle.CONFLICT:
                text, case = texts.conflict(gathered.wanted, gathered.fields), cases.CONFLICT
            case _:
                text, case = texts.AMBIGUOUS, cases.AMBIGUOUS
        state.needs_human = case or state.late_case
        if state.stage is not PaymentDataStage.WAITING or state.changes[-1].reason != text:
            state.enter(PaymentDataStage.WAITING, text, workflow.now())

    def _start_upload(self) -> None:
        state = self._state
        assert state.ebp_code
        state.retry_at = None
        if state.stage is not PaymentDataStage.UPLOADING:
            state.enter(PaymentDataStage.UPLOADING, texts.uploading(len(state.orders)), workflow.now())
        request = UploadRequest(key=state.key, ebp_code=state.ebp_code, refusal_from=state.limits.refusal_from)
        self._upload = call_outside(payment_data.upload, request, f"payment data of {len(state.orders)} orders")

    def _read_answer(self) -> None:
        """The answer of customs: accepted, refused for good, or to be tried again."""
        if self._upload is None or not self._upload.done():
            return
        uploaded, state, now = self._upload.result(), self._state, workflow.now()
        self._upload = None
        state.code = uploaded.code
        if uploaded.outcome is Outcome.ACCEPTED:
            state.needs_human = None
            state.enter(PaymentDataStage.ACCEPTED, texts.accepted(uploaded.code), now)
        elif uploaded.outcome is Outcome.REFUSED:
            state.needs_human = cases.REFUSED
            state.enter(PaymentDataStage.REFUSED, texts.refused(uploaded.code, uploaded.message), now)
        else:
            self._try_again(uploaded)

    def _try_again(self, uploaded: Uploaded) -> None:
        """After a pause; when customs asked for it too often, it rests until a person has looked or data come."""
        state, now = self._state, workflow.now()
        state.failures += 1
        if state.failures < state.limits.attempts:
            state.retry_at = now + state.limits.retry
            return
        state.needs_human = cases.UNACCEPTED
        text = texts.failed(uploaded.code, uploaded.message, state.failures)
        state.enter(PaymentDataStage.UPLOADING, text, now)

    def _meet_moments(self) -> None:
        """What is due by now: the next upload, a word to a person, the end."""
        state, now = self._state, workflow.now()
        if now >= state.expires_at:
            self._stop_uploading()
            state.needs_human = None
            state.enter(PaymentDataStage.EXPIRED, texts.EXPIRED, now)
            return
        if state.retry_at and now >= state.retry_at and self._upload is None:
            self._start_upload()
        if not state.overdue and now >= state.due_by:
            state.alerted = state.overdue = True
            state.late_dismissed = False
            self._alert(texts.OVERDUE)
        elif not state.alerted and now >= state.alert_at:
            state.alerted = True
            self._alert(texts.ALERT)

    def _alert(self, text: Text) -> None:
        """A case that is open already says more than that it is late."""
        state = self._state
        state.needs_human = state.needs_human or cases.LATE
        state.enter(state.stage, text, workflow.now())

    def _stop_uploading(self) -> None:
        if self._upload is not None:
            self._upload.cancel()
            self._upload = None

    async def _wait(self) -> None:
        """Until data come, customs answers, a person decides, or the next moment is there."""
        state = self._state
        pause = state.next_moment - workflow.now()
        if pause.total_seconds() <= 0:
            return
        with suppress(TimeoutError):
            await workflow.wait_condition(self._is_awake, timeout=pause, timeout_summary="answer to customs")

    def _is_awake(self) -> bool:
        if self._upload is not None and self._upload.done():
            return True
        return (self._to_gather and self._upload is None) or len(self._state.changes) > self._state.told

    async def _tell(self) -> None:
        """Record and publish the changes since the last word; nothing when there are none."""
        state = self._state
        if len(state.changes) == state.told and not self._wish:
            return
        self._upsert()
        latest = state.changes[-1]
        workflow.set_current_details(
            f"**{state.stage}**: {latest.reason.en}\n\nDeadline: {state.due_by:%Y-%m-%d %H:%M %Z}"
        )
        told, wish = len(state.changes), self._wish
        self._wish = []
        request = TellRequest(
            key=state.key,
            ebp_code=state.ebp_code,
            history=state.changes,
            told=state.told,
            orders=state.orders or [state.key.order_no],
            wanted=wish,
            needs_human=state.needs_human,
            due_by=state.due_by,
        )
        await call(payment_data.tell, request, latest.stage)
        state.told = told

    def _upsert(self) -> None:
        """At most once per phase: every upsert is a billable Action."""
        state = self._state
        phase = (_PHASE.get(state.stage, state.stage), state.needs_human is not None)
        if phase == self._upserted:
            return
        self._upserted = phase
        updates: list[SearchAttributeUpdate] = [  # type: ignore[type-arg]
            attributes.STAGE.value_set(state.stage.value),
            attributes.NEEDS_HUMAN.value_set(phase[1]),
        ]
        if state.ebp_code:
            updates.append(attributes.EBP.value_set(state.ebp_code))
        workflow.upsert_search_attributes(updates)
