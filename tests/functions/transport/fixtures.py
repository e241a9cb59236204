"""The other side of every way of travel, as a pytest plugin."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.transport import Transport
from tests.functions.transport.exchanges import BROKER, AmqpExchange, DirectoryExchange, Exchange, HttpExchange

NO_BROKER = pytest.mark.skipif(
    BROKER not in os.environ,
    reason=f"AMQP needs a real broker and the extra amqp: set {BROKER}=amqp://user:password@host:port/vhost to run it",
)


@pytest.fixture(params=["directory", "http", pytest.param("amqp", marks=NO_BROKER)])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Exchange]:
    """Each of them in turn."""
    made: Exchange
    match request.param:
        case "directory":
            made = DirectoryExchange(tmp_path / "exchange")
        case "http":
            made = HttpExchange()
        case _:
            made = AmqpExchange()
    yield made
    made.close()


@pytest.fixture
def transport(exchange: Exchange) -> Iterator[Transport]:
    """Our side."""
    opened = exchange.open()
    yield opened
    opened.close()
