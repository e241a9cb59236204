"""A payment of summarised tax, from one state to the next: pure, and the same however often it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime

from events.values import Value
from functions.ledger.models import Bill, ClaimedBill, Standing
from functions.ledger.posting import Change
from functions.ledger.record import GENERATED, SUMMARISED, OrderRecord


class PaymentState(StrEnum):
    """Its bills are being claimed; all are; all are paid; it is given up."""

    OPEN = "open"
    CLOSED = "closed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Payment(Value):
    """One payment of a guarantor, for at most `most` bills released before `before`. `step` counts its changes."""

    guarantor: str
    payment_no: str
    before: AwareDatetime
    most: int
    step: int = 0
    state: PaymentState = PaymentState.OPEN
    bills: int = 0
    total: Decimal = Decimal()
    settled_bills: int = 0
    settled_total: Decimal = Decimal()

    def changed(self, **fields: object) -> "Payment":
        """Its next state."""
        return self.model_copy(update={**fields, "step": self.step + 1})


@dataclass(frozen=True)
class Move:
    """What happens in one transaction: the payment's next state (the same one: nothing), with the orders and bills."""

    payment: Payment
    changes: list[Change] = field(default_factory=list)
    bills: list[ClaimedBill] = field(default_factory=list)


def claim(payment: Payment, records: Sequence[OrderRecord]) -> Move:
    """Add those of some bills that are due; a payment that is closed takes none."""
    if payment.state is not PaymentState.OPEN:
        return Move(payment)
    due = [bill for record in records if (bill := _claimable(record, payment))][: payment.most - payment.bills]
    if not due:
        return Move(payment)
    taken = {bill.key for bill in due}
    changes = [
        _change(record, f"claim {payment.payment_no}", standing=Standing.CLAIMED, payment_no=payment.payment_no)
        for record in records
        if record.key in taken
    ]
    total = sum((bill.tax for bill in due), payment.total)
    return Move(payment.changed(bills=payment.bills + len(due), total=total), changes, due)


def close(payment: Payment, _: Sequence[OrderRecord]) -> Move:
    """No further bill belongs to it."""
    return Move(payment.changed(state=PaymentState.CLOSED) if payment.state is PaymentState.OPEN else payment)


def settle(payment: Payment, records: Sequence[OrderRecord], paid_at: datetime) -> Move:
    """The bills of some orders are paid, and summarised by the payment's number."""
    claimed = _claimed(payment, records)
    if payment.state is not PaymentState.CLOSED or not claimed:
        return Move(payment)
    changes = [
        _change(
            record,
            f"settle {payment.payment_no}",
            standing=Standing.PAID,
            paid_at=paid_at,
            bill=_summarised(record.bill, payment.payment_no),
        )
        for record in claimed
    ]
    bills = payment.settled_bills + len(claimed)
    total = sum((record.charge.tax for record in claimed), payment.settled_total)
    state = PaymentState.SETTLED if bills == payment.bills else payment.state
    return Move(payment.changed(settled_bills=bills, settled_total=total, state=state), changes)


def withdraw(payment: Payment, _: Sequence[OrderRecord]) -> Move:
    """The payment will not be made, if nothing of it was made yet."""
    may_be = payment.state in {PaymentState.OPEN, PaymentState.CLOSED} and not payment.settled_bills
    return Move(payment.changed(state=PaymentState.WITHDRAWN) if may_be else payment)


def unclaim(payment: Payment, records: Sequence[OrderRecord], reason: str) -> Move:
    """The bills of some orders are due again, for another payment."""
    claimed = _claimed(payment, records)
    if payment.state is not PaymentState.WITHDRAWN or not claimed:
        return Move(payment)
    why = f"unclaim {payment.payment_no}: {reason}"
    changes = [_change(record, why, standing=Standing.HELD, payment_no=None) for record in claimed]
    return Move(payment.changed(), changes)


def _claimable(record: OrderRecord, payment: Payment) -> ClaimedBill | None:
    released_at, bill = record.released_at, record.bill
    if not record.is_due or bill is None or released_at is None:
        return None
    if record.guarantor != payment.guarantor or released_at >= payment.before:
        return None
    return ClaimedBill(
        key=record.key, tax_no=bill.tax_no, invt_no=bill.invt_no, released_at=released_at, tax=record.charge.tax
    )


def _claimed(payment: Payment, records: Sequence[OrderRecord]) -> list[OrderRecord]:
    return [
        record
        for record in records
        if record.standing is Standing.CLAIMED
        and record.payment_no == payment.payment_no
        and record.guarantor == payment.guarantor
    ]


def _summarised(bill: Bill | None, payment_no: str) -> Bill | None:
    if bill is None or bill.status != GENERATED:
        return bill
    return bill.model_copy(update={"status": SUMMARISED, "ent_duty_no": bill.ent_duty_no or payment_no})


def _change(record: OrderRecord, reason: str, **fields: object) -> Change:
    return Change(record, record.changed(**fields), reason)
