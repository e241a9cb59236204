"""The floor: the least that the same servers could be asked for the same orders.

A minimal client repeats the recorded requests to bus, tables and archive as they were (to tables and a bus of its own,
by the same AWS library), receives from the queues what the bus brings there, and posts to the counterparties what was
posted to them; a bare workflow has the same start, signals, timers and remote activities. What it leaves out is
everything else: the door, signatures, validation, routing, rules, encryption, local activities, search attributes.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from functions import aws
from functions.settings import Settings
from infra.bench.bare import start_bare
from infra.bench.lives import AT_ONCE, BenchError, Work, at_once
from infra.bench.recording import Call, parameters
from infra.bench.shape import Shape
from infra.demo.month_end import LATER
from infra.http_in_threads import client_in_threads
from infra.stack.state import StackState

OWN = "floor-"
_GATEWAY_SOURCE = "sandan.gateway"
_APART = timedelta(seconds=0.1)
_IN_TENS = 10
_GATHERING_SECONDS = 0.1
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Recorded:
    """What a number of orders asked for: calls of AWS but for the queues, posts to the counterparties, their lives."""

    orders: int
    calls: Sequence[Call]
    posts: Sequence[Call]
    shapes: Sequence[Shape]


@dataclass
class Floor:
    """One run of the floor on a stack whose gateway has been replaced by a sink."""

    state: StackState
    temporal: Client
    recorded: Recorded
    refused: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """Tables with the schema and the contents of the real ones, a bus with two queues, a bucket."""
        names = Settings()
        for table in aws.dynamodb().list_tables()["TableNames"]:
            _copy_table(table)
        create: Any = boto3.client
        services = {call.service for call in self.recorded.calls}
        self._clients: dict[str, Any] = {service: create(service, config=aws.config()) for service in services}
        aws.s3().create_bucket(Bucket=OWN + names.archive_bucket)
        aws.eventbridge().create_event_bus(Name=OWN + names.bus)
        own: list[str] = [_GATEWAY_SOURCE]
        patterns: dict[str, list[Any]] = {"documents": own, "told": [{"anything-but": own}]}
        self._queues = [self._queue(name, pattern) for name, pattern in patterns.items()]

    async def run(self) -> float:
        """All requests and all lives once; the seconds they took."""
        expected = sum(len(parameters(call)["Entries"]) for call in self.recorded.calls if call.service == "events")
        drains = [_Drain(url) for url in self._queues]
        steps = [step for shape in self.recorded.shapes for step in shape.steps]
        self._calls = _shares(self.recorded.calls, len(steps))
        self._posts = _shares(self.recorded.posts, len(steps))
        run = uuid4().hex[:8]
        async with client_in_threads(self.state.sandbox_url) as self._http:
            self._threads = ThreadPoolExecutor(AT_ONCE)
            started = time.monotonic()
            for drain in drains:
                drain.start()
            lives = [self._life(f"{run}/{number}", shape) for number, shape in enumerate(self.recorded.shapes)]
            await at_once(AT_ONCE, lives)
            await _until(lambda: sum(drain.received for drain in drains) >= expected)
            seconds = time.monotonic() - started
        self._threads.shutdown()
        for drain in drains:
            drain.stop()
        return seconds

    def _life(self, name: str, shape: Shape) -> Work:
        async def live() -> None:
            handle = self.temporal.get_workflow_handle(f"bare/{name}")
            for number in range(len(shape.steps)):
                await self._requests()
                await take_step(self.temporal, f"bare/{name}", shape, number)
            await handle.result()

        return live

    async def _requests(self) -> None:
        """What falls to one step of one life."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._repeat, next(self._calls))
        for post in next(self._posts):
            headers = {"Content-Type": post.headers.get("content-type", "")}
            await self._http.post(post.path, content=post.sent, headers=headers)

    def _repeat(self, calls: Sequence[Call]) -> None:
        for call in calls:
            try:
                self._again(call)
            except ClientError as error:
                self.refused[error.response["Error"]["Code"]] += 1

    def _again(self, call: Call) -> None:
        if call.service == "s3":
            bucket, _, key = call.path.lstrip("/").partition("/")
            self._clients["s3"].put_object(Bucket=OWN + bucket, Key=key, Body=call.sent)
            return
        getattr(self._clients[call.service], xform_name(call.operation))(**own_parameters(call))

    def _queue(self, name: str, sources: list[Any]) -> str:
        bus = OWN + Settings().bus
        url = aws.sqs().create_queue(QueueName=OWN + name)["QueueUrl"]
        arn = aws.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pattern = json.dumps({"source": sources})
        aws.eventbridge().put_rule(Name=OWN + name, EventBusName=bus, EventPattern=pattern, State="ENABLED")
        aws.eventbridge().put_targets(Rule=OWN + name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return url


async def take_step(client: Client, workflow_id: str, shape: Shape, number: int) -> None:
    """The start (0) or the signal of that number; before the last a month passes."""
    if number == 0:
        await start_bare(client, workflow_id, shape)
        return
    handle = client.get_workflow_handle(workflow_id)
    if number == len(shape.signals) and shape.timers:
        await TimeSkipper(client).fast_forward(handle, LATER)
    await handle.signal("said", bytes(shape.steps[number]))


async def run_bare(client: Client, shapes: Sequence[Shape]) -> float:
    """The bare workflows alone; the seconds they took. A pause between two steps, so that each wakes its workflow."""
    run = uuid4().hex[:8]

    def life(number: int, shape: Shape) -> Work:
        async def live() -> None:
            name = f"bare/{run}/{number}"
            for step in range(len(shape.steps)):
                await take_step(client, name, shape, step)
                await asyncio.sleep(_APART.total_seconds())
            await client.get_workflow_handle(name).result()

        return live

    started = time.monotonic()
    await at_once(AT_ONCE, [life(number, shape) for number, shape in enumerate(shapes)])
    return time.monotonic() - started


def own_parameters(call: Call) -> dict[str, Any]:
    """The parameters of a recorded call, turned to the floor's own tables and bus."""
    asked = parameters(call)
    asked.pop("ReturnConsumedCapacity", None)
    found: dict[str, Any] = _turned(asked)
    if "RequestItems" in found:
        found["RequestItems"] = {OWN + table: keys for table, keys in found["RequestItems"].items()}
    return found


def _turned(asked: Any) -> Any:
    if isinstance(asked, dict):
        renamed = {"TableName", "EventBusName"}
        return {name: OWN + value if name in renamed else _turned(value) for name, value in asked.items()}
    return [_turned(one) for one in asked] if isinstance(asked, list) else asked


def _shares(calls: Sequence[Call], shares: int) -> Iterator[Sequence[Call]]:
    """The calls in their order, in so many runs of nearly the same length."""
    for number in range(shares):
        yield calls[number * len(calls) // shares : (number + 1) * len(calls) // shares]


def _copy_table(name: str) -> None:
    there = aws.dynamodb().describe_table(TableName=name)["Table"]
    kept = ("IndexName", "KeySchema", "Projection")
    found: list[Any] = list(there.get("GlobalSecondaryIndexes", []))
    indexes = [{key: index[key] for key in kept} for index in found]
    given: dict[str, Any] = {"GlobalSecondaryIndexes": indexes} if indexes else {}
    aws.dynamodb().create_table(
        TableName=OWN + name,
        KeySchema=there["KeySchema"],
        AttributeDefinitions=there["AttributeDefinitions"],
        BillingMode="PAY_PER_REQUEST",
        **given,
    )
    for item in aws.dynamodb().scan(TableName=name)["Items"]:
        aws.dynamodb().put_item(TableName=OWN + name, Item=item)


async def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise BenchError("the queues did not bring what the floor put on its bus")
        await asyncio.sleep(0.02)


class _Drain:
    """Receives and deletes what comes into a queue, ten at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.received = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            answer = aws.sqs().receive_message(QueueUrl=self._url, MaxNumberOfMessages=_IN_TENS, WaitTimeSeconds=1)
            messages = answer.get("Messages", [])
            if messages:
                entries: list[Any] = [
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(messages)
                ]
                aws.sqs().delete_message_batch(QueueUrl=self._url, Entries=entries)
                self.received += len(messages)
                if len(messages) < _IN_TENS:
                    self._stop.wait(_GATHERING_SECONDS)
