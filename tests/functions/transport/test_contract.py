"""What every way of travel promises, held by the same tests over all of them."""

import pytest

from functions.transport import Transport
from tests.functions.transport.exchanges import Exchange, arriving
from tests.functions.transport.killing import kill_when_done

IDS = ["import/3207PLAT01/1#1#CEB621Message", "订单.一", "../../x", "甲" * 255, "x" * 255, "a:b*c?d|e\\f<g>"]


@pytest.mark.parametrize("cop_msg_id", IDS)
def test_what_is_sent_arrives_unchanged(exchange: Exchange, transport: Transport, cop_msg_id: str) -> None:
    content = "<a>\r\n甲\u0085</a>".encode() + bytes(range(256))
    transport.send(content, cop_msg_id)
    assert exchange.take() == [content]


def test_messages_with_different_ids_arrive_all_of_them(exchange: Exchange, transport: Transport) -> None:
    for cop_msg_id in IDS:
        transport.send(cop_msg_id.encode(), cop_msg_id)
    assert sorted(exchange.take()) == sorted(cop_msg_id.encode() for cop_msg_id in IDS)


def test_what_comes_in_comes_in_order_and_once_when_it_is_acknowledged(exchange: Exchange) -> None:
    exchange.give(b"1", b"2", b"3")
    first = exchange.open()
    received = arriving(first, 3)
    assert [one.content for one in received] == [b"1", b"2", b"3"]
    for one in received:
        one.acknowledge()
    assert list(first.receive()) == []
    first.close()
    second = exchange.open()
    assert list(second.receive()) == []
    second.close()


def test_what_is_not_acknowledged_comes_again_and_nothing_else(exchange: Exchange, transport: Transport) -> None:
    exchange.give(b"1", b"2", b"3")
    _, second, _ = arriving(transport, 3)
    second.acknowledge()
    again = arriving(transport, 2)
    assert sorted(one.content for one in again) == [b"1", b"3"]
    for one in again:
        one.acknowledge()
    assert list(transport.receive()) == []


def test_to_acknowledge_twice_does_no_harm(exchange: Exchange, transport: Transport) -> None:
    exchange.give(b"1")
    (one,) = arriving(transport, 1)
    one.acknowledge()
    exchange.give(b"2")
    one.acknowledge()
    (other,) = arriving(transport, 1)
    assert other.content == b"2"
    other.acknowledge()
    one.acknowledge()
    assert list(transport.receive()) == []


def test_a_process_that_is_killed_after_sending_has_sent(exchange: Exchange) -> None:
    """kill -9 after the envelope was handed over and before anyone could note it: it is sent again, and not lost."""
    kill_when_done(exchange, "send", "C1", "<a/>")
    transport = exchange.open()
    transport.send(b"<a/>", "C1")
    transport.close()
    found = exchange.take()
    assert set(found) == {b"<a/>"}
    assert len(found) == (1 if exchange.kind == "directory" else 2)  # in the folder it replaced the one that waited


def test_a_process_that_is_killed_before_acknowledging_gets_it_again(exchange: Exchange) -> None:
    exchange.give(b"1", b"2")
    exchange.open().close()  # makes what has to be there
    kill_when_done(exchange, "take")
    transport = exchange.open()
    again = arriving(transport, 2)
    assert sorted(one.content for one in again) == [b"1", b"2"]
    transport.close()
