"""What a test leaves behind on a stack, beside orders that live and end, for the search of personal data."""

import asyncio
import json
from typing import Any

from temporalio.client import Client, WorkflowHandle

from events.ceb.messages.order import CEB311Message
from events.ceb.messages.waybill import CEB511Message
from events.life import TASK_QUEUE
from functions.dossier.store import get_dossier, put_dossier
from infra.aws import StackClients
from infra.dead_letters import DeadLetters
from infra.direct_calls import functions_on
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder, message_xml
from infra.generate.parties import CARRIER
from infra.stack.state import StackState
from tests.e2e.places import NAMES

XML = "application/xml"
PLACED = "cn.sandan.order.placed.v1"


def write_again(state: StackState, order: GeneratedOrder) -> None:
    """What a step does that is repeated: the archive then has an older version of the dossier."""
    with functions_on(state):
        put_dossier(get_dossier(order.key))


async def strand(state: StackState, waiting: GeneratedOrder, broken: GeneratedOrder) -> None:
    """A waybill whose order never comes; an order past the gateway with a buyer's name that is too long."""
    waybill, order = waiting.documents["511"], broken.documents["311"]
    assert isinstance(waybill, CEB511Message)
    assert isinstance(order, CEB311Message)
    async with GatewayClient(state.gateway_url, state.partner_keys) as gateway:
        answer = await gateway.post(CARRIER.partner_id, "/v1/messages", message_xml(waybill), XML)
    assert answer.is_success, answer.text
    data = order.orders[0].model_dump(mode="json")
    data["OrderHead"]["buyerName"] = broken.facts.buyer.name * 50
    detail = {"specversion": "1.0", "id": "broken", "source": "/shop", "type": PLACED, "data": data}
    aws = StackClients(state.aws_endpoint)
    entry = {"EventBusName": NAMES.bus, "Source": "shop", "DetailType": PLACED, "Detail": json.dumps(detail)}
    aws.events.put_events(Entries=[entry])  # type: ignore[list-item]
    letters = DeadLetters(aws.sqs)
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(letters.entries, 1):
            await asyncio.sleep(0.2)


async def plant(state: StackState, value: str) -> tuple[Client, WorkflowHandle[Any, Any]]:
    """A value in clear: as a dead letter, in a deleted object, in a table, and all over a workflow of no known kind.

    The client encrypts nothing. The worker tries the workflow until it is terminated.
    """
    aws = StackClients(state.aws_endpoint)
    queue = aws.sqs.get_queue_url(QueueName=NAMES.documents_dead_letters)["QueueUrl"]
    aws.sqs.send_message(QueueUrl=queue, MessageBody=value)
    aws.s3.put_object(Bucket=NAMES.archive_bucket, Key="planted", Body=value.encode())
    aws.s3.delete_object(Bucket=NAMES.archive_bucket, Key="planted")
    aws.dynamodb.put_item(TableName=NAMES.replay_table, Item={"pk": {"S": value}})
    clear = await Client.connect(state.temporal_address, namespace=state.temporal_namespace)
    return clear, await clear.start_workflow(value, value, id="planted", task_queue=TASK_QUEUE, memo={"of": value})
