"""Declaring: fix the documents, send the list to customs once per version, follow what customs answers."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.ceb.declaration_list import DeclarationList, DeclarationReturn
    from events.ceb.order import Order
    from events.ceb.payment import Payment
    from events.ceb.receipt_codes import ReceiptClass
    from events.ceb.receipt_status import StatusClass, list_status
    from events.ceb.waybill import Waybill
    from events.documents import DocumentKind
    from events.findings import Finding, Fix, Place
    from events.life import LifeLimits, Resolution, Stage
    from events.values import Text, from_millisecond
    from functions.declaration import handler as declaration
    from functions.declaration.models import ExplainRequest, SubmitRequest, Submitted
    from functions.intake import handler as intake
    from functions.intake.models import FreezeRequest, FrozenDocument, ThawRequest
    from functions.intake.rules import CHANGE, NEW, business_key
    from functions.policy import handler as policy
    from functions.policy.models import RowRequest
    from workflows import texts
    from workflows.calls import call, call_outside
    from workflows.customs_status import ListVersion
    from workflows.order_state import AT_CUSTOMS, COMPARED, OrderState

Document = TypeVar("Document", Order, Payment, Waybill, DeclarationList)
RETURN_WINDOW = "return.window_days"
CUSTOMS_SILENT = "customs-silent"
CUSTOMS_UNREACHABLE = "customs-unreachable"
CUSTOMS_REJECTION = "customs-rejection"
CUSTOMS_UNDECIDED = "customs-undecided"
DETAINED = "detained"
UNKNOWN_STATUS = "unknown-status"
_NO_REJECTION = {ReceiptClass.RETRY, ReceiptClass.DUPLICATE}
_USED_ELSEWHERE = {
    DocumentKind.ORDER: "-301011",
    DocumentKind.PAYMENT: "-401008",
    DocumentKind.WAYBILL: "-504016",
    DocumentKind.DECLARATION_LIST: "-621004",
}
_FOLLOWS = {
    StatusClass.REVIEW: Stage.REVIEWING,
    StatusClass.INSPECTION: Stage.INSPECTING,
    StatusClass.DETAINED: Stage.DETAINED,
}


class Declaring:
    """The list of one order on its way through customs."""

    def __init__(self, state: OrderState, limits: LifeLimits) -> None:
        self._state = state
        self._limits = limits
        self.submission: asyncio.Task[Submitted] | None = None

    async def declare_when_matched(self) -> None:
        """Tie the documents to a new version (M11), then send it."""
        state = self._state
        if state.stage is not Stage.MATCHED or state.to_match:
            return
        declaration_list = state.declaration_list
        assert declaration_list
        assert declaration_list.head.cop_no
        number = len(state.versions) + 1
        documents = [self._frozen(kind) for kind in self._used()]
        request = FreezeRequest(
            key=state.key,
            list_version=number,
            cop_no=declaration_list.head.cop_no,
            agent_code=declaration_list.head.agent_code,
            documents=documents,
        )
        frozen = await call(intake.freeze, request, f"documents of list version {number}")
        if frozen.taken:
            self._taken(frozen.taken)
            return
        if not frozen.frozen:
            # The door has accepted a newer content, whose signal is on its way: matching runs again when it is here.
            return
        state.frozen = documents
        hashes = {kind: state.documents[kind].content_hash for kind in COMPARED}
        lacking = {kind: _app_type(kind in state.sent) for kind in COMPARED if state.sent.get(kind) != hashes[kind]}
        state.sent = hashes
        app_type = _app_type(any(version.receipts for version in state.versions))
        guid = declaration_list.head.guid
        state.versions.append(ListVersion(number=number, guid=guid, sends=lacking, app_type=app_type))
        state.findings = []
        state.needs_human = None
        state.enter(Stage.DECLARED, texts.declared(number), workflow.now())
        self.submit()

    def _taken(self, kinds: list[DocumentKind]) -> None:
        """M11: a document of ours is used by the declared list of another order."""
        state = self._state
        state.findings = [
            Finding(
                rule="M11",
                code=_USED_ELSEWHERE.get(kind),
                left=Place(document=kind, field="/"),
                message=texts.used_elsewhere(kind),
                fix=Fix(document=kind, field="/"),
            )
            for kind in kinds
        ]
        state.deadline = workflow.now() + self._limits.correction
        state.enter(Stage.MISMATCHED, texts.mismatched(["M11"]), workflow.now())

    def _used(self) -> list[DocumentKind]:
        own = (DocumentKind.DECLARATION_LIST, DocumentKind.DECLARATION_REQUEST)
        return [*COMPARED, next(kind for kind in own if kind in self._state.documents)]

    def _frozen(self, kind: DocumentKind) -> FrozenDocument:
        document = self._state.documents[kind]
        key = business_key(kind, document.parsed())
        return FrozenDocument(kind=kind, business_key=key, content_hash=document.content_hash)

    def submit(self) -> None:
        """Send the latest version; calling it again sends the very same messages under the same keys."""
        state, version = self._state, self._state.version
        assert version
        assert state.declaration_list
        request = SubmitRequest(
            key=state.key,
            version=version.number,
            declaration_list=_sent_as(state.declaration_list, version.app_type),
            order=_sent_as(state.order, version.sends.get(DocumentKind.ORDER)),
            payment=_sent_as(state.payment, version.sends.get(DocumentKind.PAYMENT)),
            waybill=_sent_as(state.waybill, version.sends.get(DocumentKind.WAYBILL)),
        )
        state.deadline = workflow.now() + self._limits.silence
        self.submission = call_outside(declaration.submit, request, f"list version {version.number} to customs")

    async def read_answer(self) -> None:
        """The endpoint's answer: taken, or refused for good, which is a rejection."""
        if self.submission is None or not self.submission.done():
            return
        submitted = self.submission.result()
        self.submission = None
        state = self._state
        state.note(workflow.now(), "submitted", submitted.model_dump(mode="json"))
        if state.needs_human == CUSTOMS_UNREACHABLE:
            state.needs_human = None
            state.deadline = workflow.now() + self._limits.silence
            state.enter(state.stage, texts.CUSTOMS_REACHED, workflow.now())
        if submitted.refused and state.stage in AT_CUSTOMS:
            finding = Finding(
                rule="ENDPOINT",
                left=Place(document=DocumentKind.DECLARATION_LIST, field="/", value=None),
                message=submitted.refused,
            )
            await self._rejected(Stage.REJECTED, finding, submitted.refused)

    async def follow_customs(self) -> None:
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
            self._follow(receipt)

    async def _follow_rejection(self, receipt: DeclarationReturn) -> None:
        """Act by the class of the code; one that is no rejection in truth is kept and does not count."""
        version = self._state.version
        assert version
        status = list_status(receipt.return_status)
        explained = await call(declaration.explain, ExplainRequest(receipt=receipt), f"status {status.code}")
        if explained.receipt_class in _NO_REJECTION:
            version.ignored.append(receipt)
            if explained.receipt_class is ReceiptClass.RETRY and self.submission is None:
                self._state.deadline = workflow.now() + self._limits.silence
            await self.follow_customs()
            return
        await self._rejected(
            explained.stage, explained.finding, texts.customs(status.code, status.meaning, receipt.return_info)
        )
        if explained.receipt_class is ReceiptClass.HUMAN:
            self._state.needs_human = CUSTOMS_REJECTION

    def _follow(self, receipt: DeclarationReturn) -> None:
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
        row = await call(policy.row, RowRequest(topic=RETURN_WINDOW, on=released_at.date()), RETURN_WINDOW)
        state = self._state
        state.note(workflow.now(), "policy", row.model_dump(mode="json"))
        state.window_days = row.whole()
        state.window_ends = state.deadline = released_at + timedelta(days=state.window_days)
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

    async def _rejected(self, stage: Stage, finding: Finding, text: Text) -> None:
        state = self._state
        if self.submission is not None:
            self.submission.cancel()
            self.submission = None
        await self.thaw()
        state.findings = [finding]
        state.needs_human = None
        state.deadline = workflow.now() + self._limits.correction
        state.enter(stage, text, workflow.now())

    async def thaw(self) -> None:
        """The list is no longer declared: its documents may change again."""
        if self._state.frozen:
            await call(
                intake.thaw,
                ThawRequest(key=self._state.key, documents=self._state.frozen),
                "the list is no longer declared",
            )
            self._state.frozen = []

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
        elif self.submission is not None:
            state.needs_human = CUSTOMS_UNREACHABLE
            state.enter(state.stage, texts.CUSTOMS_UNREACHABLE, now)
        elif version.resends < self._limits.resends:
            version.resends += 1
            state.enter(state.stage, texts.resent(version.resends), now)
            self.submit()
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
            if self.submission is None:
                self.submit()


def _app_type(is_known: bool) -> str:
    return CHANGE if is_known else NEW


def _sent_as(document: Document | None, app_type: str | None) -> Document | None:
    """The document as it goes to customs; None when it does not go with this version."""
    if document is None or app_type is None:
        return None
    head = document.head.model_copy(update={"app_type": app_type})
    return document.model_copy(update={"head": head})
