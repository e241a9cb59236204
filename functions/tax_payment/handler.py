"""The functions of a tax payment. The bills stay in the ledger; what passes between the steps are numbers and sums."""

from events.tax_payment import Attention, TaxPayment
from functions.function import function
from functions.ledger import journal, paying, payment_orders
from functions.ledger.models import ClaimRequest
from functions.policy.pack import default_pack
from functions.tax_payment import closing, looking
from functions.tax_payment.models import (
    ClaimedTax,
    ClaimTaxRequest,
    ClosedTax,
    CloseTaxRequest,
    ListedPayments,
    ListRequest,
    OpenPaymentRequest,
    PayTaxRequest,
    ReviewRequest,
    TaxDue,
    TaxDueRequest,
    TaxPaymentAnswer,
)
from functions.tax_payment.rules import day_of, due_before, month_of, terms_of


@function("tax_payment.due")
def due(request: TaxDueRequest) -> TaxDue:
    """The guarantors for whom there is something to pay, to finish or to look at."""
    return looking.due(request)


@function("tax_payment.open")
def open_payment(request: OpenPaymentRequest) -> TaxPayment:
    """The payment that is under way, else one with the next number of the month of `as_of`; repeatable."""
    return journal.open_payment(request.guarantor, request.as_of, month_of(request.as_of))


@function("tax_payment.claim")
def claim(request: ClaimTaxRequest) -> ClaimedTax:
    """Claim what is due for a payment, the first time for good."""
    payment = request.payment
    terms = terms_of(default_pack().at(day_of(payment.as_of)))
    claimed = paying.claim(
        ClaimRequest(
            guarantor=payment.guarantor,
            payment_no=payment.payment_no,
            before=due_before(payment.as_of, terms),
            most=request.most,
        )
    )
    withdrawn = payment_orders.is_withdrawn(payment.guarantor, payment.payment_no)
    if withdrawn:
        claimed = payment_orders.claimed(payment.guarantor, payment.payment_no)
    return ClaimedTax(bills=len(claimed.bills), total=claimed.total, withdrawn=withdrawn)


@function("tax_payment.pay")
def pay(request: PayTaxRequest) -> TaxPaymentAnswer:
    """Have the bank pay what a payment has claimed; asked again, it is the same file.

    Raises functions.money.post.MoneyUnavailableError while nobody knows whether it was paid.
    """
    from functions.tax_payment import bank  # noqa: PLC0415 - files for the bank and what signs them: when one is paid

    claimed = payment_orders.claimed(request.guarantor, request.payment_no)
    return bank.pay(request.payment_no, request.guarantor, claimed.bills, claimed.total)


@function("tax_payment.close")
def close(request: CloseTaxRequest) -> ClosedTax:
    """Put on record and tell what became of a payment; repeatable."""
    payment = request.payment
    return closing.close(request, payment_orders.claimed(payment.guarantor, payment.payment_no).bills)


@function("tax_payment.review")
def review(request: ReviewRequest) -> Attention:
    """The orders of a guarantor that need a person."""
    return looking.review(request)


@function("tax_payment.list")
def list_payments(request: ListRequest) -> ListedPayments:
    """The payments on record."""
    known = [one for one in journal.guarantors() if request.guarantor in {None, one}]
    return ListedPayments(payments=[payment for guarantor in known for payment in journal.payments(guarantor)])
