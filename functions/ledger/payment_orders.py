"""The orders of a payment, and those that no payment can take: what the payer and a person must know of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from events.values import OrderKey, Text, Value
from functions.ledger import payment_store, store
from functions.ledger.models import Claimed, Decision
from functions.ledger.payments import PaymentState
from functions.ledger.record import SUMMARISED, OrderRecord, unbilled_queue

_AT_ONCE = 100

NO_BILL = Text(
    zh="应缴税日已到，未收到税单。请向海关查询。",
    en="The tax is due, and no tax bill has come. Ask customs.",
)
NOT_PAYABLE = Text(
    zh="税单已作废或已汇总，无法缴纳。请向海关查询。",
    en="The tax bill is void or summarised already and cannot be paid. Ask customs.",
)
OUTDATED = Text(
    zh="退货后税款已减少，剩余部分的税单尚未收到或尚未入账。若不变化，请向海关查询。",
    en="A return has lowered the tax, and the bill for what is left has not come or is not on record yet. "
    "Ask customs if it stays so.",
)
RETURN_UNDER_WAY = Text(
    zh="退货正在办理，税款暂不缴纳，待退货办结。",
    en="A return is under way: the tax is not paid before it has ended.",
)
NOT_SUMMARISED = Text(
    zh="税款已缴，海关尚未通知汇总（CEB818）。请向海关查询。",
    en="The tax is paid, and customs has not told that the bill is summarised (CEB818). Ask customs.",
)


def left_out(decision: Decision) -> Text:
    """Why an order is in no payment."""
    return Text(
        zh=f"{decision.who} 决定暂不缴纳：{decision.why}。恢复用 sandan tax-payment take-in。",
        en=f"Left out by {decision.who}: {decision.why}. `sandan tax-payment take-in` has the next payment take it.",
    )


class OrderReason(Value):
    """An order that a person must look at, and why."""

    key: OrderKey
    reason: Text


def claimed(guarantor: str, payment_no: str) -> Claimed:
    """What a payment has claimed; nothing when there is no such payment."""
    payment = payment_store.read(guarantor, payment_no)
    if payment is None:
        return Claimed(bills=[], total=Decimal())
    return Claimed(bills=payment_store.bills(guarantor, payment_no), total=payment.total)


def is_withdrawn(guarantor: str, payment_no: str) -> bool:
    """Whether a payment was given up."""
    payment = payment_store.read(guarantor, payment_no)
    return payment is not None and payment.state is PaymentState.WITHDRAWN


def unbilled(guarantor: str, before: datetime) -> Iterator[OrderReason]:
    """Orders released before then whose tax is held without a bill that can be paid, the longest released first."""
    for page in payment_store.waiting(unbilled_queue(guarantor), before):
        for record in _records(page):
            yield OrderReason(key=record.key, reason=_why_unbilled(record))


def unsummarised(guarantor: str, payment_no: str) -> Iterator[OrderReason]:
    """Orders of a payment for whose bill customs has not named its own payment document (entDutyNo of CEB818)."""
    keys = [bill.key for bill in payment_store.bills(guarantor, payment_no)]
    for record in _records(keys):
        bill = record.bill
        if bill is None or bill.status != SUMMARISED or bill.ent_duty_no in {None, payment_no}:
            reason = record.findings[0].message if record.findings else NOT_SUMMARISED
            yield OrderReason(key=record.key, reason=reason)


def _why_unbilled(record: OrderRecord) -> Text:
    if record.is_left_out and record.last_turn:
        return left_out(record.last_turn)
    if record.return_under_way:
        return RETURN_UNDER_WAY
    if record.bill is None:
        return NO_BILL
    if record.is_outdated(record.bill):
        return OUTDATED
    return record.findings[0].message if record.findings else NOT_PAYABLE


def _records(keys: Sequence[OrderKey]) -> Iterator[OrderRecord]:
    for start in range(0, len(keys), _AT_ONCE):
        yield from store.read_many(keys[start : start + _AT_ONCE])
