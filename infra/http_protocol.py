"""HTTP as uvicorn speaks it, with an end to its patience: whoever does not finish a head is cut off.

httptools parses, much faster than h11. It keeps all that comes until a head is whole, and it leaves out the body of a
request that would like another protocol (Java's client would like HTTP/2, unless told otherwise). So we count, and
connections that begin with such a request are h11's.
"""

import asyncio
import re
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from infra.http_limits import FrontLimits

_UPGRADE = re.compile(rb"\nupgrade:", re.IGNORECASE)
_OF_A_BODY = {b"content-length", b"transfer-encoding"}


def wary_protocol(limits: FrontLimits) -> type[asyncio.Protocol]:
    """The protocol for uvicorn, with these limits."""
    thorough = type("ThoroughProtocol", (_ThoroughProtocol,), {"limits": limits})
    return type("WaryProtocol", (_WaryProtocol,), {"limits": limits, "thorough": thorough})


class _Patience(asyncio.Protocol):
    """Waits `head_seconds` for the whole head of a request, then cuts off (408)."""

    limits: FrontLimits
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    cycle: Any
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
            self._waiting = self.loop.call_later(self.limits.head_seconds, self._cut_off, b"408 Request Timeout")

    def _forget(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _cut_off(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


class _ThoroughProtocol(_Patience, H11Protocol):
    """The other parser: slower, with limits of its own."""


class _WaryProtocol(_Patience, HttpToolsProtocol):
    """Counts the bytes of what is not whole yet: a head, or what follows the chunks of a body (431)."""

    thorough: type[_ThoroughProtocol]
    _unread: int | None = None  # before anything came

    def data_received(self, data: bytes) -> None:
        if self._unread is None and _UPGRADE.search(data):
            self._hand_over(data)
            return
        self._unread = (self._unread or 0) + len(data)
        super().data_received(data)
        if self._unread > self.limits.head:
            self._cut_off(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= self.limits.pipelined:
            raise ValueError("too many requests that do not wait for an answer")
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._unread = 0
        if self.parser.should_upgrade() and _OF_A_BODY.intersection(name for name, _ in self.headers):
            raise ValueError("another protocol is wanted in the midst of a connection, with a body that would be lost")
        super().on_headers_complete()
        self.headers = []  # what may follow the body is no part of the head, which has the list

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def _hand_over(self, data: bytes) -> None:
        self._forget()
        self.connections.discard(self)
        thorough = self.thorough(self.config, self.server_state, self.app_state)
        thorough.connection_made(self.transport)
        self.transport.set_protocol(thorough)
        thorough.data_received(data)
