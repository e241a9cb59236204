"""Servers of a stack that persists, killed and brought back: what was acknowledged is there."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RetryConfig, RPCError

from events.values import OrderKey
from functions.settings import Settings
from infra.aws import StackClients
from infra.stack.stack import Stack
from infra.temporal import stack_data_keys

pytestmark = pytest.mark.stack

_WORKFLOWS, _SIGNALS = 8, 100


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The two servers alone, with their data on disk."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack("servers", persist=True, services=[]) as running:
            yield running


async def _signal_until_it_dies(client: Client, number: int, acknowledged: dict[str, list[int]]) -> None:
    handle = await client.start_workflow("nobody-runs-it", id=f"w{number}", task_queue="nobody")
    acknowledged[handle.id] = []
    count = 0
    while True:
        try:
            await handle.signal("count", count)
        except RPCError:
            return
        acknowledged[handle.id].append(count)
        count += 1


async def test_temporal_loses_nothing_that_it_had_acknowledged(stack: Stack) -> None:
    """Given signals that are being sent, when the server is killed (kill -9), then every one with an answer is kept.

    So are the list of workflows and their search attributes, which stand in the same file.
    """
    client = await Client.connect(stack.state.temporal_address, retry_config=RetryConfig(max_retries=1))
    acknowledged: dict[str, list[int]] = {}
    sending = [asyncio.create_task(_signal_until_it_dies(client, number, acknowledged)) for number in range(_WORKFLOWS)]
    async with asyncio.timeout(30):
        while sum(map(len, acknowledged.values())) < _SIGNALS:
            await asyncio.sleep(0.01)
    stack.kill("temporal")
    await asyncio.gather(*sending)

    await asyncio.to_thread(stack.start, "temporal")
    client = await Client.connect(stack.state.temporal_address)
    for workflow_id, sent in acknowledged.items():
        history = await client.get_workflow_handle(workflow_id).fetch_history()
        found = [
            int(event.workflow_execution_signaled_event_attributes.input.payloads[0].data)
            for event in history.events
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        ]
        assert found[: len(sent)] == sent
        assert len(found) <= len(sent) + 1  # one more may have arrived without an answer
    async with asyncio.timeout(30):  # the list follows the histories, from a queue that is on disk as well
        while {execution.id async for execution in client.list_workflows()} != set(acknowledged):
            await asyncio.sleep(0.2)


def test_the_emulator_keeps_what_it_has_at_an_orderly_stop(stack: Stack) -> None:
    """Given a message in a queue and items in tables, when the emulator is stopped and started, they are there."""
    aws, names = StackClients(stack.state.aws_endpoint), Settings()
    url = aws.sqs.get_queue_url(QueueName=names.documents_queue)["QueueUrl"]
    aws.sqs.send_message(QueueUrl=url, MessageBody="kept")
    order = OrderKey(ebp_code="3207SDPT01", order_no="kept")
    keys, stays = stack_data_keys(stack.state), {"pk": {"S": "kept"}}
    keys.require(order)
    since = keys.since(order)
    aws.dynamodb.put_item(TableName=names.replay_table, Item=stays)
    port = stack.state.aws_endpoint
    stack.stop("emulator")
    stack.start("emulator")
    assert stack.state.aws_endpoint == port
    found = aws.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
    assert [message["Body"] for message in found] == ["kept"]
    assert "Item" in aws.dynamodb.get_item(TableName=names.replay_table, Key=stays)
    assert since
    assert stack_data_keys(stack.state).since(order) == since
    assert stack.emulator_data
    assert stack.emulator_data.gaps == ()
    assert Path(stack.state.folder, "data", "temporal.db").exists()
