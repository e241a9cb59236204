"""The returns of one order, each a workflow of its own: start it, hand on its documents, take its result."""

from contextlib import suppress

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ChildWorkflowError, FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ChildWorkflowHandle, ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from events.documents import DocumentKind, InboundDocument
    from events.life import DOCUMENTS_SIGNAL, Documents, LifeLimits, Stage
    from events.return_life import (
        EXCHANGE_SIGNAL,
        ExchangeNote,
        ReturnRequest,
        ReturnResult,
        ReturnStage,
        return_workflow_id,
    )
    from events.returns import GoodsReturned
    from events.values import CHINA
    from functions.declaration.returns import return_no
    from functions.dispatch import search_attributes as attributes
    from functions.intake.rules import is_key_part
    from functions.ledger import handler as ledger
    from functions.ledger.models import ReturningRequest
    from workflows import texts
    from workflows.calls import call
    from workflows.cases import ReturnCase
    from workflows.import_return import ImportReturnWorkflow
    from workflows.order_state import OrderState
    from workflows.return_state import ReturnStart

RETURN_FAILED, LATE_REPORT, UNDELIVERED = "return-failed", "return-report-late", "undelivered"
_FOR_RETURNS = {DocumentKind.REFUND_RECEIPT, DocumentKind.GOODS_RETURNED}
_RETURNABLE = frozenset({Stage.RELEASED, Stage.DELIVERED})


