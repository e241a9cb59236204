"""Change an order's charge by one of the rules, whatever else happens to it at the same time."""

from collections.abc import Callable, Iterator

from events.values import OrderKey
from functions.ledger import alerts, store
from functions.ledger.models import OrderCharge
from functions.ledger.posting import Change
from functions.ledger.record import OrderRecord
from functions.ledger.rules import Step
from functions.ledger.store import Posted
from functions.ledger.table import ATTEMPTS, ContendedError, pause
from functions.ledger.written import written


def states(key: OrderKey, likely: OrderRecord | None) -> Iterator[tuple[OrderRecord, bool]]:
    """What a change may begin from, attempt by attempt, and whether it was read just now.

    First what is likely on record, if anything is: mostly it is right, and a write finds out whether it is. What
    changes nothing proves nothing, and wants the record as it is.
    """
    if likely is not None:
        yield likely, False
    for attempt in range(ATTEMPTS):
        pause(attempt)
        yield store.read(key), True


def change(
    key: OrderKey, reason: str, rule: Callable[[OrderRecord], Step], *, frees_guarantee: bool = False
) -> OrderCharge:
    """The charge after the rule; repeatable. Raises ContendedError."""
    for before, is_read in states(key, written().find(key)):
        step = rule(before)
        if step.after is before:
            posted = Posted.DONE if is_read else Posted.OVERTAKEN
        else:
            posted = store.post([Change(before, step.after, reason)])
        if posted is Posted.DONE:
            if frees_guarantee:
                alerts.watch([step.after.guarantor])
            return step.after.order_charge(step.findings)
    raise ContendedError(f"could not {reason} {key}")
