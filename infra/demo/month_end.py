"""The end of the month in a demonstration: the tax that has become due is paid, and the books are checked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client

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
from infra.demo.hands import PATIENCE_SECONDS, PlayError, within_patience

LATER = timedelta(days=32)
"""After the days for returns, and before the tax is late."""
_PATIENCE_OF_RUN = timedelta(seconds=PATIENCE_SECONDS - 15)


async def pay_tax(client: Client) -> Sequence[TaxPayment]:
    """Pay what is due a month from now, when everything is as it is; what the bank refuses, once more as on a next day.

    All payments, in the order of the runs. Raises PlayError when a payment does not come to an end.
    """
    payments = await _run(client)
    if any(payment.outcome is PaymentOutcome.REFUSED for payment in payments):
        payments += await _run(client)
    return payments


async def _run(client: Client) -> list[TaxPayment]:
    workflow_id = f"tax-payment-run/demo-{uuid4()}"
    running = client.execute_workflow(
        TAX_PAYMENT_RUN_WORKFLOW,
        TaxPaymentRunStart(as_of=utc_now() + LATER, patience=_PATIENCE_OF_RUN),
        id=workflow_id,
        task_queue=TASK_QUEUE,
        result_type=TaxPaymentRunResult,
        static_summary="tax that is due a month from now",
    )
    result = await within_patience(running, f"{workflow_id}: what is due, and its payment")
    for guarantor in result.under_way:
        raise PlayError(f"{workflow_id}: the tax payment of {guarantor} is still under way")
    return [payment for guarantor in result.guarantors for payment in guarantor.payments]


def check_books() -> Verified:
    """Every balance of the ledger, recomputed from its postings."""
    return verify(VerifyRequest())
