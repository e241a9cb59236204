"""What a return does next, decided from its state alone."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.life import Resolution
    from events.return_life import ReturnStage
    from events.values import CHINA
    from functions.declaration import handler as declaration
    from functions.declaration.models import (
        ApplicationStanding,
        ComposeReturnRequest,
        ExplainApplicationRequest,
        ExplainedApplication,
        ReturnListRequest,
        Submitted,
    )
    from functions.returns import handler as returns
    from functions.returns.models import GoodsVerdict, JudgeRequest, ReturnTermsRequest, TellRequest
    from workflows import return_texts as texts
    from workflows.calls import call, call_outside
    from workflows.return_money import ReturnMoney
    from workflows.return_state import ReturnState

RECEIPT = "CEB626"
SILENT, UNDECIDED = "return-silent", "return-undecided"
OTHER_QUANTITY, OTHER_SITE = "return-quantity", "return-site"
_END_OF = {
    GoodsVerdict.TOO_LATE: ReturnStage.NOT_BACK_IN_TIME,
    GoodsVerdict.NOT_AS_THEY_WERE: ReturnStage.NOT_AS_THEY_WERE,
}
_CASE_OF = {GoodsVerdict.OTHER_QUANTITY: OTHER_QUANTITY, GoodsVerdict.OTHER_SITE: OTHER_SITE}


class ReturnSteps:
    """The steps of one return; whatever they learn is put into its state."""

    def __init__(self, state: ReturnState) -> None:
        self._state = state
        self._money = ReturnMoney(state)
        self._submission: asyncio.Task[Submitted] | None = None

    @property
    def has_answer(self) -> bool:
        """Whether an outside call was answered and the answer not yet read."""
        calls = (self._submission, self._money.payment)
        return any(call is not None and call.done() for call in calls)

    async def proceed(self) -> None:
        """Do everything that follows from what is known now; a decision that comes meanwhile waits."""
        state = self._state
        decision = state.decision
        if not state.changes:
            await self._apply()
        self._read_answer()
        await self._follow_customs()
        await self._judge_goods()
        await self._money.follow()
        self._meet_deadline()
        if state.decision is decision:
            state.decision = None

    async def tell(self) -> None:
        """Tell the subscribers what has changed; nothing when nothing has."""
        state = self._state
        if len(state.changes) == state.told:
            return
        settled = state.stage is ReturnStage.SETTLED
        request = TellRequest(
            key=state.start.key,
            return_no=state.start.return_no,
            number=state.start.number,
            history=state.changes,
            told=state.told,
            lines=state.back or state.start.lines,
            needs_human=state.needs_human,
            exchange_for=state.start.exchange_for,
            refunded=state.result().refunded if settled else None,
            stock=state.back if settled else [],
            personal=state.personal,
        )
        state.told = (await call(returns.tell, request, state.stage)).last

    async def _apply(self) -> None:
        state, start, now = self._state, self._state.start, workflow.now()
        asked = ReturnTermsRequest(on=now.astimezone(CHINA).date(), released_at=start.released_at)
        state.terms = await call(returns.terms, asked, "terms of the return")
        request = ComposeReturnRequest(
            key=start.key,
            number=start.number,
            on=now,
            declaration_list=start.declaration_list,
            invt_no=start.invt_no,
            lines=start.lines,
            reason=start.why,
        )
        composed = await call(declaration.compose_return, request, "CEB625")
        if composed.refund is None:
            assert composed.finding
            state.findings = [composed.finding]
            state.enter(ReturnStage.GIVEN_UP, composed.finding.message, now)
            return
        state.application = composed.refund
        state.enter(ReturnStage.APPLIED, texts.applied(len(start.lines), start.who, start.why), now)
        self._submit()

    def _submit(self) -> None:
        """Send the application; calling it again sends the very same message under the same key."""
        state = self._state
        assert state.application
        request = ReturnListRequest(key=state.start.key, number=state.start.number, refund=state.application)
        state.deadline = workflow.now() + state.start.silence
        self._submission = call_outside(declaration.return_list, request, "return application to customs")

    def _read_answer(self) -> None:
        if self._submission is None or not self._submission.done():
            return
        state, now = self._state, workflow.now()
        submitted = self._submission.result()
        self._submission = None
        if state.stage is not ReturnStage.APPLIED:
            return
        if submitted.refused:
            state.enter(ReturnStage.REFUSED_BY_CUSTOMS, submitted.refused, now)
        elif state.needs_human == SILENT:
            state.needs_human = None
            state.deadline = now + state.start.silence
            state.enter(state.stage, texts.REACHED, now)

    async def _follow_customs(self) -> None:
        state = self._state
        if state.stage is not ReturnStage.APPLIED or len(state.receipts) == state.receipts_read:
            return
        state.receipts_read = len(state.receipts)
        explained = await call(
            declaration.explain_application,
            ExplainApplicationRequest(message=RECEIPT, receipts=list(state.receipts)),
            "receipts of the return",
        )
        state.standing, now = explained.standing, workflow.now()
        if explained.standing is ApplicationStanding.REFUSED:
            state.findings = [explained.finding] if explained.finding else []
            state.enter(ReturnStage.REFUSED_BY_CUSTOMS, explained.text, now)
        elif explained.standing is ApplicationStanding.ACCEPTED:
            self._accepted()
        elif explained.standing is ApplicationStanding.UNDER_WAY:
            self._under_way(explained)

    def _accepted(self) -> None:
        """Goods that came on the last day may be reported a little later: what counts is when they came."""
        state = self._state
        assert state.terms
        state.needs_human = None
        state.deadline = state.terms.back_by + state.start.silence
        state.enter(ReturnStage.ACCEPTED, texts.back_by(state.terms.back_by), workflow.now())

    def _under_way(self, explained: ExplainedApplication) -> None:
        state, now = self._state, workflow.now()
        state.deadline = now + state.start.decision
        if state.needs_human is not None:
            state.needs_human = None
            state.enter(state.stage, explained.text, now)

    async def _judge_goods(self) -> None:
        state = self._state
        if state.stage is not ReturnStage.ACCEPTED or state.report is None:
            return
        if state.needs_human is not None:
            if state.decided is not None:
                self._after_a_decision(state.decided)
            return
        assert state.terms
        request = JudgeRequest(
            declaration_list=state.start.declaration_list,
            lines=state.start.lines,
            back_by=state.terms.back_by,
            report=state.report,
        )
        judged = await call(returns.judge, request, "goods that came back")
        state.findings, now = judged.findings, workflow.now()
        state.back = judged.lines
        if judged.verdict is GoodsVerdict.AS_APPLIED:
            self._goods_back()
        elif judged.verdict in _END_OF:
            state.enter(_END_OF[judged.verdict], judged.findings[0].message, now)
        else:
            state.call_person(_CASE_OF[judged.verdict], judged.findings[0].message, now)

    def _goods_back(self) -> None:
        state = self._state
        state.needs_human, state.deadline = None, None
        state.enter(ReturnStage.GOODS_BACK, texts.GOODS_BACK, workflow.now())

    def _after_a_decision(self, decided: Resolution) -> None:
        """Going on takes what is there for what came back; nothing there, or closing, gives the return up."""
        state = self._state
        if decided is not Resolution.CLOSE and state.back:
            self._goods_back()
        else:
            state.enter(ReturnStage.GIVEN_UP, state.findings[0].message, workflow.now())

    def _meet_deadline(self) -> None:
        state, now = self._state, workflow.now()
        if state.stage is ReturnStage.APPLIED and state.decided is not None:
            self._after_silence(state.decided)
        if state.deadline is None or now < state.deadline:
            return
        state.deadline = None
        if state.stage is ReturnStage.APPLIED:
            self._meet_silence()
        elif state.stage is ReturnStage.ACCEPTED and not (state.needs_human == OTHER_QUANTITY and state.back):
            assert state.terms
            state.enter(ReturnStage.NOT_BACK_IN_TIME, texts.not_back(state.terms.back_by), now)

    def _meet_silence(self) -> None:
        state, now = self._state, workflow.now()
        if state.standing is ApplicationStanding.UNDER_WAY:
            state.call_person(UNDECIDED, texts.UNDECIDED, now)
        elif self._submission is not None:
            state.call_person(SILENT, texts.UNREACHABLE, now)
        elif state.resends < state.start.resends:
            state.resends += 1
            state.enter(state.stage, texts.RESENT, now)
            self._submit()
        else:
            state.call_person(SILENT, texts.SILENT, now)

    def _after_silence(self, decided: Resolution) -> None:
        state, now = self._state, workflow.now()
        state.needs_human = None
        if decided is Resolution.CLOSE:
            state.enter(ReturnStage.GIVEN_UP, state.changes[-1].reason, now)
        elif decided is Resolution.RESEND and self._submission is None:
            state.resends = 0
            self._submit()
        else:
            answered = state.standing is ApplicationStanding.UNDER_WAY
            state.deadline = now + (state.start.decision if answered else state.start.silence)
