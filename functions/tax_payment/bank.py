"""The way to the bank: one signed file for one payment."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import ValidationError

from events.money import TaxPaymentDone, TaxPaymentFile, TaxPaymentLine
from events.values import Text
from functions.ledger.models import ClaimedBill
from functions.money.post import impossible, post
from functions.settings import settings
from functions.tax_payment.models import TaxPaymentAnswer


def pay(payment_no: str, guarantor: str, bills: Sequence[ClaimedBill], total: Decimal) -> TaxPaymentAnswer:
    """Have the bills of one payment number paid, all or none; asked again, it is the same payment.

    The bills under a number must never change. `total` is what the payer has set aside; it must be what they add up
    to. Raises functions.money.post.MoneyUnavailableError while nobody knows whether they were paid.
    """
    try:
        file = TaxPaymentFile(
            payment_no=payment_no,
            guarantor=guarantor,
            total=total,
            lines=[TaxPaymentLine(tax_no=bill.tax_no, invt_no=bill.invt_no, amount=bill.tax) for bill in bills],
        )
    except ValidationError as error:
        return TaxPaymentAnswer(refused=impossible(error))
    answer = post(settings().bank_url, file.payment_no, file, TaxPaymentDone, "bank")
    if isinstance(answer, Text):
        return TaxPaymentAnswer(refused=answer)
    return TaxPaymentAnswer(paid_at=answer.paid_at, bank_reference=answer.bank_reference)
