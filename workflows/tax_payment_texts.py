"""What operators read of a tax payment, in words: numbers of payments and sums, nobody's data."""

from collections.abc import Sequence

from events.tax_payment import Attention, PaymentOutcome, TaxPayment
from events.values import Text
from functions.tax_payment.models import ClaimedTax

WITHDRAWN = Text(
    zh="上一次运行放弃了此笔缴款，税单将列入下一笔。",
    en="An earlier run has given this payment up; its bills go into another one.",
)
BANK_SILENT = "The bank does not answer; it is asked again under the same number until it does."
CLAIMING = "The bills that are due are being claimed."


def asking(claimed: ClaimedTax) -> str:
    """The bank is asked to pay."""
    return f"{claimed.bills} bills, {claimed.total} CNY: the bank is asked to pay."


def details(payment: TaxPayment, words: str) -> str:
    """Where a payment stands."""
    return f"**{payment.payment_no}** for what is due on {payment.as_of:%Y-%m-%d %H:%M %Z}\n\n{words}"


def ended(payments: Sequence[TaxPayment], attention: Attention) -> str:
    """What was paid and what is left for a person."""
    lines = [_line(payment) for payment in payments] or ["Nothing was due."]
    if attention.unbilled:
        lines.append(f"Due without a bill that can be paid: {attention.unbilled} orders")
    if attention.unsummarised:
        lines.append(f"Paid, but not summarised by customs: {attention.unsummarised} orders")
    return "\n\n".join(lines)


def _line(payment: TaxPayment) -> str:
    known = f"**{payment.payment_no}** {payment.outcome}: {payment.bills} bills, {payment.total} CNY"
    if payment.outcome is PaymentOutcome.REFUSED and payment.refused:
        return f"{known}. {payment.refused.en}"
    if payment.late and payment.late.bills:
        late = payment.late
        return f"{known}; {late.bills} late by up to {late.days} days, late fee {late.fee} CNY"
    return known
