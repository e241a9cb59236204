"""Change an order's charge by one of the rules, whatever else happens to it at the same time."""

from collections.abc import Callable

from events.values import OrderKey
from functions.ledger import alerts, store
from functions.ledger.models import OrderCharge
from functions.ledger.posting import Change
from functions.ledger.record import OrderRecord
from functions.ledger.rules import Step
from functions.ledger.store import Posted
from functions.ledger.table import ATTEMPTS, ContendedError, pause


def change(
    key: OrderKey, reason: str, rule: Callable[[OrderRecord], Step], *, frees_guarantee: bool = False
) -> OrderCharge:
    """The charge after the rule; repeatable. Raises ContendedError."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        before = store.read(key)
        step = rule(before)
        if step.after is before or store.post([Change(before, step.after, reason)]) is Posted.DONE:
            if frees_guarantee:
                alerts.watch([step.after.guarantor])
            return step.after.order_charge(step.findings)
    raise ContendedError(f"could not {reason} {key}")
