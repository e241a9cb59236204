"""Every place where a running stack keeps or has kept something, as text to be searched."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from boto3.session import Session
from google.protobuf import text_encoding
from google.protobuf.message import Message
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.workflowservice.v1 import (
    DescribeScheduleRequest,
    DescribeWorkflowExecutionRequest,
    GetWorkflowExecutionHistoryRequest,
    GetWorkflowExecutionHistoryResponse,
    ListSchedulesRequest,
    ListWorkflowExecutionsRequest,
    QueryWorkflowRequest,
)
from temporalio.client import Client

from functions.settings import Settings
from infra.aws import StackClients, aws_environment
from infra.generate.orders import GeneratedOrder
from infra.stack.state import StackState

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

NAMES = Settings()
_TABLES = (
    NAMES.intake_table,
    NAMES.orders_table,
    NAMES.ledger_table,
    NAMES.replay_table,
    NAMES.payment_data_table,
    NAMES.data_keys_table,
    NAMES.retention_table,
)
_METADATA = "__temporal_workflow_metadata"  # answers with the current details
_PAGE = 100
Places = dict[str, bytes]


def personal_of(order: GeneratedOrder) -> set[str]:
    """What names the people of an order or is a way to reach them; the payment firm's payer by his account."""
    facts = order.facts  # no document has the consignee's identity number
    buyer, consignee = facts.buyer, facts.consignee
    people = {buyer.name, buyer.id_number, buyer.telephone, buyer.account, consignee.name, consignee.telephone}
    return {facts.address, *people}


def texts_of(personal: str) -> set[bytes]:
    """How a value may be written: as it is, as JSON with escapes, in the encoding of Chinese systems, in an address,

    and as bytes are shown, in Python's way and in that of protocol buffers.
    """
    plain = personal.encode()
    return {
        plain,
        json.dumps(personal)[1:-1].encode(),
        personal.encode("gb18030"),
        quote(personal).encode(),
        repr(plain)[2:-1].encode(),
        text_encoding.CEscape(plain, as_utf8=False).encode(),
    }


def found_in(places: Places, personal: set[str]) -> dict[str, set[str]]:
    """Place -> which of the values are there in clear."""
    found = {
        place: {value for value in personal if any(text in content for text in texts_of(value))}
        for place, content in places.items()
    }
    return {place: values for place, values in found.items() if values}


class Bus:
    """Everything that goes over the bus while it listens."""

    def __init__(self, aws: StackClients) -> None:
        self._aws = aws
        name = f"listener-{uuid4().hex[:8]}"
        self._url = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = aws.sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        pattern = json.dumps({"source": [{"prefix": ""}]})
        aws.events.put_rule(Name=name, EventBusName=NAMES.bus, EventPattern=pattern, State="ENABLED")
        target = {"Id": "queue", "Arn": attributes["QueueArn"]}
        aws.events.put_targets(Rule=name, EventBusName=NAMES.bus, Targets=[target])  # type: ignore[list-item]

    def heard(self) -> Places:
        """What partners and the gateway put there, and what Sandan told the world."""
        heard: dict[str, list[str]] = defaultdict(list)
        for message in _messages(self._aws, self._url):
            own = json.loads(message["Body"])["source"] == "sandan.orders"
            heard["outbound events" if own else "bus: documents"].append(message["Body"])
        return {place: "\n".join(bodies).encode() for place, bodies in heard.items()}


def in_aws(aws: StackClients) -> Places:
    """Tables, objects with their names, and the queues' leftovers."""
    places = {f"table {table}": _table(aws, table) for table in _TABLES}
    objects = list(_objects(aws))
    places["archive: names"] = "\n".join(name for name, _ in objects).encode()
    places |= _older_versions(aws)
    for folder in {name.partition("/")[0] for name, _ in objects}:
        places[f"archive: {folder}/"] = b"\n".join(body for name, body in objects if name.startswith(f"{folder}/"))
    for queue in (NAMES.documents_queue, NAMES.documents_dead_letters):
        messages = list(_messages(aws, aws.sqs.get_queue_url(QueueName=queue)["QueueUrl"]))
        places[f"queue {queue}"] = "\n".join(message["Body"] for message in messages).encode()
        attributes = [message.get("MessageAttributes", {}) for message in messages]
        places[f"queue {queue}: reasons"] = json.dumps(attributes, ensure_ascii=False, default=str).encode()
    return places


def in_logs(state: StackState) -> Places:
    """The log of every process."""
    return {f"log {path.stem}": path.read_bytes() for path in Path(state.folder, "logs").glob("*.log")}


