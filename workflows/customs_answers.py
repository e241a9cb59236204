"""What customs answers: the order moves with the receipt that counts, and meets the silence of customs."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.ceb.declaration_list import DeclarationReturn
    from events.ceb.receipt_codes import ReceiptClass
    from events.ceb.receipt_status import StatusClass, list_status
    from events.documents import DocumentKind
    from events.findings import Finding, Place
    from events.life import LifeLimits, Resolution, Stage
    from events.values import from_millisecond
    from functions.declaration import handler as declaration
    from functions.declaration.models import ExplainRequest
    from workflows import texts
    from workflows.calls import call
    from workflows.declaring import CUSTOMS_UNREACHABLE, Declaring
    from workflows.duties import Duties
    from workflows.order_state import AT_CUSTOMS, OrderState

CUSTOMS_SILENT = "customs-silent"
CUSTOMS_REJECTION = "customs-rejection"
CUSTOMS_UNDECIDED = "customs-undecided"
DETAINED = "detained"
UNKNOWN_STATUS = "unknown-status"
_NO_REJECTION = {ReceiptClass.RETRY, ReceiptClass.DUPLICATE}
_FOLLOWS = {
    StatusClass.REVIEW: Stage.REVIEWING,
    StatusClass.INSPECTION: Stage.INSPECTING,
    StatusClass.DETAINED: Stage.DETAINED,
}


class CustomsAnswers:
    """The answers of customs to the declared list of one order, and their absence."""

    def __init__(self, state: OrderState, limits: LifeLimits, declaring: Declaring, duties: Duties) -> None:
        self._state = state
        self._limits = limits
        self._declaring = declaring
        self._duties = duties

    async def follow(self) -> None:
        """Move with the receipt that counts; a receipt never moves an order backwards."""
        state, version = self._state, self._state.version
        if version is None or state.stage not in AT_CUSTOMS:
            return
        if len(version.unknown) > version.flagged:
            version.flagged = len(version.unknown)
            self._flag_unknown(version.unknown[-1])
        receipt, status = version.effective, version.status
        if receipt is None or status is None:
            return
        if version.is_answered and state.needs_human in {CUSTOMS_SILENT, CUSTOMS_UNREACHABLE}:
            state.needs_human = None
            state.deadline = workflow.now() + self._limits.decision
            state.enter(state.stage, texts.customs(status.code, status.meaning, receipt.return_info), workflow.now())
        if status.status_class is StatusClass.REJECTED:
            await self._follow_rejection(receipt)
        elif status.status_class in {StatusClass.RELEASED, StatusClass.CLOSED}:
            await self._released(receipt)
        elif status.status_class is StatusClass.SHIPPED_BACK:
            state.enter(
                Stage.SHIPPED_BACK, texts.customs(status.code, status.meaning, receipt.return_info), workflow.now()
            )
        else:
            self._move_on(receipt)

    async def _follow_rejection(self, receipt: DeclarationReturn) -> None:
        """Act by the class of the code; one that is no rejection in truth is kept and does not count."""
        version = self._state.version
        assert version
        status = list_status(receipt.return_status)
        explained = await call(declaration.explain, ExplainRequest(receipt=receipt), f"status {status.code}")
        if explained.receipt_class in _NO_REJECTION:
            version.ignored.append(receipt)
            if explained.receipt_class is ReceiptClass.RETRY and self._declaring.submission is None:
                self._state.deadline = workflow.now() + self._limits.silence
            await self.follow()
            return
        await self._declaring.rejected(
            explained.stage, explained.finding, texts.customs(status.code, status.meaning, receipt.return_info)
        )
        if explained.receipt_class is ReceiptClass.HUMAN:
            self._state.needs_human = CUSTOMS_REJECTION

    def _move_on(self, receipt: DeclarationReturn) -> None:
        status = list_status(receipt.return_status)
        stage = _FOLLOWS.get(status.status_class)
        if stage is None or stage is self._state.stage:
            return
        is_detained = stage is Stage.DETAINED
        self._state.deadline = None if is_detained else workflow.now() + self._limits.decision
        self._state.needs_human = DETAINED if is_detained else None
        self._state.enter(stage, texts.customs(status.code, status.meaning, receipt.return_info), workflow.now())

    async def _released(self, receipt: DeclarationReturn) -> None:
        released_at = self._moment_of(receipt)
        row = await self._duties.window_at_release(released_at)
        state = self._state
        state.note(workflow.now(), "policy", row.model_dump(mode="json"))
        state.window_days = row.whole()
        state.window_ends = state.deadline = released_at + timedelta(days=state.window_days)
        state.released_at = released_at
        state.needs_human = None
        state.enter(Stage.RELEASED, texts.released(state.window_days), workflow.now())

    def _moment_of(self, receipt: DeclarationReturn) -> datetime:
        """When customs said it; a time that is none, or lies outside this life, is taken for now."""
        now = workflow.now()
        try:
            moment = from_millisecond(receipt.return_time)
        except ValueError:
            return now
        return moment if self._state.changes[0].at <= moment <= now else now

    def _flag_unknown(self, receipt: DeclarationReturn) -> None:
        state = self._state
        state.needs_human = UNKNOWN_STATUS
        place = Place(document=DocumentKind.LIST_RECEIPT, field="returnStatus", value=receipt.return_status)
        text = texts.customs(receipt.return_status, list_status(receipt.return_status).meaning, receipt.return_info)
        state.findings = [
            *state.findings,
            Finding(rule="RECEIPT", code=receipt.return_status, left=place, message=text),
        ]
        state.enter(state.stage, text, workflow.now())

    def meet_silence(self) -> None:
        """The waiting time for customs is over: send again, wait for its decision, or call a person."""
        state, version = self._state, self._state.version
        assert version
        now = workflow.now()
        state.deadline = None
        if version.is_answered:
            self._meet_indecision()
        elif self._declaring.submission is not None:
            state.needs_human = CUSTOMS_UNREACHABLE
            state.enter(state.stage, texts.CUSTOMS_UNREACHABLE, now)
        elif version.resends < self._limits.resends:
            version.resends += 1
            state.enter(state.stage, texts.resent(version.resends), now)
            self._declaring.submit()
        else:
            state.needs_human = CUSTOMS_SILENT
            state.enter(state.stage, texts.silent(version.resends), now)

    def _meet_indecision(self) -> None:
        """Customs has the list and may think it over for a time of its own; then a person looks."""
        state = self._state
        if not state.undecided and state.stage is Stage.DECLARED:
            state.undecided = True
            state.deadline = workflow.now() + self._limits.decision
            return
        state.needs_human = CUSTOMS_UNDECIDED
        state.enter(state.stage, texts.CUSTOMS_UNDECIDED, workflow.now())

    def go_on_after(self, resolution: Resolution) -> None:
        """A person has looked at a silent customs: send the list again with a new count of resends, or wait longer."""
        state, version = self._state, self._state.version
        if version is None or state.stage not in AT_CUSTOMS:
            return
        if version.is_answered:
            state.deadline = None if state.stage is Stage.DETAINED else workflow.now() + self._limits.decision
            return
        state.deadline = workflow.now() + self._limits.silence
        if resolution is Resolution.RESEND:
            version.resends = 0
            if self._declaring.submission is None:
                self._declaring.submit()
