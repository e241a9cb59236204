"""AMQP beyond the contract: the extra that may be absent, and what a broker may say."""

import os
import sys

import pytest

from functions.transport import TransportUnavailableError
from functions.transport.amqp import AmqpMissingError, AmqpTransport
from tests.functions.transport.exchanges import BROKER, AmqpExchange
from tests.functions.transport.fixtures import NO_BROKER


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pika", None)
    with pytest.raises(AmqpMissingError, match=r"pip install 'sandan\[amqp\]'"):
        AmqpTransport("amqp://127.0.0.1/", outbox="out", inbox="in")


@NO_BROKER
def test_a_queue_that_is_not_there_is_told_and_its_coming_is_seen() -> None:
    exchange = AmqpExchange()
    nowhere = AmqpTransport(os.environ[BROKER], outbox="sandan-test-nowhere", inbox="sandan-test-nowhere")
    for _ in range(2):
        with pytest.raises(TransportUnavailableError, match="no queue takes 'sandan-test-nowhere'"):
            nowhere.send(b"1", "C1")
        with pytest.raises(TransportUnavailableError, match="404"):
            list(nowhere.receive())
    exchange.channel.queue_declare("sandan-test-nowhere", exclusive=False)
    nowhere.send(b"1", "C1")
    (found,) = nowhere.receive()
    found.acknowledge()
    nowhere.close()
    exchange.channel.queue_delete("sandan-test-nowhere")
    exchange.close()


@NO_BROKER
def test_a_connection_that_the_broker_closed_is_opened_again() -> None:
    exchange = AmqpExchange()
    transport = AmqpTransport(
        f"{os.environ[BROKER]}?heartbeat=1", outbox=f"{exchange.address}-out", inbox=f"{exchange.address}-in"
    )
    transport.send(b"1", "C1")
    exchange.connection.sleep(5)  # no heartbeats of ours: the broker gives up
    transport.send(b"2", "C2")
    assert exchange.take() == [b"1", b"2"]
    transport.close()
    exchange.close()


@NO_BROKER
def test_a_broker_that_is_away_is_unavailable_and_the_password_is_not_told() -> None:
    away = AmqpTransport("amqp://somebody:secret@127.0.0.1:1/", outbox="out", inbox="in")
    for attempt in (lambda: away.send(b"1", "C1"), lambda: list(away.receive())):
        with pytest.raises(TransportUnavailableError) as refused:
            attempt()
        assert "secret" not in str(refused.value)
