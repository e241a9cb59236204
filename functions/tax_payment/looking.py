"""What there is to pay, and which orders need a person."""

from collections.abc import Iterator
from itertools import chain, islice

from events.tax_payment import Attention, OrderToSee, PaymentOutcome, TaxPayment
from functions.ledger import dues, journal, payment_orders
from functions.ledger.models import DueRequest, GuarantorDue
from functions.ledger.payment_orders import OrderReason
from functions.policy.pack import default_pack
from functions.tax_payment.models import GuarantorTax, ReviewRequest, TaxDue, TaxDueRequest
from functions.tax_payment.rules import (
    Terms,
    day_of,
    due_before,
    late_before,
    payment_day,
    summary_is_overdue,
    terms_of,
)

_LISTED = 100


def due(request: TaxDueRequest) -> TaxDue:
    """The guarantors with bills that are due, charges without a bill, or payments that have not ended."""
    terms = terms_of(default_pack().at(day_of(request.as_of)))
    asked = DueRequest(due_before=due_before(request.as_of, terms), overdue_before=late_before(request.as_of, terms))
    found = {one.guarantor: one for one in dues.due(asked).guarantors}
    known = [one for one in journal.guarantors() if request.guarantor in {None, one}]
    everybody = [_of_guarantor(guarantor, found.get(guarantor), request, terms) for guarantor in known]
    return TaxDue(guarantors=[one for one in everybody if one != GuarantorTax(guarantor=one.guarantor)])


def review(request: ReviewRequest) -> Attention:
    """The orders that need a person; notes a payment whose bills are all summarised, which is not looked at again."""
    terms = terms_of(default_pack().at(day_of(request.as_of)))
    before = due_before(request.as_of, terms)
    unbilled = _listed(payment_orders.unbilled(request.guarantor, before))
    late = [payment for payment in journal.payments(request.guarantor) if _is_waited_for(payment, request, terms)]
    unsummarised = _listed(chain.from_iterable(map(_unsummarised, late)))
    return Attention(
        unbilled=unbilled[0],
        unbilled_orders=unbilled[1],
        unsummarised=unsummarised[0],
        unsummarised_orders=unsummarised[1],
    )


def _of_guarantor(guarantor: str, found: GuarantorDue | None, request: TaxDueRequest, terms: Terms) -> GuarantorTax:
    payments = journal.payments(guarantor)
    return GuarantorTax(
        guarantor=guarantor,
        bills=found.bills if found else 0,
        late_bills=found.overdue if found else 0,
        unbilled=found.unbilled if found else 0,
        under_way=bool(payments) and payments[-1].outcome is None,
        unsummarised=sum(_is_waited_for(payment, request, terms) for payment in payments),
    )


def _is_waited_for(payment: TaxPayment, request: TaxDueRequest | ReviewRequest, terms: Terms) -> bool:
    """Paid so long ago that customs should have told."""
    if payment.outcome is not PaymentOutcome.PAID or payment.summarised or payment.paid_at is None:
        return False
    return summary_is_overdue(payment_day(payment.paid_at, payment.as_of), request.as_of, terms)


def _unsummarised(payment: TaxPayment) -> Iterator[OrderReason]:
    missing = 0
    for order in payment_orders.unsummarised(payment.guarantor, payment.payment_no):
        missing += 1
        yield order
    if not missing:
        journal.put(payment.model_copy(update={"summarised": True}))


def _listed(orders: Iterator[OrderReason]) -> tuple[int, list[OrderToSee]]:
    """How many there are, and the first of them."""
    shown = [OrderToSee(order=str(one.key), reason=one.reason) for one in islice(orders, _LISTED)]
    return len(shown) + sum(1 for _ in orders), shown
