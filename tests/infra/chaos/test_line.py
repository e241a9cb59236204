"""Lines that lose answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from infra.chaos.line import Line, Lines

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@asynccontextmanager
async def _server(heard: list[bytes]) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if line.startswith(b"GET"):
                heard.append(line)
            if line == b"\r\n":
                writer.write(_ANSWER)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_line_carries_questions_and_answers() -> None:
    """Given a line that never breaks, it is as if it were not there."""
    heard: list[bytes] = []
    line = Line("s", cut=0, delay=0.001)
    with Lines(line):
        async with _server(heard) as line.leads_to, httpx.AsyncClient(trust_env=False) as client:
            for _ in range(3):
                assert (await client.get(line.url)).text == "ok"
    assert (len(heard), line.broken) == (3, 0)


async def test_what_was_asked_is_heard_though_the_answer_is_lost() -> None:
    """Given a line that always breaks before the answer, the other side has taken what nobody knows of."""
    heard: list[bytes] = []
    line = Line("s", cut=1, delay=0)
    with Lines(line):
        async with _server(heard) as line.leads_to, httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(line.url)
    assert (len(heard), line.broken) == (1, 1)


async def test_a_line_to_nobody_breaks_at_once() -> None:
    """While the other side is dead, a caller learns of it as without the line: by an error, not by silence."""
    line = Line("s", cut=0, delay=0)
    with Lines(line):
        async with _server([]) as line.leads_to:
            pass
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(line.url)
