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
from infra.demo.hands import PATIENCE_SECONDS, patiently

LATER = timedelta(days=32)
"""After the days for returns, and before the tax is late."""


async def pay_tax(client: Client, patience: float = PATIENCE_SECONDS) -> Sequence[TaxPayment]:
    """Pay what is due a month from now, when everything is as it is; what the bank refuses, once more as on a next day.

    All payments, in the order of the runs.
    """
    payments = await _run(client, patience)
    if any(payment.outcome is PaymentOutcome.REFUSED for payment in payments):
        payments += await _run(client, patience)
    return payments


async def _run(client: Client, patience: float) -> list[TaxPayment]:
    run_id = f"tax-payment-run/demo-{uuid4()}"
    start = TaxPaymentRunStart(as_of=utc_now() + LATER)
    result = await patiently(lambda: _result(client, run_id, start), patience)
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
