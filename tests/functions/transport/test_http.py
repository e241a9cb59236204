"""HTTP: which answers pass, which are final, and an inbox that is not trusted further than needed."""

from collections.abc import Iterator

import httpx
import pytest

from functions.transport import TransportRefusedError, TransportUnavailableError
from functions.transport.http import HttpTransport
from tests.functions.transport.exchanges import HttpExchange, until
from tests.functions.transport.killing import kill, start


@pytest.fixture
def exchange() -> Iterator[HttpExchange]:
    made = HttpExchange()
    yield made
    made.close()


def test_what_the_other_side_says_at_once_is_returned(exchange: HttpExchange) -> None:
    exchange.answer = (202, b"<DxpRep/>")
    assert exchange.open().send(b"1", "C1") == b"<DxpRep/>"


@pytest.mark.parametrize("status", [301, 302, 307, 308, 408, 425, 429, 500, 502, 503, 504])
def test_faults_that_pass_are_for_the_caller_to_repeat(exchange: HttpExchange, status: int) -> None:
    exchange.answer = (status, b"")
    with pytest.raises(TransportUnavailableError, match=rf"message C1: .*answered {status}"):
        exchange.open().send(b"1", "C1")
    assert exchange.take() == [b"1"]  # once: it does not repeat by itself


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_refusals_are_final_and_say_why(exchange: HttpExchange, status: int) -> None:
    exchange.answer = (status, b"the reason")
    with pytest.raises(TransportRefusedError, match=rf"message C1: .*answered {status}: the reason"):
        exchange.open().send(b"1", "C1")


def test_a_server_that_is_away_is_unavailable(exchange: HttpExchange) -> None:
    transport = exchange.open()
    exchange.close()
    with pytest.raises(TransportUnavailableError, match="ConnectError"):
        transport.send(b"1", "C1")
    with pytest.raises(TransportUnavailableError, match="ConnectError"):
        list(transport.receive())


def test_the_password_of_an_address_is_not_told(exchange: HttpExchange) -> None:
    address = exchange.address.replace("//", "//user:secret@")
    transport = HttpTransport(f"{address}/outbox", f"{address}/inbox")
    for status in (302, 400, 503):
        exchange.answer = (status, b"")
        with pytest.raises((TransportUnavailableError, TransportRefusedError)) as told:
            transport.send(b"1", "C1")
        assert "secret" not in str(told.value)
    exchange.listing = b"{}"
    with pytest.raises(TransportUnavailableError) as told:
        list(transport.receive())
    assert "secret" not in str(told.value)


def test_without_an_inbox_nothing_comes_this_way(exchange: HttpExchange) -> None:
    exchange.give(b"1")
    assert list(HttpTransport(f"{exchange.address}/outbox").receive()) == []


@pytest.mark.parametrize("listing", [b"{}", b"[1]", b"<html>", b'["http://other.example/inbox/1"]', b'["//other/1"]'])
def test_an_inbox_that_is_none_is_told(exchange: HttpExchange, listing: bytes) -> None:
    exchange.listing = listing
    with pytest.raises(TransportUnavailableError, match=r"JSON array|another server"):
        list(exchange.open().receive())


def test_what_another_process_has_acknowledged_is_passed_over(exchange: HttpExchange) -> None:
    exchange.give(b"1", b"2")
    transport = exchange.open()
    received = transport.receive()
    first = next(received)
    exchange.waiting.clear()
    assert list(received) == []
    first.acknowledge()


def test_killed_while_the_server_has_it_and_has_not_answered(exchange: HttpExchange) -> None:
    """kill -9 between writing and acknowledging: the message is there, and sent again under the same CopMsgId."""
    exchange.stalls.set()
    child = start(exchange, "send", "end", "C1", "<a/>")
    until(lambda: bool(exchange.taken))
    kill(child)
    exchange.stalls.clear()
    exchange.open().send(b"<a/>", "C1")
    assert exchange.take() == [b"<a/>", b"<a/>"]


def test_an_answer_that_cannot_be_unpacked_is_a_fault_that_passes() -> None:
    """Sent again under the same CopMsgId: the other side may have it already."""

    def garbled(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"no gzip")

    transport = HttpTransport("http://node/out", "http://node/in", httpx.Client(transport=httpx.MockTransport(garbled)))
    with pytest.raises(TransportUnavailableError, match=r"message C1: .*DecodingError"):
        transport.send(b"<e/>", "C1")
    with pytest.raises(TransportUnavailableError, match=r"inbox: .*DecodingError"):
        list(transport.receive())
