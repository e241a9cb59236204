"""Orders that this process has put on record: what once stands there stays, so that it need not look again."""

from functools import cache

from events.values import OrderKey

_MOST_KEPT = 20_000


class Opened:
    """The latest orders that were opened here; for one thread."""

    def __init__(self) -> None:
        self._keys: dict[OrderKey, None] = {}

    def __contains__(self, key: OrderKey) -> bool:
        return key in self._keys

    def add(self, key: OrderKey) -> None:
        """An order is on record, and the subscribers were told."""
        self._keys[key] = None
        if len(self._keys) > _MOST_KEPT:
            del self._keys[next(iter(self._keys))]


@cache
def own_opened() -> Opened:
    """Those of this process."""
    return Opened()
