"""The end of the month in a demonstration: the tax that has become due is paid, and the books are checked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from events.life import TASK_QUEUE
from events.tax_payment import (
    TAX_PAYMENT_RUN_WORKFLOW,
    PaymentOutcome,
    TaxPayment,
    TaxPaymentRunResult,
    TaxPaymentRunStart,
)
from events.values import utc_now
from functions.ledger.account_models import Verified, VerifyRequest
from functions.ledger.handler import verify
from infra.demo.hands import PlayError, Stagehands

LATER = timedelta(days=32)
"""After the days for returns, and before the tax is late."""
_SHARE_OF_RUN = 5 / 6  # of the patience: the run says what is under way before it is given up


async def pay_tax(hands: Stagehands) -> Sequence[TaxPayment]:
    """Pay what is due a month from now, when everything is as it is; what the bank refuses, once more as on a next day.

    All payments, in the order of the runs. Raises PlayError when a payment does not come to an end.
    """
    payments = await _run(hands)
    if any(payment.outcome is PaymentOutcome.REFUSED for payment in payments):
        payments += await _run(hands)
    return payments


async def _run(hands: Stagehands) -> list[TaxPayment]:
    run_id = f"tax-payment-run/demo-{uuid4()}"
    patience = timedelta(seconds=hands.patience) * _SHARE_OF_RUN
    start = TaxPaymentRunStart(as_of=utc_now() + LATER, patience=patience)
    result = await hands.asked(
        lambda: _result(hands.temporal, run_id, start), f"{run_id}: what is due, and its payment"
    )
    for guarantor in result.under_way:
        raise PlayError(f"{run_id}: the tax payment of {guarantor} is still under way")
    return [payment for guarantor in result.guarantors for payment in guarantor.payments]


async def _result(client: Client, run_id: str, start: TaxPaymentRunStart) -> TaxPaymentRunResult:
    """The result of a run, which is started if it is not."""
    try:
        result: TaxPaymentRunResult = await client.execute_workflow(
            TAX_PAYMENT_RUN_WORKFLOW,
            start,
            id=run_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            result_type=TaxPaymentRunResult,
            static_summary="tax that is due a month from now",
        )
    except WorkflowAlreadyStartedError:
        result = await client.get_workflow_handle(run_id, result_type=TaxPaymentRunResult).result()
    return result


def check_books() -> Verified:
    """Every balance of the ledger, recomputed from its postings."""
    return verify(VerifyRequest())
