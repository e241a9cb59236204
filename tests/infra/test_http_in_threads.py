"""HTTP from threads looks to its users as httpx's own does."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.bench.listening import Listening
from infra.http_in_threads import client_in_threads
from infra.stack.ports import LOOPBACK
from tests.ports import free_port

_AT_ONCE = 4


class Echo:
    """Answers with what it is sent, after a while; how many it has in hand at once is counted."""

    def __init__(self) -> None:
        self.in_hand = self.most = 0
        self.app = Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])

    async def answer(self, request: Request) -> Response:
        """The body again, zipped where the path says so."""
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        body = await request.body()
        await asyncio.sleep(float(request.query_params.get("after", "0")))
        self.in_hand -= 1
        if request.url.path == "/zipped":
            return Response(gzip.compress(body), headers={"Content-Encoding": "gzip"})
        return Response(body, status_code=202, headers={"X-Method": request.method, "X-Kind": _kind(request)})


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "")


@pytest.fixture
def echo() -> Echo:
    """What answers."""
    return Echo()


@pytest.fixture
async def client(echo: Echo) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    port = free_port()
    with Listening(echo.app, port):
        url = f"http://{LOOPBACK}:{port}"
        async with client_in_threads(url, connections=_AT_ONCE, timeout=5) as made:
            yield made


async def test_what_is_sent_arrives_and_the_answer_comes_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/there", content=b"<a/>", headers={"Content-Type": "application/xml"})
    assert (answer.status_code, answer.content, answer.headers["x-method"]) == (202, b"<a/>", "POST")
    assert answer.headers["x-kind"] == "application/xml"
    assert (await client.get("/there")).headers["x-method"] == "GET"


async def test_a_zipped_answer_is_read_once(client: httpx.AsyncClient) -> None:
    assert (await client.post("/zipped", content="订单".encode())).text == "订单"


async def test_so_many_are_under_way_as_there_are_connections(client: httpx.AsyncClient, echo: Echo) -> None:
    answers = await asyncio.gather(*(client.post("/?after=0.05", content=b"%d" % n) for n in range(3 * _AT_ONCE)))
    assert [answer.content for answer in answers] == [b"%d" % n for n in range(3 * _AT_ONCE)]
    assert 1 < echo.most <= _AT_ONCE


async def test_nobody_there_and_an_answer_that_takes_too_long_are_transport_errors(client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.ReadTimeout) as raised:
        await client.post("/?after=1", content=b"", timeout=0.1)
    assert raised.value.request.url.path == "/"
    async with client_in_threads(f"http://{LOOPBACK}:{free_port()}") as nobody:
        with pytest.raises(httpx.ConnectError) as refused:
            await nobody.get("/")
    assert refused.value.request.method == "GET"
