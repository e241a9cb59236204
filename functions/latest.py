"""What a process remembers: the latest values, no more than so many."""

import threading
from typing import Generic, TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Latest(Generic[Key, Kept]):
    """Values by their keys, of which the one that was put first goes when there are `most`; for any threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Key, Kept] = {}
        self._changing = threading.Lock()

    def get(self, key: Key) -> Kept | None:
        """The value, None where there is none (any more)."""
        return self._kept.get(key)

    def put(self, key: Key, value: Kept) -> None:
        """Remember a value, in the place of the one before; it is the latest now."""
        with self._changing:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = value

    def forget(self, key: Key) -> None:
        """Remember it no longer."""
        with self._changing:
            self._kept.pop(key, None)
