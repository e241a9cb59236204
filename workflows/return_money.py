"""The money of one return: the ledger gets back what it held, the buyer what was paid."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from events.ceb.base import plain
    from events.life import Resolution
    from events.return_life import ReturnStage
    from events.values import CHINA
    from functions.ledger import handler as ledger
    from functions.ledger.models import Charge, GiveBackRequest, OrderCharge, Standing
    from functions.refund import handler as refund
    from functions.refund.models import PayRefundRequest, RefundAnswer
    from functions.returns import handler as returns
    from functions.returns.models import Reckoned, ReckonRequest
    from workflows import return_texts as texts
    from workflows.calls import call, call_outside
    from workflows.return_state import ReturnState

AFTER_PAYMENT, LEDGER_DIFFERS, REFUND_REFUSED = "return-after-payment", "ledger-differs", "refund-refused"
WITHOUT_TAX = "refund-without-tax"  # what the policy row return.after_payment may say instead of "person"


class ReturnMoney:
    """First the ledger, then the buyer; each step may be repeated without further effect."""

    def __init__(self, state: ReturnState) -> None:
        self._state = state
        self.payment: asyncio.Task[RefundAnswer] | None = None

    async def follow(self) -> None:
        """Restore when the goods are back, then pay."""
        state = self._state
        if state.stage is ReturnStage.GOODS_BACK:
            await self._restore()
        if state.stage is ReturnStage.REFUNDING:
            self._pay()

    async def _restore(self) -> None:
        """A person who has let it go on lets the ledger be asked again: what stood in the way may be gone."""
        state, decided = self._state, self._state.decided
        if state.needs_human is not None and decided is None:
            return
        if decided is Resolution.CLOSE:
            state.enter(ReturnStage.GIVEN_UP, texts.GIVEN_UP, workflow.now())
            return
        goes_without_tax = state.needs_human == AFTER_PAYMENT
        reckoned = await self._reckon()
        left = reckoned.remainder
        charge = Charge(value=left.dutiable_value, tax=left.total, yearly=left.yearly)
        request = GiveBackRequest(key=state.start.key, return_number=state.start.number, charge=charge)
        given = await call(ledger.give_back, request, "what the return leaves of the charge")
        if given.findings:
            self._not_given(given, reckoned, goes_without_tax=goes_without_tax)
            return
        state.needs_human, state.restored, state.refund = None, True, reckoned.refund
        state.enter(ReturnStage.REFUNDING, texts.RESTORED, workflow.now())

    async def _reckon(self) -> Reckoned:
        start = self._state.start
        request = ReckonRequest(
            on=workflow.now().astimezone(CHINA).date(),
            assessment=start.assessment,
            order=start.order,
            declaration_list=start.declaration_list,
            lines=self._state.back,
            before=start.before,
        )
        return await call(returns.reckon, request, "what is left of the tax")

    def _not_given(self, given: OrderCharge, reckoned: Reckoned, *, goes_without_tax: bool) -> None:
        """The tax is claimed or paid: the policy or a person says where that goes. Anything else is a person's."""
        state = self._state
        state.findings = given.findings
        assert state.terms
        if given.standing not in {Standing.CLAIMED, Standing.PAID}:
            state.call_person(LEDGER_DIFFERS, given.findings[0].message, workflow.now())
        elif goes_without_tax or state.terms.after_payment == WITHOUT_TAX:
            self._keep_the_tax(reckoned)
        else:
            state.call_person(AFTER_PAYMENT, texts.AFTER_PAYMENT, workflow.now())

    def _keep_the_tax(self, reckoned: Reckoned) -> None:
        state = self._state
        state.needs_human, state.refund = None, reckoned.refund_without_tax
        state.enter(ReturnStage.REFUNDING, texts.TAX_STAYS, workflow.now())

    def _pay(self) -> None:
        state = self._state
        if self.payment is not None:
            if self.payment.done():
                self._read_payment(self.payment.result())
                self.payment = None
            return
        decided = state.decided
        if state.needs_human == REFUND_REFUSED:
            if decided is None:
                return
            state.needs_human = None
            if decided is not Resolution.RESEND:
                state.enter(ReturnStage.SETTLED, texts.settled("0", None), workflow.now())
                return
        if not state.refund:
            state.enter(ReturnStage.SETTLED, texts.settled("0", None), workflow.now())
            return
        paid = state.start.payment.head
        request = PayRefundRequest(
            key=state.start.key,
            return_no=state.start.return_no,
            pay_code=paid.pay_code,
            pay_transaction_id=paid.pay_transaction_id,
            amount_paid=paid.amount_paid,
            amount=state.refund,
            reason=state.start.why,
        )
        self.payment = call_outside(refund.pay, request, "money back to the buyer")

    def _read_payment(self, answer: RefundAnswer) -> None:
        state = self._state
        if answer.refused:
            state.call_person(REFUND_REFUSED, answer.refused, workflow.now())
            return
        state.refund_no = answer.refund_no
        state.enter(ReturnStage.SETTLED, texts.settled(plain(state.refund), answer.refund_no), workflow.now())
