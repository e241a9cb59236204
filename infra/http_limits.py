"""What keeps the local front open for everybody: patience with slow senders has an end, and everyone has his turn.

On AWS API Gateway does this, and the number of copies of the function that run at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True)
class FrontLimits:
    """Of one copy of the front.

    A head comes within `head_seconds`, a body of at most `body` bytes within `body_seconds`. A sender (its address and
    the partner that it names) has `at_once` requests in hand and `waiting` in line, an address `of_address` in hand.
    """

    body: int
    head_seconds: float = 10
    body_seconds: float = 30
    at_once: int = 4
    waiting: int = 128
    of_address: int = 32
    connections: int = 1024


class TooManyAtOnceError(Exception):
    """The line of a sender is full."""


@dataclass
class _Line:
    places: asyncio.Semaphore
    users: int = 0


class Turns:
    """So many at once of one key, so many waiting; a key that nobody uses is forgotten."""

    def __init__(self, at_once: int, waiting: int | None = None) -> None:
        self._at_once = at_once
        self._most = None if waiting is None else at_once + waiting
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for a place and hold it. Raises TooManyAtOnceError when the line is full."""
        line = self._lines.setdefault(key, _Line(asyncio.Semaphore(self._at_once)))
        if self._most is not None and line.users >= self._most:
            raise TooManyAtOnceError
        line.users += 1
        try:
            async with line.places:
                yield
        finally:
            line.users -= 1
            if not line.users:
                del self._lines[key]


def wary_protocol(head_seconds: float) -> type[H11Protocol]:
    """HTTP as uvicorn speaks it, but who has not sent a whole head after `head_seconds` is cut off (408)."""

    class WaryProtocol(H11Protocol):
        _waiting: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._forget()

        def _watch(self) -> None:
            """A request that is under way has its own limits; between two requests uvicorn waits for a while."""
            if self.cycle is not None and not self.cycle.response_complete:
                self._forget()
            elif self._waiting is None:
                self._waiting = self.loop.call_later(head_seconds, self._cut_off)

        def _forget(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

        def _cut_off(self) -> None:
            self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    return WaryProtocol
