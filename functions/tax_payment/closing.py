"""What became of a payment: on record first, told then, so that a repetition tells the same again."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from events.outbound import TAX_PAID, TAX_PAYMENT_REFUSED
from events.tax_payment import LateBill, LateTax, PaymentOutcome, TaxPaid, TaxPayment, TaxPaymentRefused
from events.values import Text
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.ledger import journal
from functions.ledger.models import ClaimedBill
from functions.policy.pack import default_pack
from functions.tax_payment.models import ClosedTax, CloseTaxRequest
from functions.tax_payment.rules import Terms, days_late, is_enforceable, late_fee, payment_day, terms_of

_LISTED = 100


def close(request: CloseTaxRequest, bills: Sequence[ClaimedBill]) -> ClosedTax:
    """Keep and tell a payment with its `bills`. Raises functions.bus.BusError."""
    if not request.claimed.bills and not request.answer.refused:
        return _kept(_ended(request, PaymentOutcome.NOTHING))
    if request.answer.refused:
        payment = _ended(request, PaymentOutcome.REFUSED, refused=request.answer.refused)
        closed = _kept(payment)
        _tell(payment, request, _refused(payment, request.answer.refused, request))
        return closed
    return _paid(request, bills)


def _paid(request: CloseTaxRequest, bills: Sequence[ClaimedBill]) -> ClosedTax:
    answer = request.answer
    assert answer.paid_at  # the bank has answered
    on = payment_day(answer.paid_at, request.payment.as_of)
    terms = terms_of(default_pack().at(on))
    late = [bill for bill in (_late(bill, on, terms) for bill in bills) if bill.days_late]
    payment = _ended(
        request,
        PaymentOutcome.PAID,
        paid_at=answer.paid_at,
        bank_reference=answer.bank_reference,
        late=_altogether(late),
        policy=list(terms.policy),
    )
    closed = _kept(payment, sorted(late, key=lambda bill: -bill.days_late)[:_LISTED])
    _tell(payment, request, _told(payment))
    return closed


def _late(bill: ClaimedBill, on: date, terms: Terms) -> LateBill:
    days = days_late(bill.released_at, on, terms)
    return LateBill(
        order=str(bill.key),
        tax_no=bill.tax_no,
        released_at=bill.released_at,
        tax=bill.tax,
        days_late=days,
        late_fee=late_fee(bill.tax, days, terms),
        enforceable=is_enforceable(bill.released_at, on, terms),
    )


def _altogether(late: Sequence[LateBill]) -> LateTax:
    return LateTax(
        bills=len(late),
        days=max((bill.days_late for bill in late), default=0),
        fee=sum((bill.late_fee for bill in late), Decimal()),
    )


def _ended(request: CloseTaxRequest, outcome: PaymentOutcome, **fields: object) -> TaxPayment:
    claimed = {"bills": request.claimed.bills, "total": request.claimed.total}
    return request.payment.model_copy(update={"outcome": outcome, **claimed, **fields})


def _kept(payment: TaxPayment, late: Sequence[LateBill] = ()) -> ClosedTax:
    journal.put(payment)
    return ClosedTax(payment=payment, late=list(late))


def _told(payment: TaxPayment) -> TaxPaid:
    assert payment.late
    return TaxPaid.model_validate(
        {
            **payment.model_dump(include=set(TaxPaid.model_fields)),
            "late_bills": payment.late.bills,
            "most_days_late": payment.late.days,
            "late_fee": payment.late.fee,
        }
    )


def _refused(payment: TaxPayment, reason: Text, request: CloseTaxRequest) -> TaxPaymentRefused:
    fields = payment.model_dump(include=set(TaxPaymentRefused.model_fields))
    return TaxPaymentRefused.model_validate({**fields, "reason": reason, "refused_at": request.at})


def _tell(payment: TaxPayment, request: CloseTaxRequest, data: TaxPaid | TaxPaymentRefused) -> None:
    """One event per payment: its id is the same whenever it is told again."""
    event_type = TAX_PAID if isinstance(data, TaxPaid) else TAX_PAYMENT_REFUSED
    event = OutboundEvent(
        id=f"tax-payment/{payment.payment_no}#{payment.outcome}",
        type=event_type.name,
        subject=f"tax-payment/{payment.payment_no}",
        time=request.at,
        data=data,
    )
    put_events(OWN_SOURCE, [event])
