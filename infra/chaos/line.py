"""Lines between the parties: answers on them come late, or never, because the connection breaks."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Any, Self

from infra.stack.ports import LOOPBACK

_CHUNK = 65536
_GRACE_SECONDS = 5


class Line:
    """A port that leads to another one. `cut`: the share of answers before which the connection breaks.

    What was asked has been heard then: whoever asks again repeats it. `delay` is the longest wait in seconds of
    anything on it.
    """

    def __init__(self, seed: str, cut: float, delay: float) -> None:
        self._random = Random(seed)  # noqa: S311 -- repeatable on purpose
        self._cut = cut
        self._delay = delay
        self.port = 0
        self.leads_to = 0
        self.carried = 0
        self.broken = 0

    @property
    def url(self) -> str:
        """Where it begins."""
        return f"http://{LOOPBACK}:{self.port}"

    async def open(self) -> asyncio.Server:
        """Listen on any free port."""
        server = await asyncio.start_server(self._carry, LOOPBACK, 0)
        self.port = int(server.sockets[0].getsockname()[1])
        return server

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            to_reader, to_writer = await asyncio.open_connection(LOOPBACK, self.leads_to)
        except OSError:
            writer.close()
            return
        there = asyncio.create_task(self._pump(reader, to_writer, breaks=False))
        back = asyncio.create_task(self._pump(to_reader, writer, breaks=True))
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        for end in (writer, to_writer):
            end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, breaks: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await asyncio.sleep(self._random.uniform(0, self._delay))
                if breaks:
                    self.carried += 1
                    if self._random.random() < self._cut:
                        self.broken += 1
                        return
                writer.write(chunk)
                await writer.drain()


class Lines:
    """Lines in a thread of their own, so that they carry whatever else this process does."""

    def __init__(self, *lines: Line) -> None:
        self._lines = lines
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._servers = [self._run(line.open()) for line in self._lines]
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_GRACE_SECONDS)
        self._loop.close()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        open_ones = asyncio.all_tasks() - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_GRACE_SECONDS)
