"""The local front does what API Gateway does around a function, its one-request-at-a-time included."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.http_event import Event
from infra.http_front import application
from infra.stack.ports import LOOPBACK
from tests.ports import free_port

_LIMIT = 1000
_PATIENCE_SECONDS = 20
_SERVE = """
import os, sys
from infra.http_front import serve
def handler(event, context):
    return {"statusCode": 200, "body": str(os.getpid())}
serve(handler, int(sys.argv[1]), 1000, copies=2)
"""


def _echo(event: Event, context: LambdaContext) -> Event:
    body = f"{event['rawPath']} {event.get('body', '')} {context.function_name}"
    same = context.aws_request_id == event["requestContext"]["requestId"]
    return {"statusCode": 200 if same else 500, "body": body}


def _client(handler: object = _echo) -> httpx.AsyncClient:
    app = application(handler, _LIMIT)  # type: ignore[arg-type]
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


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_limit_is_refused_before_it_is_read(announced: bool) -> None:
    """By its announced length, or as soon as too much has come; the function is not called."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 100
            yield b"x" * 100

    def unwanted(event: Event, context: LambdaContext) -> Event:
        raise AssertionError("called")

    headers = {"content-length": "10000"} if announced else {}
    async with _client(unwanted) as client:
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
