"""Replies come in at the door: acknowledged after it has them, again after a fault, aside when nobody can take them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.ceb.dxp import wrap
from events.ceb.node import wrap_transport
from events.values import utc_now
from functions.transport import Transport, TransportUnavailableError
from infra.receiving import Door, DoorClosedError, Receiver
from tests.events.ceb.node_samples import MESSAGE, NODE, NOW, OTHER_NODE
from tests.functions.transport.exchanges import Exchange, arriving, until
from tests.infra.receiving import KEY, exchange_answer, reasons, receipt

LIMIT = 1_000_000
Answering = Callable[[bytes], httpx.Response]


def enveloped(message: bytes) -> bytes:
    return wrap(
        message,
        msg_type="CEB622Message",
        sender_id="DXPEDCCEB0000002",
        receiver_ids=["DXPTEST000000001"],
        cop_msg_id="R1",
        created_at=utc_now(),
    )


class AnsweringDoor:
    """A gateway that says what it is told to say, 202 otherwise."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.says: dict[bytes, list[tuple[int, str]]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.content
        told = self.says.get(body)
        status, text = told.pop(0) if told else (202, "")
        if not status:
            raise httpx.ConnectError("no connection")
        if status == 202:
            self.taken.append(body)
        return httpx.Response(status, text=text)


@pytest.fixture
def answering() -> AnsweringDoor:
    return AnsweringDoor()


@pytest.fixture
def receiver(transport: Transport, answering: AnsweringDoor, tmp_path: Path) -> Receiver:
    door = Door("http://gateway", "customs", KEY, httpx.MockTransport(answering))
    return Receiver(transport, door, tmp_path / "aside", LIMIT)


def test_replies_come_in_in_order_and_without_their_envelopes(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor
) -> None:
    """Plain, from a terminal node, from a transport node."""
    first, second, third = receipt("1"), receipt("2"), receipt("3")
    station = wrap_transport(
        enveloped(third),
        msg_id=f"{NODE}202601051030000000000001",
        station_node=NODE,
        end_node=OTHER_NODE,
        send_time=NOW,
    )
    exchange.give(first, enveloped(second), station)
    until(lambda: receiver.take_in() == 0 and len(answering.taken) == 3)
    assert answering.taken == [first, second, third]
    assert list(receiver.transport.receive()) == []
    assert not receiver.aside.exists()


@pytest.mark.parametrize("status", [0, 401, 403, 404, 408, 429, 502, 503])
def test_while_the_door_is_closed_nothing_is_acknowledged(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor, status: int
) -> None:
    """A wrong key, role or address of ours is no fault of the reply."""
    content = receipt("1")
    exchange.give(content, receipt("2"))
    answering.says[content] = [(status, "")]
    for _ in arriving(receiver.transport, 2):
        pass
    with pytest.raises(DoorClosedError):
        until(lambda: receiver.take_in() > 0)
    assert answering.taken == []
    until(lambda: receiver.take_in() == 0 and len(answering.taken) == 2)
    assert sorted(answering.taken) == sorted([content, receipt("2")])
    assert list(receiver.transport.receive()) == []


def test_a_reply_that_the_door_fails_at_holds_up_no_other_and_comes_again(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor
) -> None:
    content, other = receipt("1"), receipt("2")
    exchange.give(content, other)
    answering.says[content] = [(500, ""), (500, "")]
    arriving(receiver.transport, 2)
    until(lambda: receiver.take_in() == 0 and len(answering.taken) == 2)
    assert answering.taken == [other, content]
    assert not receiver.aside.exists()


REFUSALS: list[tuple[int, str]] = [
    (202, '{"answers": [{"status": "-622001"}]}'),  # one of two receipts
    (422, '{"answers": []}'),
    (400, "/CEB622Message: unreadable"),
    (413, "too large"),
    (415, "not this"),
]


@pytest.mark.parametrize(("status", "words"), REFUSALS)
def test_what_the_door_refuses_is_put_aside_with_its_words(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor, status: int, words: str
) -> None:
    content, other = enveloped(receipt("1")), receipt("2")
    answering.says[receipt("1")] = [(status, words)]
    exchange.give(content, other)
    until(lambda: receiver.take_in() == 0 and other in answering.taken)
    assert reasons(receiver.aside) == {content: f"the gateway did not take all of it: {words}"}
    assert list(receiver.transport.receive()) == []
    (told,) = receiver.aside.glob("*.reason.json")
    assert json.loads(told.read_text())["root"] == "CEB622Message"


UNREADABLE = [b"", b"<a", b"\x00\xff", "纯文本".encode(), MESSAGE, b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]


@pytest.mark.parametrize("content", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_reply_is_put_aside_unchanged(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor, content: bytes
) -> None:
    """Broken, empty, a message that is for somebody else: no failure, nothing lost, the next one comes in."""
    exchange.give(content, receipt("2"))
    until(lambda: receiver.take_in() == 0 and bool(answering.taken))
    ((kept, reason),) = reasons(receiver.aside).items()
    assert kept == content
    assert reason.startswith("cannot be read: ")
    assert answering.taken == [receipt("2")]


def test_exchange_errors_are_put_aside_with_their_class_and_other_answers_of_the_platform_are_noted(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    error = exchange_answer("2001")
    exchange.give(exchange_answer("0000"), error)
    until(lambda: receiver.take_in() == 0 and receiver.aside.exists())
    ((kept, reason),) = reasons(receiver.aside).items()
    assert kept == error
    assert reason == "the exchange platform did not carry it: 2001 测试 (class fix)"
    assert answering.taken == []
    assert "import/3207PLAT01/1#1#CEB621Message: the exchange platform took it (0000)" in caplog.text


def test_put_aside_twice_is_put_aside_once(exchange: Exchange, receiver: Receiver) -> None:
    exchange.give(b"<a", b"<a")
    arriving(receiver.transport, 2)
    until(lambda: receiver.take_in() == 0 and list(receiver.transport.receive()) == [])
    assert len(list(receiver.aside.iterdir())) == 2


def test_where_nothing_can_be_put_aside_nothing_is_acknowledged(exchange: Exchange, receiver: Receiver) -> None:
    receiver.aside.write_text("a file, not a folder")
    exchange.give(b"<a")
    arriving(receiver.transport, 1)
    with pytest.raises(TransportUnavailableError, match="aside"):
        until(lambda: receiver.take_in() > 0)
    (again,) = arriving(receiver.transport, 1)
    assert again.content == b"<a"


def test_the_loop_outlives_faults_and_ends_when_it_is_to(
    exchange: Exchange, receiver: Receiver, answering: AnsweringDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(receiver, "_sleep", pauses.append, raising=True)
    monkeypatch.setattr(receiver, "is_stopping", lambda: bool(answering.taken))
    exchange.give(receipt("1"))
    answering.says[receipt("1")] = [(503, ""), (500, ""), (0, "")]
    arriving(receiver.transport, 1)
    receiver.run(1.0)
    assert answering.taken == [receipt("1")]
    grown: Any = [pause for pause in pauses if pause > 1]
    assert grown[:3] == [2.0, 4.0, 8.0]
    assert pauses[-1] == 1.0
