"""What every way of travel promises: at least once, told apart by CopMsgId, nothing lost when a process dies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class TransportUnavailableError(RuntimeError):
    """The way is closed now: send again later, under the same CopMsgId."""


class TransportRefusedError(RuntimeError):
    """The other side will not take this envelope, however often it is sent."""


@dataclass(frozen=True)
class Received:
    """An envelope that came in. Until `acknowledge` was called it will come again: at the next `receive` or, when this
    process dies, to the next one. To acknowledge twice does no harm.
    """

    content: bytes
    acknowledge: Callable[[], None]


class Transport(Protocol):
    """A way to the exchange platform or to another node."""

    def send(self, envelope: bytes, cop_msg_id: str) -> bytes:
        """Hand an envelope over; once this returns, the other side has it safe.

        Returns what the other side said at once, such as a DxpRep; b"" where answers only come by `receive`. After an
        error or a crash, send it again under the same CopMsgId: the receiver may then have it twice, never not at all.
        Raises TransportUnavailableError or TransportRefusedError.
        """

    def receive(self) -> Iterator[Received]:
        """What has come in by now, the oldest first; ends when nothing more is there. Envelopes may repeat.

        Raises TransportUnavailableError.
        """

    def close(self) -> None:
        """Let go of connections and locks; what is not acknowledged will come again."""
