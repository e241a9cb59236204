"""What this process has lately seen in the table and what cannot be otherwise by now, so that it need not ask again."""

import time
from functools import cache

from events.values import OrderKey
from functions.latest import Latest

_KEPT_SECONDS = 300.0
_MOST_KEPT = 50_000


class Recent:
    """The orders of numbers, by the keys of their items, each for five minutes.

    A number that has its order, and where nothing waits, is told the same until the table forgets it, which it does
    after days at the earliest.
    """

    def __init__(self) -> None:
        self._known: Latest[str, tuple[OrderKey, float]] = Latest(_MOST_KEPT)

    def order_of(self, pk: str) -> OrderKey | None:
        """The order, None where nothing was seen lately."""
        order, until = self._known.get(pk) or (None, 0.0)
        return order if time.monotonic() < until else None

    def note(self, pk: str, order: OrderKey) -> None:
        """A number has its order, and nothing waits there."""
        self._known.put(pk, (order, time.monotonic() + _KEPT_SECONDS))

    def forget(self, pk: str) -> None:
        """It is otherwise after all."""
        self._known.forget(pk)


@cache
def recent() -> Recent:
    """What this process has seen."""
    return Recent()
