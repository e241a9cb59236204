"""What is away gives up no document; what a document breaks by itself is given up after five receives."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from events.values import OrderKey
from functions.aws import queue_url, sqs
from functions.dispatch import temporal as delivery
from functions.dispatch.coming_again import is_outage, pause_seconds
from functions.dispatch.connection import TemporalConnectionError
from functions.dispatch.handler import handler
from functions.payloads.keys import PayloadKeyError
from functions.settings import settings
from infra.actions import count_actions
from infra.lambda_context import LocalContext
from tests import builders
from tests.functions.dispatch.conftest import DeadLetter, Dispatch, dead_letters, taken
from tests.functions.dispatch.records import accepted, batch, of_gateway
from tests.ports import free_port
from tests.temporal import SEARCH_ATTRIBUTES


async def test_a_fault_of_our_own_is_given_up_after_five_receives(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def faulty(*_: object) -> None:
        raise KeyError(builders.BUYER_NAME)

    monkeypatch.setattr(delivery, "deliver", faulty)
    body = of_gateway(accepted(dispatch.order()))
    assert await dispatch.take(body, receives=4) == ["m-0"]
    assert dead_letters() == []
    assert await dispatch.take(body, receives=5) == []
    assert dead_letters() == [DeadLetter(body, "gave up after 5 receives: KeyError", "m-0")]


@pytest.mark.parametrize(
    "error",
    [
        RPCError("no", RPCStatusCode.UNAVAILABLE, b""),
        RPCError("no such namespace", RPCStatusCode.NOT_FOUND, b""),
        RPCError("who are you", RPCStatusCode.UNAUTHENTICATED, b""),
        TemporalConnectionError("away"),
        PayloadKeyError("no keys"),
        ConnectionResetError(),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem"),
    ],
)
async def test_an_outage_gives_up_nothing_however_long_it_lasts(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def away(*_: object) -> None:
        raise error

    monkeypatch.setattr(delivery, "deliver", away)
    assert await dispatch.take(of_gateway(accepted(dispatch.order())), receives=999) == ["m-0"]
    assert dead_letters() == []


async def test_what_waits_for_a_server_stays_away_from_the_queue(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a message that its queue would hand out again at once, when the server is away, then it waits its pause."""
    url = queue_url(settings().documents_queue)
    sqs().send_message(QueueUrl=url, MessageBody=of_gateway(accepted(dispatch.order())))

    def receive() -> Any:
        answer = sqs().receive_message(QueueUrl=url, VisibilityTimeout=0, AttributeNames=["All"])
        return answer.get("Messages", [])

    (message,) = receive()
    event = batch(message["Body"])
    event["Records"][0] |= {"receiptHandle": message["ReceiptHandle"], "attributes": message["Attributes"]}
    monkeypatch.setattr(delivery, "deliver", _away)
    answer = await asyncio.to_thread(handler, event, LocalContext("dispatch"))
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m-0"}]
    assert receive() == []


async def _away(*_: object) -> None:
    raise TemporalConnectionError("away")


async def test_a_server_that_accepts_and_says_nothing_is_away_too(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a port that is open and mute, when a batch comes, then it learns so once, within its function's time."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", f"127.0.0.1:{mute.getsockname()[1]}")
        settings.cache_clear()
        other = builders.order(order_no=f"{dispatch.order_no}-2")
        assert await asyncio.wait_for(dispatch.send(dispatch.order(), other), 25) == ["m-0", "m-1"]


async def test_a_namespace_that_is_missing_is_nobodys_fault(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given the wrong namespace, when a cancellation comes, then it waits: nobody knows yet whether it has an order."""
    body = of_gateway(accepted(dispatch.cancellation()))
    monkeypatch.setenv("SANDAN_TEMPORAL_NAMESPACE", "nowhere")
    settings.cache_clear()
    assert await dispatch.take(body) == ["m-0"]
    assert dead_letters() == []


def test_what_the_server_refuses_of_a_document_is_no_outage() -> None:
    """Given a document that no server would take, then it is given up in the end."""
    too_large = RPCError("grpc: received message larger than max (5 vs. 4)", RPCStatusCode.RESOURCE_EXHAUSTED, b"")
    assert not is_outage(too_large)
    assert is_outage(RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b""))
    assert not is_outage(RPCError("no", RPCStatusCode.INVALID_ARGUMENT, b""))
    assert not is_outage(ClientError({"Error": {"Code": "ValidationException", "Message": ""}}, "PutItem"))


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    assert [pause_seconds(receives) for receives in (1, 2, 3, 8, 9, 1000)] == [5, 10, 20, 640, 900, 900]


async def test_a_server_that_was_restarted_is_found_again(
    aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given a server that goes away between two batches, when it is back, then the next batch reaches it.

    While it is away everything comes again; the process that dispatches is the same all along.
    """
    port = free_port()
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
    settings.cache_clear()
    key = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
    order, payment = of_gateway(accepted(builders.order())), of_gateway(accepted(builders.payment()))
    async with server(port, tmp_path):
        assert await taken(order) == []
    assert await taken(payment) == ["m-0"]  # finds the kept connection broken
    assert await taken(payment) == ["m-0"]  # finds nobody to connect to
    async with server(port, tmp_path) as environment:
        assert await taken(payment) == []
        history = await environment.client.get_workflow_handle(key.workflow_id).fetch_history()
    assert count_actions(history.events) == {"start": 1, "signal": 1}
    assert dead_letters() == []


@asynccontextmanager
async def server(port: int, folder: Path) -> AsyncIterator[WorkflowEnvironment]:
    """A server that keeps what it knows in a folder."""
    environment = await WorkflowEnvironment.start_local(
        port=port,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_database_filename=str(folder / "temporal.db"),
        search_attributes=SEARCH_ATTRIBUTES,
        dev_server_log_level="error",
    )
    async with environment:
        yield environment
