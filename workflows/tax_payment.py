"""The payment of summarised import tax: a run for everybody, and one guarantor's payments (rulebook 4.4)."""

import asyncio
from contextlib import suppress

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ChildWorkflowError, WorkflowAlreadyStartedError

with workflow.unsafe.imports_passed_through():
    from events.findings import Finding
    from events.tax_payment import (
        TAX_PAYMENT_RUN_WORKFLOW,
        TAX_PAYMENT_WORKFLOW,
        GuarantorTaxResult,
        LateBill,
        PaymentOutcome,
        TaxPayment,
        TaxPaymentRunResult,
        TaxPaymentRunStart,
        TaxPaymentStart,
    )
    from functions.dispatch import search_attributes as attributes
    from functions.ledger import handler as ledger
    from functions.ledger.models import SettleRequest, UnclaimRequest
    from functions.tax_payment import handler as tax_payment
    from functions.tax_payment.models import (
        ClaimedTax,
        ClaimTaxRequest,
        ClosedTax,
        CloseTaxRequest,
        GuarantorTax,
        OpenPaymentRequest,
        PayTaxRequest,
        ReviewRequest,
        TaxDueRequest,
        TaxPaymentAnswer,
    )
    from workflows import tax_payment_texts as texts
    from workflows.calls import call, call_long, call_outside

_PAYING = "paying"
_LISTED = 100


@workflow.defn(name=TAX_PAYMENT_WORKFLOW)
class TaxPaymentWorkflow:
    """One guarantor's payments, one at a time: number, claim, bank, settle.

    What an earlier run has left unfinished is finished first. The last payment of a run takes what is due at that
    moment; a bill that arrives later goes into the next run. A payment that the bank refuses ends the run: its bills
    are due again, and a person looks.
    """

    @workflow.init
    def __init__(self, start: TaxPaymentStart) -> None:
        self._start = start
        self._payments: list[TaxPayment] = []
        self._late: list[LateBill] = []
        self._findings: list[Finding] = []

    @workflow.run
    async def run(self, start: TaxPaymentStart) -> GuarantorTaxResult:
        """Pay until nothing is left that was due; answers what was paid and what is left for a person."""
        more = bool(start.bills) or start.under_way
        while more:
            more = await self._pay_once()
        asked = ReviewRequest(guarantor=start.guarantor, as_of=start.as_of)
        attention = await call_long(tax_payment.review, asked, "orders that need a person")
        workflow.set_current_details(texts.ended(self._payments, attention))
        self._tell_search()
        return GuarantorTaxResult(
            guarantor=start.guarantor,
            payments=self._payments,
            late=self._late[:_LISTED],
            attention=attention,
            findings=self._findings,
        )

    async def _pay_once(self) -> bool:
        """One payment from its number to its end; whether another one follows."""
        start = self._start
        asked = OpenPaymentRequest(guarantor=start.guarantor, as_of=start.as_of)
        payment = await call(tax_payment.open_payment, asked, "the number of the payment")
        workflow.set_current_details(texts.details(payment, texts.CLAIMING))
        to_claim = ClaimTaxRequest(payment=payment, most=start.most)
        claimed = await call_long(tax_payment.claim, to_claim, f"claim for {payment.payment_no}")
        answer = await self._carry_out(payment, claimed)
        closed = await self._close(payment, claimed, answer)
        outcome = closed.payment.outcome
        if payment.as_of != start.as_of:  # of an earlier run: what is due now comes next
            return bool(start.bills) and outcome is not PaymentOutcome.REFUSED
        return outcome is PaymentOutcome.PAID and claimed.bills >= start.most

    async def _carry_out(self, payment: TaxPayment, claimed: ClaimedTax) -> TaxPaymentAnswer:
        """Bank and ledger: paid and settled, or refused and due again."""
        if claimed.withdrawn:
            answer = TaxPaymentAnswer(refused=texts.WITHDRAWN)
        elif claimed.bills:
            answer = await self._ask_bank(payment, claimed)
        else:
            return TaxPaymentAnswer()
        if answer.refused:
            reason = answer.refused.en
            given_up = UnclaimRequest(guarantor=payment.guarantor, payment_no=payment.payment_no, reason=reason)
            unclaimed = await call_long(ledger.unclaim, given_up, f"{payment.payment_no} is given up")
            self._findings += unclaimed.findings
        else:
            assert answer.paid_at
            paid = SettleRequest(guarantor=payment.guarantor, payment_no=payment.payment_no, paid_at=answer.paid_at)
            settled = await call_long(ledger.settle, paid, f"{payment.payment_no} is paid")
            self._findings += settled.findings
        return answer

    async def _ask_bank(self, payment: TaxPayment, claimed: ClaimedTax) -> TaxPaymentAnswer:
        """Until the bank answers; a person is told when it keeps silent."""
        workflow.set_current_details(texts.details(payment, texts.asking(claimed)))
        request = PayTaxRequest(guarantor=payment.guarantor, payment_no=payment.payment_no)
        asked = call_outside(tax_payment.pay, request, f"{payment.payment_no}: {claimed.bills} bills")
        with suppress(TimeoutError):
            await workflow.wait_condition(asked.done, timeout=self._start.silence, timeout_summary="the bank's answer")
        if asked.done():
            return asked.result()
        workflow.set_current_details(texts.details(payment, texts.BANK_SILENT))
        workflow.upsert_search_attributes([attributes.NEEDS_HUMAN.value_set(True)])  # the end takes it back
        return await asked

    async def _close(self, payment: TaxPayment, claimed: ClaimedTax, answer: TaxPaymentAnswer) -> ClosedTax:
        request = CloseTaxRequest(payment=payment, claimed=claimed, answer=answer, at=workflow.now())
        closed = await call_long(tax_payment.close, request, f"{payment.payment_no} is put on record")
        self._payments.append(closed.payment)
        self._late += closed.late
        return closed

    def _tell_search(self) -> None:
        """How it ended, and whether a person must look."""
        outcome = (self._payments[-1].outcome if self._payments else None) or PaymentOutcome.NOTHING
        needs_human = outcome is PaymentOutcome.REFUSED or bool(self._findings)
        workflow.upsert_search_attributes(
            [attributes.STAGE.value_set(outcome.value), attributes.NEEDS_HUMAN.value_set(needs_human)]
        )


