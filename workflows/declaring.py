"""Declaring: fix the documents, send the list to customs once per version."""

import asyncio
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.ceb.declaration_list import DeclarationList
    from events.ceb.order import Order
    from events.ceb.payment import Payment
    from events.ceb.waybill import Waybill
    from events.documents import DocumentKind, InboundDocument
    from events.findings import Finding, Fix, Place
    from events.life import LifeLimits, Stage
    from events.values import Text
    from functions.declaration import handler as declaration
    from functions.declaration.models import SubmitRequest, Submitted
    from functions.intake import handler as intake
    from functions.intake.models import FreezeRequest, FrozenDocument, ThawRequest
    from functions.intake.rules import CHANGE, NEW, business_key
    from workflows import texts
    from workflows.calls import call, call_outside
    from workflows.customs_status import ListVersion
    from workflows.order_state import AT_CUSTOMS, COMPARED, OrderState

Document = TypeVar("Document", Order, Payment, Waybill, DeclarationList)
CUSTOMS_UNREACHABLE = "customs-unreachable"
_AHEAD = "corrections-ahead-of-rejections"
_USED_ELSEWHERE = {
    DocumentKind.ORDER: "-301011",
    DocumentKind.PAYMENT: "-401008",
    DocumentKind.WAYBILL: "-504016",
    DocumentKind.DECLARATION_LIST: "-621004",
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
        documents = used_documents(state)
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
        hashes = hashes_of(state)
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
            await self.rejected(Stage.REJECTED, finding, submitted.refused)

    async def rejected(self, stage: Stage, finding: Finding, text: Text) -> None:
        """The list is rejected: stop sending it, and let its documents be corrected."""
        state = self._state
        if self.submission is not None:
            self.submission.cancel()
            self.submission = None
        await self.thaw()
        state.findings = [finding]
        state.needs_human = None
        state.deadline = workflow.now() + self._limits.correction
        state.enter(stage, text, workflow.now())
        if state.ahead and workflow.patched(_AHEAD):
            state.catch_up()

    async def thaw(self) -> None:
        """The list is no longer declared: its documents may change again."""
        if self._state.frozen:
            await call(
                intake.thaw,
                ThawRequest(key=self._state.key, documents=self._state.frozen),
                "the list is no longer declared",
            )
            self._state.frozen = []


def used_documents(state: OrderState) -> list[FrozenDocument]:
    """The documents that a declared list uses, all of which are here."""
    own = (DocumentKind.DECLARATION_LIST, DocumentKind.DECLARATION_REQUEST)
    kinds = [*COMPARED, next(kind for kind in own if kind in state.documents)]
    return [_frozen(state.documents[kind]) for kind in kinds]


def _frozen(document: InboundDocument) -> FrozenDocument:
    key = business_key(document.kind, document.parsed())
    return FrozenDocument(kind=document.kind, business_key=key, content_hash=document.content_hash)


def hashes_of(state: OrderState) -> dict[DocumentKind, str]:
    """What the documents say that go to customs beside the list."""
    return {kind: state.documents[kind].content_hash for kind in COMPARED}


def _app_type(is_known: bool) -> str:
    return CHANGE if is_known else NEW


def _sent_as(document: Document | None, app_type: str | None) -> Document | None:
    """The document as it goes to customs; None when it does not go with this version."""
    if document is None or app_type is None:
        return None
    head = document.head.model_copy(update={"app_type": app_type})
    return document.model_copy(update={"head": head})
