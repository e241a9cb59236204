"""Orders that this process has put on record: what once stands there stays, so that it need not look again."""

from functools import cache

from events.values import OrderKey
from functions.latest import Latest

_MOST_KEPT = 20_000


class Opened:
    """The latest orders that were opened here."""

    def __init__(self) -> None:
        self._keys: Latest[OrderKey, bool] = Latest(_MOST_KEPT)

    def __contains__(self, key: OrderKey) -> bool:
        return self._keys.get(key) is not None

    def add(self, key: OrderKey) -> None:
        """An order is on record, and the subscribers were told."""
        self._keys.put(key, True)


@cache
def own_opened() -> Opened:
    """Those of this process."""
    return Opened()
