"""Cancelling: at once before customs has the list, by CEB623 and CEB624 afterwards (rulebook 2.11)."""

import asyncio
from dataclasses import asdict

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.ceb.declaration_list import Cancellation
    from events.documents import DocumentKind, InboundDocument
    from events.findings import Finding, Place
    from events.life import LifeLimits, Stage
    from functions.declaration import handler as declaration
    from functions.declaration.models import (
        ApplicationStanding,
        CancelListRequest,
        ComposeCancellationRequest,
        ExplainApplicationRequest,
        Submitted,
    )
    from functions.intake import handler as intake
    from functions.intake.models import ForgetRequest
    from functions.intake.rules import business_key
    from workflows import texts
    from workflows.calls import call, call_outside
    from workflows.cases import CancellationCase
    from workflows.declaring import Declaring
    from workflows.order_state import AT_CUSTOMS, BEFORE_CUSTOMS, OrderState

RECEIPT = "CEB624"


class Cancelling:
    """The cancellation of one order."""

    def __init__(self, state: OrderState, limits: LifeLimits, declaring: Declaring) -> None:
        self._state = state
        self._limits = limits
        self._declaring = declaring
        self.submission: asyncio.Task[Submitted] | None = None

    def came(self, document: InboundDocument) -> None:
        """A CEB623 came through the door; what comes after the release changes nothing and stays in the dossier."""
        content = document.parsed()
        assert isinstance(content, Cancellation)
        state = self._state
        if state.stage not in BEFORE_CUSTOMS | AT_CUSTOMS:
            state.note(workflow.now(), "decision", asdict(texts.TOO_LATE_TO_CANCEL))
        elif state.cancellation is None:
            state.cancellation = CancellationCase(who=document.sender, why=content.reason, document=content)

    async def follow(self) -> None:
        """Cancel at once, or ask customs and do as it says.

        The endpoint's answer is read in any case: it may come after customs has decided, or released the list.
        """
        await self._read_answer()
        state, case = self._state, self._state.cancellation
        if case is None:
            return
        if state.stage in BEFORE_CUSTOMS:
            state.enter(Stage.CANCELLED, texts.cancelled(case.who, case.why), workflow.now())
            return
        if state.stage not in AT_CUSTOMS:
            state.cancellation = None
            return
        await self._follow_receipts(case)
        if state.cancellation and case.number is None:
            await self._submit(case)

    async def _submit(self, case: CancellationCase) -> None:
        """Customs wants the number that it gave the list; until that is known the case waits."""
        version = self._state.version
        if version is None or version.invt_no is None or version.pre_no is None:
            return
        if case.document is None:
            assert self._state.declaration_list
            request = ComposeCancellationRequest(
                key=self._state.key,
                number=self._state.cancellations + 1,
                on=workflow.now(),
                declaration_list=self._state.declaration_list,
                invt_no=version.invt_no,
                pre_no=version.pre_no,
                reason=case.why,
            )
            case.document = (await call(declaration.compose_cancellation, request, "CEB623")).cancellation
        self._state.cancellations += 1
        case.number = self._state.cancellations
        self._send(case)

    async def _read_answer(self) -> None:
        if self.submission is None or not self.submission.done():
            return
        submitted, case = self.submission.result(), self._state.cancellation
        self.submission = None
        self._state.note(workflow.now(), "submitted", submitted.model_dump(mode="json"))
        if submitted.refused and case and case.number is not None and self._state.stage in AT_CUSTOMS:
            finding = Finding(
                rule="ENDPOINT",
                left=Place(document=DocumentKind.CANCELLATION, field="/", value=None),
                message=submitted.refused,
            )
            await self._refused(finding)

    async def _follow_receipts(self, case: CancellationCase) -> None:
        """Do what the class of the receipt that counts asks for."""
        state = self._state
        if len(state.cancellation_receipts) == case.receipts_read:
            return
        case.receipts_read = len(state.cancellation_receipts)
        request = ExplainApplicationRequest(message=RECEIPT, receipts=list(state.cancellation_receipts))
        explained = await call(declaration.explain_application, request, "receipts of the cancellation")
        if explained.counted == case.counted:
            return
        case.counted = explained.counted
        if explained.standing is ApplicationStanding.ACCEPTED:
            await self._declaring.thaw()
            state.enter(Stage.CANCELLED, texts.cancelled(case.who, case.why), workflow.now())
        elif explained.standing is ApplicationStanding.AGAIN and case.resends < self._limits.resends:
            case.resends += 1
            self._send(case)
        elif explained.finding:
            await self._refused(explained.finding)

    def _send(self, case: CancellationCase) -> None:
        """Sending it again sends the very same message under the same key."""
        assert case.document
        assert case.number
        request = CancelListRequest(key=self._state.key, number=case.number, cancellation=case.document)
        self.submission = call_outside(declaration.cancel, request, "cancellation to customs")

    async def _refused(self, finding: Finding) -> None:
        """Customs keeps the list: the order lives on as if nobody had asked, and one may ask again."""
        state = self._state
        assert state.cancellation
        if state.cancellation.document:
            document = state.cancellation.document
            request = ForgetRequest(
                kind=DocumentKind.CANCELLATION, business_key=business_key(DocumentKind.CANCELLATION, document)
            )
            await call(intake.forget, request, "the refused cancellation")
        state.cancellation = None
        state.cancellation_receipts = []
        state.findings = [finding]
        state.enter(state.stage, finding.message, workflow.now())