@workflow.defn(name=TAX_PAYMENT_RUN_WORKFLOW)
class TaxPaymentRunWorkflow:
    """A run: every guarantor with something to pay gets a workflow of its own, which outlives a run that waits no more.

    A guarantor whose payment another run is making is left to it.
    """

    @workflow.init
    def __init__(self, start: TaxPaymentRunStart) -> None:
        self._start = start
        self._as_of = start.as_of or workflow.now()
        self._results: list[GuarantorTaxResult] = []
        self._waiting: list[str] = []
        self._failed: list[str] = []

    @workflow.run
    async def run(self, start: TaxPaymentRunStart) -> TaxPaymentRunResult:
        """Until every guarantor's workflow has ended, or for `patience`."""
        asked = TaxDueRequest(as_of=self._as_of, guarantor=start.guarantor)
        due = await call_long(tax_payment.due, asked, f"what is due on {self._as_of:%Y-%m-%d %H:%M %Z}")
        self._waiting = [one.guarantor for one in due.guarantors]
        self._tell()
        if due.guarantors:
            paying = [asyncio.create_task(self._pay(one)) for one in due.guarantors]
            await workflow.wait(paying, timeout=start.patience.total_seconds())
        return TaxPaymentRunResult(
            as_of=self._as_of,
            guarantors=sorted(self._results, key=lambda result: result.guarantor),
            under_way=sorted(self._waiting),
            failed=sorted(self._failed),
        )

    async def _pay(self, one: GuarantorTax) -> None:
        start = TaxPaymentStart(
            guarantor=one.guarantor,
            as_of=self._as_of,
            bills=one.bills,
            under_way=one.under_way,
            most=self._start.most,
            silence=self._start.silence,
        )
        try:
            result = await workflow.execute_child_workflow(
                TaxPaymentWorkflow.run,
                start,
                id=start.workflow_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                cancellation_type=workflow.ChildWorkflowCancellationType.ABANDON,
                search_attributes=_at_start(),
                static_summary=f"tax of {one.guarantor}: {one.bills} bills, {one.late_bills} late",
            )
        except WorkflowAlreadyStartedError:
            return
        except ChildWorkflowError:
            self._failed.append(one.guarantor)
        else:
            self._results.append(result)
        self._waiting.remove(one.guarantor)
        self._tell()

    def _tell(self) -> None:
        done = [result.guarantor for result in self._results]
        workflow.set_current_details(
            f"Due on {self._as_of:%Y-%m-%d %H:%M %Z}\n\nUnder way: {', '.join(self._waiting) or 'none'}"
            f"\n\nDone: {', '.join(done) or 'none'}"
        )


def _at_start() -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [
            SearchAttributePair(attributes.STAGE, _PAYING),
            SearchAttributePair(attributes.NEEDS_HUMAN, value=False),
        ]
    )
