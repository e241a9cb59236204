"""Carry out what a person has decided about the tax of one order, or say why that cannot be."""

from decimal import Decimal

from events.values import utc_now
from functions.ledger import alerts, store
from functions.ledger.accounts import guarantee
from functions.ledger.decisions import decided
from functions.ledger.findings import guarantee_short
from functions.ledger.models import Decided, DecideRequest
from functions.ledger.posting import Change
from functions.ledger.record import OrderRecord
from functions.ledger.store import Posted
from functions.ledger.table import ATTEMPTS, ContendedError, pause


def decide(request: DecideRequest) -> Decided:
    """The charge after the decision; repeatable. Raises ContendedError."""
    reason = f"{request.what} by {request.who}: {request.why}"
    for attempt in range(ATTEMPTS):
        pause(attempt)
        before = store.read(request.key)
        step = decided(before, request, utc_now())
        posted = Posted.DONE if step.after is before else store.post([Change(before, step.after, reason)])
        if posted is Posted.DONE:
            alerts.watch([step.after.guarantor])
            return Decided(charge=step.after.order_charge([]), refused=step.findings)
        if posted is Posted.REFUSED and (short := _short(before, step.after)):
            return short
    raise ContendedError(f"could not put on record for {request.key}: {reason}")


def _short(before: OrderRecord, after: OrderRecord) -> Decided | None:
    """The answer when the guarantee does not cover what would be held more; None when by now it does."""
    now = store.balance(guarantee(after.guarantor))
    available = now.available
    if available is not None and available >= after.charge.tax - before.charge.tax:
        return None
    room = None if available is None else available + before.charge.tax
    short = guarantee_short(after.guarantor, after.charge.tax, room, now.ceiling or Decimal())
    return Decided(charge=before.order_charge([]), refused=[short])
