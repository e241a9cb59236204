"""Hand a payment file to the bank."""

from pydantic import ValidationError

from events.money import TaxPaymentDone, TaxPaymentFile, TaxPaymentLine
from events.values import Text
from functions.function import function
from functions.money.post import impossible, post
from functions.settings import settings
from functions.tax_payment.models import PayTaxRequest, TaxPaymentAnswer


@function("tax_payment.pay")
def pay(request: PayTaxRequest) -> TaxPaymentAnswer:
    """Have the bills of one payment number paid, all or none; asked again, it is the same payment.

    Raises functions.money.post.MoneyUnavailableError while nobody knows whether they were paid.
    """
    try:
        file = TaxPaymentFile(
            payment_no=request.payment_no,
            guarantor=request.guarantor,
            total=request.total,
            lines=[TaxPaymentLine(**bill.model_dump()) for bill in request.bills],
        )
    except ValidationError as error:
        return TaxPaymentAnswer(refused=impossible(error))
    answer = post(settings().bank_url, file.payment_no, file, TaxPaymentDone, "bank")
    if isinstance(answer, Text):
        return TaxPaymentAnswer(refused=answer)
    return TaxPaymentAnswer(paid_at=answer.paid_at, bank_reference=answer.bank_reference)