class Returning:
    """One return at a time: what it leaves of tax and quota is counted from those before it."""

    def __init__(self, state: OrderState, limits: LifeLimits) -> None:
        self._state = state
        self._limits = limits
        self._running: ChildWorkflowHandle[ImportReturnWorkflow, ReturnResult] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a return has not ended."""
        return self._state.open_return is not None

    @property
    def is_running(self) -> bool:
        """Whether the open return's workflow has started."""
        return self._running is not None

    @property
    def has_answer(self) -> bool:
        """Whether the return has ended and its result is not yet read."""
        return self._running is not None and self._running.done()

    def check(self, request: ReturnRequest) -> None:
        """Whether a return may be asked for now. Raises ValueError with the rule and what to do."""
        state = self._state
        if state.stage not in _RETURNABLE or state.window_ends is None:
            raise ValueError(
                f"stage is {state.stage}: only goods of a released order can be returned; "
                "an order that is not released can be cancelled"
            )
        if workflow.now() > state.window_ends:
            raise ValueError(
                f"too late: a return is to be applied for within {state.window_days} days of the release, "
                f"until {state.window_ends.astimezone(CHINA):%Y-%m-%d %H:%M:%S} China time (海关总署公告2020-45)"
            )
        if self.is_open:
            raise ValueError("a return of this order is under way: wait for its end, then ask for the next one")
        if state.version is None or state.version.invt_no is None:
            raise ValueError("customs has given the list no number (invtNo) yet: ask again when it has")
        self._check_exchange(request.exchange_for)
        self._check_lines(request)

    def _check_exchange(self, order_no: str | None) -> None:
        if order_no is None:
            return
        if order_no == self._state.key.order_no:
            raise ValueError("exchange_for: an order is not exchanged for itself: give the number of the new order")
        if not is_key_part(order_no):
            raise ValueError(f"exchange_for: {order_no!r} is no order number: it has blanks or a slash")

    def _check_lines(self, request: ReturnRequest) -> None:
        left = self._state.returnable
        for number, line in enumerate(request.lines):
            if line.gnum not in left:
                known = ", ".join(map(str, sorted(left)))
                raise ValueError(f"lines[{number}].gnum: the list has no line {line.gnum}; it has {known} (-625209)")
            if [other.gnum for other in request.lines].count(line.gnum) > 1:
                raise ValueError(f"lines[{number}].gnum: line {line.gnum} stands twice: add the quantities up")
            if not 0 < line.qty <= left[line.gnum]:
                raise ValueError(
                    f"lines[{number}].qty: {line.qty} of line {line.gnum} is to be above 0 and at most the "
                    f"{left[line.gnum]} that have not come back yet (海关总署公告2020-45)"
                )

    def ask(self, request: ReturnRequest) -> ReturnCase:
        """Take a return on; its workflow starts with the next step."""
        state = self._state
        number = len(state.returns) + 1
        case = ReturnCase(number=number, return_no=return_no(state.key, number), request=request)
        state.returns.append(case)
        state.enter(state.stage, texts.return_asked(case.return_no, request.who, request.why), workflow.now())
        return case

    async def follow(self) -> None:
        """Start what was asked for, and take the result of what has ended."""
        case = self._state.open_return
        if case is not None:
            await self._follow_open(case)
        await self._give_way_to_payments()

    async def _follow_open(self, case: ReturnCase) -> None:
        if self._running is None:
            case.holds_payments = True
            await self._payments_may_take_the_tax(case, may=False)
            await self._link(case)
            try:
                self._running = await self._start(case)
            except WorkflowAlreadyStartedError:
                self._failed(case)
                return
        if not self._running.done():
            return
        try:
            result = await self._running
        except ChildWorkflowError:
            self._failed(case)
        else:
            await self._link(case)
            self._ended(case, result)
        self._running = None

    async def _give_way_to_payments(self) -> None:
        """After a return's end its tax can be paid; after one that failed when a person has seen to it."""
        for case in self._state.returns:
            if case.holds_payments and case.result and self._state.needs_human != RETURN_FAILED:
                await self._payments_may_take_the_tax(case, may=True)
                case.holds_payments = False

    async def hand_on(self, documents: list[InboundDocument]) -> None:
        """Give the return what customs and the site say of it."""
        for case in self._state.returns:
            own = [document for document in documents if _is_about(document, case.return_no)]
            if not own:
                continue
            if case.result is not None:
                self._came_after_its_end(case.result, own)
            elif self._running is not None and not self._running.done():
                with suppress(FailureError):  # it has just ended: its result is on the way, the documents are kept
                    await self._running.signal(DOCUMENTS_SIGNAL, Documents(documents=own))

    def _came_after_its_end(self, result: ReturnResult, documents: list[InboundDocument]) -> None:
        """Goods that were back in time, of a return that ended without them, are for a person."""
        state = self._state
        if result.stage is ReturnStage.SETTLED or state.stage.is_final:
            return
        for document in documents:
            report = document.parsed()
            if isinstance(report, GoodsReturned) and (not result.back_by or report.received_at <= result.back_by):
                state.needs_human = LATE_REPORT
                state.enter(state.stage, texts.came_after_its_end(result.return_no), workflow.now())

    async def _payments_may_take_the_tax(self, case: ReturnCase, *, may: bool) -> None:
        request = ReturningRequest(key=self._state.key, return_number=case.number, under_way=not may)
        await call(ledger.returning, request, f"return {case.number} {'has ended' if may else 'begins'}")

    async def _link(self, case: ReturnCase) -> None:
        """Tell the order that the goods are exchanged for; one that is not there yet is told at the return's end."""
        order_no = case.request.exchange_for
        if order_no is None or case.linked:
            return
        other = self._state.key.model_copy(update={"order_no": order_no})
        note = ExchangeNote(order_no=self._state.key.order_no, return_no=case.return_no)
        with suppress(FailureError):
            await workflow.get_external_workflow_handle(other.workflow_id).signal(EXCHANGE_SIGNAL, note)
            case.linked = True
        told = {"return_no": case.return_no, "exchange_for": order_no, "told": case.linked}
        self._state.note(workflow.now(), "exchange", told)

    async def _start(self, case: ReturnCase) -> ChildWorkflowHandle[ImportReturnWorkflow, ReturnResult]:
        return await workflow.start_child_workflow(
            ImportReturnWorkflow.run,
            self._input(case),
            id=return_workflow_id(self._state.key, case.number),
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(attributes.EBP, self._state.key.ebp_code),
                    SearchAttributePair(attributes.NEEDS_HUMAN, value=False),
                ]
            ),
            static_summary=f"return {case.number} of order {self._state.key.order_no}",
        )

    def _input(self, case: ReturnCase) -> ReturnStart:
        state, request = self._state, case.request
        assert state.declaration_list
        assert state.order
        assert state.payment
        assert state.assessment
        assert state.version
        assert state.version.invt_no
        assert state.released_at
        return ReturnStart(
            key=state.key,
            number=case.number,
            return_no=case.return_no,
            lines=request.lines,
            before=state.returned,
            who=request.who,
            why=request.why,
            exchange_for=request.exchange_for,
            declaration_list=state.declaration_list,
            order=state.order,
            payment=state.payment,
            assessment=state.assessment,
            invt_no=state.version.invt_no,
            released_at=state.released_at,
            silence=self._limits.silence,
            resends=self._limits.resends,
            decision=self._limits.decision,
        )

    def _ended(self, case: ReturnCase, result: ReturnResult) -> None:
        state, now = self._state, workflow.now()
        case.result = result
        state.note(now, "return", result.model_dump(mode="json"))
        state.enter(state.stage, texts.return_ended(case.return_no, result.stage), now)
        if state.is_all_back:
            state.deadline = None if state.keeps_tax else now + self._limits.decision  # for the bill to be void
            if state.needs_human == UNDELIVERED:
                state.needs_human = None
        elif state.stage is Stage.RELEASED and state.needs_human is None:
            state.deadline = state.window_ends

    def _failed(self, case: ReturnCase) -> None:
        """The return's workflow was ended by force: what it had done by then is for a person to find out.

        No payment takes the tax before that.
        """
        case.result = ReturnResult(number=case.number, return_no=case.return_no, stage=ReturnStage.GIVEN_UP, lines=[])
        self._state.needs_human = RETURN_FAILED
        text = texts.return_ended(case.return_no, ReturnStage.GIVEN_UP)
        self._state.enter(self._state.stage, text, workflow.now())


def _is_about(document: InboundDocument, number: str) -> bool:
    if document.kind not in _FOR_RETURNS:
        return False
    name = "copNo" if document.kind is DocumentKind.REFUND_RECEIPT else "returnNo"
    return bool(document.content.get(name) == number)
