"""The end of the month in a demonstration: the tax that has become due is paid, and the books are checked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from temporalio.client import Client

from events.life import TASK_QUEUE
from events.tax_payment import TAX_PAYMENT_RUN_WORKFLOW, TaxPayment, TaxPaymentRunResult, TaxPaymentRunStart
from events.values import utc_now
from functions.ledger.account_models import Verified, VerifyRequest
from functions.ledger.handler import verify

LATER = timedelta(days=32)
"""After the days for returns, and before the tax is late."""


async def pay_tax(client: Client) -> Sequence[TaxPayment]:
    """Pay what is due a month from now, when everything is as it is."""
    result = await client.execute_workflow(
        TAX_PAYMENT_RUN_WORKFLOW,
        TaxPaymentRunStart(as_of=utc_now() + LATER),
        id=f"tax-payment-run/demo-{uuid4()}",
        task_queue=TASK_QUEUE,
        result_type=TaxPaymentRunResult,
        static_summary="tax that is due a month from now",
    )
    return [payment for guarantor in result.guarantors for payment in guarantor.payments]


def check_books() -> Verified:
    """Every balance of the ledger, recomputed from its postings."""
    return verify(VerifyRequest())
