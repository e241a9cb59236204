"""The local front does what API Gateway does around a function, its one-request-at-a-time included."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.http_event import Event
from infra.http_front import application
from infra.http_limits import FrontLimits, TooManyAtOnceError, Turns
from infra.stack.ports import LOOPBACK
from tests.ports import free_port

_LIMIT = 1000
_PATIENCE_SECONDS = 20
_SERVE = """
import os, sys
from infra.http_front import serve
from infra.http_limits import FrontLimits
def handler(event, context):
    address = event["requestContext"]["http"]["sourceIp"]
    return {"statusCode": 200, "headers": {"x-address": address}, "body": str(os.getpid())}
serve(handler, int(sys.argv[1]), FrontLimits(1000, head_seconds=0.5), copies=2)
"""


def _echo(event: Event, context: LambdaContext) -> Event:
    body = f"{event['rawPath']} {event.get('body', '')} {context.function_name}"
    same = context.aws_request_id == event["requestContext"]["requestId"]
    return {"statusCode": 200 if same else 500, "body": body}


def _client(handler: object = _echo, limits: FrontLimits | None = None) -> httpx.AsyncClient:
    app = application(handler, limits or FrontLimits(_LIMIT))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


async def test_every_path_reaches_the_function() -> None:
    """The function routes, the front does not."""
    async with _client() as client:
        answer = await client.post("/v1/messages", content="<a/>", headers={"content-type": "application/xml"})
        root = await client.get("/")

    assert answer.text == "/v1/messages <a/> gateway"
    assert root.text.startswith("/ ")


async def test_a_body_at_the_limit_is_taken() -> None:
    """The limit itself is allowed."""
    async with _client() as client:
        answer = await client.post("/", content=b"x" * _LIMIT)

    assert answer.status_code == 200


async def test_a_request_is_a_line_of_the_log_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    """An address of customs' questions may have its key in the query; what is no character is escaped."""
    with caplog.at_level("INFO", "sandan.front"):
        async with _client() as client:
            await client.post("/v1/a%1Bb?key=secret")
            await client.post("/", content=b"x" * (_LIMIT + 1))

    assert [one.getMessage() for one in caplog.records if one.name == "sandan.front"] == [
        r"POST '/v1/a\x1bb': 200",
        "POST '/': 413",
    ]


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_refused_before_it_is_read(announced: bool) -> None:
    """By its announced length, or as soon as too much has come; the function is not called."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 100
            yield b"x" * 100

    headers = {"content-length": "10000"} if announced else {}
    async with _client(_unwanted) as client:
        answer = await client.post("/", content=body(), headers=headers)

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1000 bytes" in answer.json()["detail"]
    assert sent < 2000


async def test_a_copy_of_the_function_gets_one_request_at_a_time() -> None:
    """Powertools keeps the current request in a class attribute: two at once would take each other's."""
    running, most = 0, 0
    counting = threading.Lock()

    def handler(event: Event, context: LambdaContext) -> Event:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with counting:
            running -= 1
        return {"statusCode": 200, "body": event["rawPath"]}

    async with _client(handler) as client:
        answers = await asyncio.gather(*(client.get(f"/{number}") for number in range(10)))

    assert most == 1
    assert [answer.text for answer in answers] == [f"/{number}" for number in range(10)]


async def test_a_body_that_comes_too_slowly_is_given_up() -> None:
    """With the words of every other refusal; the function is not called."""

    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(60)

    async with _client(_unwanted, FrontLimits(_LIMIT, body_seconds=0.1)) as client:
        answer = await client.post("/", content=body())

    assert (answer.status_code, answer.json()["type"]) == (408, "/problems/too-slow")
    assert answer.headers["connection"] == "close"


def _unwanted(event: Event, context: LambdaContext) -> Event:
    raise AssertionError("called")


async def test_nobody_waits_behind_the_flood_of_another() -> None:
    """Given 300 requests of one partner at once, then another's ten wait for a few of them, and are all answered.

    How long each takes does not matter: what counts is how many of the flood were called before.
    """
    called: list[str] = []

    def handler(event: Event, context: LambdaContext) -> Event:
        called.append(event["headers"]["sandan-partner"])
        time.sleep(0.002)
        return {"statusCode": 202, "body": ""}

    limits = FrontLimits(_LIMIT)
    async with _client(handler, limits) as client:

        async def send(partner: str) -> int:
            return (await client.post("/", content=b"x", headers={"Sandan-Partner": partner})).status_code

        flood = [asyncio.create_task(send("flood")) for _ in range(300)]
        while len(called) < 3:
            await asyncio.sleep(0.001)
        before = len(called)
        others = await asyncio.gather(*(send("other") for _ in range(10)))
        served = len(called)
        statuses = Counter([task.result() for task in await _all(flood)])

    assert others == [202] * 10
    assert called[before:served].count("flood") <= 10 + 2 * limits.at_once
    assert statuses == {202: limits.at_once + limits.waiting, 429: 300 - limits.at_once - limits.waiting}


