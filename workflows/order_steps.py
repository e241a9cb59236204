"""What an order does next, decided from its state alone."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.documents import InboundDocument
    from events.life import LifeLimits, Resolution, ResolveRequest, Stage
    from functions.dossier.models import Archived, ArchiveRequest
    from workflows import texts
    from workflows.cancelling import Cancelling
    from workflows.customs_answers import CustomsAnswers
    from workflows.declaring import Declaring
    from workflows.duties import Duties
    from workflows.matching_step import match_when_ready
    from workflows.order_state import AT_CUSTOMS, BEFORE_CUSTOMS, OrderState
    from workflows.returning import UNDELIVERED, Returning
    from workflows.telling import Telling

BILL_NOT_VOID = "tax-bill-not-void"


class OrderSteps:
    """The steps of one order; whatever they learn is put into its state.

    `together`: what two functions are asked one after the other is asked by one call (workflows.together).
    """

    def __init__(self, state: OrderState, limits: LifeLimits, *, together: bool) -> None:
        self._state = state
        self._limits = limits
        self._together = together
        self._duties = Duties(state, limits, together=together)
        self._declaring = Declaring(state, limits)
        self._answers = CustomsAnswers(state, limits, self._declaring, self._duties)
        self._cancelling = Cancelling(state, limits, self._declaring)
        self.returning = Returning(state, limits)
        self._telling = Telling(state, together=together)

    @property
    def is_calling(self) -> bool:
        """Whether an outside call is under way."""
        calls = (self._declaring.submission, self._cancelling.submission)
        return self.returning.is_open or any(call is not None for call in calls)

    @property
    def has_answer(self) -> bool:
        """Whether an outside call was answered and the answer not yet read."""
        calls = (self._declaring.submission, self._cancelling.submission)
        return self.returning.has_answer or any(call is not None and call.done() for call in calls)

    def stop_calling(self) -> None:
        """The order has ended: give up the calls that are under way."""
        for call in (self._declaring.submission, self._cancelling.submission):
            if call is not None:
                call.cancel()

    async def proceed(self, *, lasts: bool) -> None:
        """Do everything that follows from what is known now; `lasts`: the order has stood still for a while."""
        await self._declaring.read_answer()
        await self._answers.follow()
        await self._cancelling.follow()
        await match_when_ready(self._state, self._limits, together=self._together)
        await self._duties.reserve_when_matched()
        await self._declaring.declare_when_matched()
        self._follow_delivery()
        await self.returning.follow()
        self._meet_deadline()
        await self._duties.keep_up()
        await self._duties.follow_bill(lasts=lasts)

    async def tell(self, *, lasts: bool) -> None:
        """Tell the world what has changed; `lasts`: the order has stood still for a while."""
        await self._telling.tell(lasts=lasts)

    async def tell_end(self, request: ArchiveRequest) -> Archived:
        """Archive the dossier and tell the world of the end."""
        return await self._telling.tell_end(request)

    def show(self) -> None:
        """Show the operator where the order stands, in words."""
        self._telling.show()

    def cancellation_came(self, document: InboundDocument) -> None:
        """A CEB623 came through the door."""
        self._cancelling.came(document)

    def resolve(self, request: ResolveRequest) -> None:
        """A person has decided."""
        state = self._state
        state.needs_human = None
        stage = Stage.CLOSED if request.resolution is Resolution.CLOSE else state.stage
        state.enter(stage, texts.resolved(request.who, request.resolution, request.why), workflow.now())
        if stage is Stage.RELEASED and request.case != UNDELIVERED and not state.is_all_back:
            state.deadline = state.window_ends  # it may have passed while the order waited
        self._answers.go_on_after(request.resolution)

    def _follow_delivery(self) -> None:
        state = self._state
        if state.stage is Stage.RELEASED and state.delivered_at:
            state.deadline = None
            if state.needs_human == UNDELIVERED:
                state.needs_human = None
            state.enter(Stage.DELIVERED, texts.DELIVERED, workflow.now())

    def _meet_deadline(self) -> None:
        state = self._state
        if state.deadline is None or workflow.now() < state.deadline:
            return
        if state.stage in BEFORE_CUSTOMS:
            self._expire()
        elif state.stage in AT_CUSTOMS:
            self._answers.meet_silence()
        else:
            self._meet_the_end_of_the_window()

    def _meet_the_end_of_the_window(self) -> None:
        """Call a person where something is missing; what waits for nothing more is closed with its bill."""
        state = self._state
        state.deadline = None
        if state.open_return is not None or state.needs_human:
            return
        if state.is_all_back:
            if not state.keeps_tax:
                state.needs_human = BILL_NOT_VOID
                state.enter(state.stage, texts.BILL_NOT_VOID, workflow.now())
        elif state.stage is Stage.RELEASED:
            state.needs_human = UNDELIVERED
            state.enter(Stage.RELEASED, texts.UNDELIVERED, workflow.now())

    def _expire(self) -> None:
        state = self._state
        state.deadline = None
        rules = sorted({finding.rule for finding in state.findings})
        reason = texts.missing(state.missing) if state.missing else texts.not_corrected(rules)
        state.enter(Stage.EXPIRED, reason, workflow.now())