def in_lambda_logs(state: StackState) -> Places:
    """What each Lambda of a stack has written, by the name of its log group."""
    given = aws_environment(state.aws_endpoint)
    session = Session(given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], region_name=given["AWS_REGION"])
    logs: Any = session.client("logs", endpoint_url=state.aws_endpoint)
    places = {}
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[].logGroupName"):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        places[f"log {group}"] = "\n".join(pages.search("events[].message")).encode()
    return places


def in_temporal_s_files(state: StackState) -> Places:
    """The database of the Temporal server."""
    files = sorted(Path(state.folder, "data").glob("temporal.db*"))
    return {"temporal: database": b"".join(path.read_bytes() for path in files)}


def in_metrics(of: Mapping[str, int]) -> Places:
    """What a process answers Prometheus: its name -> its port."""
    return {
        f"{name}: metrics": httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).raise_for_status().content
        for name, port in of.items()
    }


async def in_temporal(client: Client, *, asking: bool = True) -> Places:
    """Raw, as who may read the namespace gets it: histories, descriptions, the list, current details, schedules.

    Current details come from a worker, which must be able to read: without `asking` they are left out.
    """
    kept: dict[str, list[Message]] = defaultdict(list)
    async for execution, info in _executions(client):
        kept["temporal: list"].append(info)
        described = DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=execution)
        kept["temporal: descriptions"].append(await client.workflow_service.describe_workflow_execution(described))
        kept["temporal: histories"] += [page async for page in _history(client, execution)]
        if not asking:
            continue
        query = QueryWorkflowRequest(
            namespace=client.namespace, execution=execution, query=WorkflowQuery(query_type=_METADATA)
        )
        kept["temporal: current details"].append(await client.workflow_service.query_workflow(query))
    listed = await client.workflow_service.list_schedules(ListSchedulesRequest(namespace=client.namespace))
    kept["temporal: schedules"].append(listed)
    for schedule in listed.schedules:
        asked = DescribeScheduleRequest(namespace=client.namespace, schedule_id=schedule.schedule_id)
        kept["temporal: schedules"].append(await client.workflow_service.describe_schedule(asked))
    return {place: b"\n".join(one.SerializeToString() for one in messages) for place, messages in kept.items()}


async def histories(client: Client) -> AsyncIterator[GetWorkflowExecutionHistoryResponse]:
    """Every history, page by page, raw."""
    async for execution, _ in _executions(client):
        async for page in _history(client, execution):
            yield page


async def _executions(client: Client) -> AsyncIterator[tuple[WorkflowExecution, Message]]:
    token = b""
    while True:
        asked = ListWorkflowExecutionsRequest(namespace=client.namespace, page_size=_PAGE, next_page_token=token)
        page = await client.workflow_service.list_workflow_executions(asked)
        for info in page.executions:
            yield info.execution, info
        token = page.next_page_token
        if not token:
            return


async def _history(client: Client, execution: WorkflowExecution) -> AsyncIterator[GetWorkflowExecutionHistoryResponse]:
    token = b""
    while True:
        asked = GetWorkflowExecutionHistoryRequest(
            namespace=client.namespace, execution=execution, next_page_token=token
        )
        page = await client.workflow_service.get_workflow_execution_history(asked)
        yield page
        token = page.next_page_token
        if not token:
            return


def _table(aws: StackClients, table: str) -> bytes:
    pages: Any = aws.dynamodb.get_paginator("scan").paginate(TableName=table)
    items = [item for page in pages for item in page["Items"]]
    return json.dumps(items, ensure_ascii=False, default=str).encode()


def _objects(aws: StackClients) -> Iterator[tuple[str, bytes]]:
    for page in aws.s3.get_paginator("list_objects_v2").paginate(Bucket=NAMES.archive_bucket):
        for one in page.get("Contents", []):
            body = aws.s3.get_object(Bucket=NAMES.archive_bucket, Key=one["Key"])["Body"].read()
            yield one["Key"], body


def _older_versions(aws: StackClients) -> Places:
    """Objects that were written over or deleted, which a bucket with versions keeps; no place where there are none."""
    kept = []
    for page in aws.s3.get_paginator("list_object_versions").paginate(Bucket=NAMES.archive_bucket):
        kept += [marker["Key"].encode() for marker in page.get("DeleteMarkers", [])]
        for one in page.get("Versions", []):
            if not one["IsLatest"]:
                key, version = one["Key"], one["VersionId"]
                found = aws.s3.get_object(Bucket=NAMES.archive_bucket, Key=key, VersionId=version)
                kept += [key.encode(), found["Body"].read()]
    return {"archive: older versions": b"\n".join(kept)} if kept else {}


def _messages(aws: StackClients, url: str) -> "Iterator[MessageTypeDef]":
    """All messages of a queue, which stay hidden for a while."""
    while True:
        answer = aws.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=600,
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        yield from messages