async def _all(tasks: list[asyncio.Task[int]]) -> list[asyncio.Task[int]]:
    await asyncio.wait(tasks)
    return tasks


async def test_slow_bodies_of_one_partner_do_not_stop_another() -> None:
    """Given fifty bodies that never end, then another partner is answered at once."""
    forever = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"x"
        await forever.wait()

    async with _client() as client:
        slow = [
            asyncio.create_task(client.post("/", content=body(), headers={"Sandan-Partner": "slow"})) for _ in range(50)
        ]
        await asyncio.sleep(0.05)
        answer = await asyncio.wait_for(client.post("/", content=b"x", headers={"Sandan-Partner": "other"}), 10)
        forever.set()
        ended = await asyncio.gather(*slow)

    assert answer.status_code == 200
    assert {one.status_code for one in ended} == {200}


async def test_a_line_has_an_end_and_is_forgotten() -> None:
    """Nothing is kept of a sender whose requests are answered."""
    turns = Turns(1, waiting=0)
    async with turns.turn("a"), turns.turn("b"):
        with pytest.raises(TooManyAtOnceError):
            async with turns.turn("a"):
                pass
    assert turns._lines == {}


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A front with two copies, as a process."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(port)], start_new_session=True)
    while not _pid(port):
        assert process.poll() is None
        time.sleep(0.02)
    yield process, port
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _pid(port: int) -> int | None:
    """Which copy answers over a new connection."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/")
        return int(connection.getresponse().read())
    except OSError:
        return None
    finally:
        connection.close()


def _copies(port: int) -> set[int]:
    """Who answers when many ask at once; which copy takes a connection is the kernel's choice."""
    seen: set[int] = set()
    until = time.monotonic() + _PATIENCE_SECONDS
    with ThreadPoolExecutor(16) as many:
        while len(seen) < 2 and time.monotonic() < until:
            seen |= {pid for pid in many.map(_pid, [port] * 64) if pid}
    return seen


@pytest.mark.stack
def test_several_copies_share_the_port_and_end_together(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """SIGTERM ends them all, with exit code 0."""
    process, port = served
    copies = _copies(port)
    assert process.pid in copies
    assert len(copies) == 2

    process.terminate()

    assert process.wait(5) == 0
    assert _pid(port) is None


@pytest.mark.stack
def test_when_a_copy_dies_all_end(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """Then whoever watches the front starts it again with all its copies."""
    process, port = served
    (copy,) = _copies(port) - {process.pid}

    os.kill(copy, signal.SIGKILL)

    assert process.wait(5) == 1
    assert _pid(port) is None


@pytest.mark.stack
def test_half_a_head_is_cut_off_and_a_pause_is_not(
    served: tuple[subprocess.Popen[bytes], int],
) -> None:
    """Slow senders cannot hold connections for ever, drop by drop neither."""
    _, port = served
    with socket.create_connection((LOOPBACK, port), _PATIENCE_SECONDS) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        slow.settimeout(_PATIENCE_SECONDS)
        time.sleep(0.3)
        slow.sendall(b"X-Drop: 1\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 408")
        assert slow.recv(100) == b""

    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_SECONDS)
    for _ in range(2):
        connection.request("GET", "/")
        assert connection.getresponse().read()
        time.sleep(0.8)
    connection.close()


@pytest.mark.stack
def test_nobody_is_taken_for_another_by_what_he_says(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """Requests are counted by their address; nobody stands before the local front who could tell another one."""
    _, port = served
    said = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    answer = httpx.get(f"http://{LOOPBACK}:{port}/", headers=said, trust_env=False)
    assert answer.headers["x-address"] == LOOPBACK


@pytest.mark.stack
def test_chunks_without_end_are_refused_when_there_are_too_many(served: tuple[subprocess.Popen[bytes], int]) -> None:
    """A body without a length is counted, and the connection ends."""
    _, port = served
    with socket.create_connection((LOOPBACK, port), _PATIENCE_SECONDS) as sender:
        sender.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            sender.sendall(b"190\r\n" + b"x" * 400 + b"\r\n")
        assert sender.recv(1000).startswith(b"HTTP/1.1 413")
