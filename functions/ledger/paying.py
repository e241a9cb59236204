"""Claim, settle and give up payments of summarised tax: chunk by chunk, each chunk in one transaction.

A crash between two chunks leaves the payment's item with the sums so far; a repetition goes on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from events.values import OrderKey
from functions.ledger import alerts, payment_store, payments, store
from functions.ledger.findings import no_such_payment
from functions.ledger.models import Claimed, ClaimRequest, Settled, SettleRequest, Unclaimed, UnclaimRequest
from functions.ledger.payments import Move, Payment, PaymentState
from functions.ledger.record import OrderRecord, due_queue
from functions.ledger.store import Posted
from functions.ledger.table import ATTEMPTS, MOST_ITEMS, ContendedError, pause

_CLAIMED_AT_ONCE = (MOST_ITEMS - 1) // 2  # an order and a bill each, and the payment
_SETTLED_AT_ONCE = (MOST_ITEMS - 3) // 3  # an order and two postings each, two balances, and the payment
_UNKNOWN = "unknown"
_Step = Callable[[Payment, Sequence[OrderRecord]], Move]


def claim(request: ClaimRequest) -> Claimed:
    """The bills of a payment, which are chosen the first time for good. Raises ContendedError."""
    payment = payment_store.begin(Payment.model_validate(request.model_dump()))
    if payment.state is PaymentState.OPEN:
        payment = _gather(payment)
    if payment.state is PaymentState.WITHDRAWN:
        return Claimed(bills=[], total=Decimal())
    return Claimed(bills=payment_store.bills(request.guarantor, request.payment_no), total=payment.total)


def settle(request: SettleRequest) -> Settled:
    """All bills of a payment are paid. Raises ContendedError."""
    payment = payment_store.read(request.guarantor, request.payment_no)
    if payment is None or payment.state not in {PaymentState.CLOSED, PaymentState.SETTLED}:
        state = payment.state if payment else _UNKNOWN
        return Settled(bills=0, total=Decimal(), findings=[no_such_payment(request.payment_no, state)])
    payment = _each(payment, _SETTLED_AT_ONCE, partial(payments.settle, paid_at=request.paid_at))
    alerts.watch([request.guarantor])
    return Settled(bills=payment.settled_bills, total=payment.settled_total)


def unclaim(request: UnclaimRequest) -> Unclaimed:
    """All bills of a payment are due again; a payment that was made stays. Raises ContendedError."""
    payment = payment_store.read(request.guarantor, request.payment_no)
    if payment is not None:
        payment = _advance(payment, [], payments.withdraw)
    if payment is None or payment.state is not PaymentState.WITHDRAWN:
        state = payment.state if payment else _UNKNOWN
        return Unclaimed(bills=0, total=Decimal(), findings=[no_such_payment(request.payment_no, state)])
    payment = _each(payment, _CLAIMED_AT_ONCE, partial(payments.unclaim, reason=request.reason))
    return Unclaimed(bills=payment.bills, total=payment.total)


def _gather(payment: Payment) -> Payment:
    for page in payment_store.waiting(due_queue(payment.guarantor), payment.before):
        for orders in _chunks(page, _CLAIMED_AT_ONCE):
            payment = _advance(payment, orders, payments.claim)
            if payment.state is not PaymentState.OPEN or payment.bills >= payment.most:
                return _advance(payment, [], payments.close)
    return _advance(payment, [], payments.close)


def _each(payment: Payment, at_once: int, step: _Step) -> Payment:
    orders = [bill.key for bill in payment_store.bills(payment.guarantor, payment.payment_no)]
    for chunk in _chunks(orders, at_once):
        payment = _advance(payment, chunk, step)
    return payment


def _advance(payment: Payment, orders: Sequence[OrderKey], step: _Step) -> Payment:
    """The payment after one step, which is made on what the orders and the payment are at that moment."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        move = step(payment, store.read_many(orders))
        if move.payment is payment:
            return payment
        bills = [payment_store.put_bill(payment, bill) for bill in move.bills]
        if store.post(move.changes, extra=[payment_store.put_payment(move.payment), *bills]) is Posted.DONE:
            return move.payment
        payment = payment_store.read(payment.guarantor, payment.payment_no) or payment
    raise ContendedError(f"could not bring payment {payment.payment_no} of {payment.guarantor} forward")


def _chunks(orders: Sequence[OrderKey], size: int) -> Iterator[Sequence[OrderKey]]:
    for start in range(0, len(orders), size):
        yield orders[start : start + size]
