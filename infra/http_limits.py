"""What keeps the local front open for everybody: patience with slow senders has an end, and everyone has his turn.

On AWS API Gateway does this, and the number of copies of the function that run at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class FrontLimits:
    """Of one copy of the front.

    A head of at most `head` bytes comes within `head_seconds`, a body of at most `body` bytes within `body_seconds`. A
    sender (its address and the partner that it names) has `at_once` requests in hand and `waiting` in line, an address
    `of_address` in hand. A connection holds `pipelined` requests beside the one that is being answered.
    """

    body: int
    head_seconds: float = 10
    body_seconds: float = 30
    at_once: int = 4
    waiting: int = 128
    of_address: int = 32
    connections: int = 1024
    head: int = 16 * 1024
    pipelined: int = 64


class TooManyAtOnceError(Exception):
    """The line of a sender is full."""


class SenderGoneError(Exception):
    """The connection ended before the request did: nobody waits for an answer."""


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
