"""What a platform's own system would do: subscribe to the outbound events with a queue, and follow its orders."""

import asyncio
import json
import time
from collections import defaultdict
from contextlib import suppress
from types import TracebackType
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from events.life import OrderStageChanged, Stage
from events.outbound import STAGE_CHANGED
from functions.settings import Settings
from infra.aws import StackClients

_RECEIVE_AT_ONCE = 10
_LONG_POLL_SECONDS = 1
_GATHERING_SECONDS = 0.2  # what comes meanwhile comes with one question


class Subscriber:
    """A queue and a rule of its own on the bus, removed at the end; keeps every stage of every order with its time.

    `fault` says why nothing can be heard at present.
    """

    def __init__(self, aws: StackClients, settings: Settings) -> None:
        self._aws = aws
        self._bus = settings.bus
        self._name = f"sandan-subscriber-{uuid4().hex[:8]}"
        self._url = ""
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self.stages: dict[str, list[OrderStageChanged]] = defaultdict(list)
        self.heard: dict[str, dict[Stage, float]] = defaultdict(dict)
        self.fault: str | None = None

    async def __aenter__(self) -> "Subscriber":
        await asyncio.to_thread(self._subscribe)
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if kind is None:
            await asyncio.to_thread(self._unsubscribe)

    def stage(self, order_no: str) -> Stage | None:
        """The latest stage that was heard of an order."""
        told = self.stages.get(order_no)
        return max(told, key=lambda event: event.change.number).change.stage if told else None

    async def reached(self, order_no: str, stages: frozenset[Stage], timeout: float) -> bool:
        """Wait until an order has been in one of the stages; False when it has not within `timeout` seconds."""

        def there() -> bool:
            return any(event.change.stage in stages for event in self.stages.get(order_no, ()))

        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(there)
        except TimeoutError:
            return there()
        return True

    def _subscribe(self) -> None:
        created = self._aws.sqs.create_queue(QueueName=self._name)
        self._url = created["QueueUrl"]
        attributes = self._aws.sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        pattern = json.dumps({"detail-type": [STAGE_CHANGED.name]})
        self._aws.events.put_rule(Name=self._name, EventBusName=self._bus, EventPattern=pattern, State="ENABLED")
        self._aws.events.put_targets(Rule=self._name, EventBusName=self._bus, Targets=[{"Id": "queue", "Arn": arn}])

    def _unsubscribe(self) -> None:
        self._aws.events.remove_targets(Rule=self._name, EventBusName=self._bus, Ids=["queue"])
        self._aws.events.delete_rule(Name=self._name, EventBusName=self._bus)
        self._aws.sqs.delete_queue(QueueUrl=self._url)

    async def _follow(self) -> None:
        while True:
            try:
                events = await asyncio.to_thread(self._receive)
            except (BotoCoreError, ClientError) as fault:  # one that lasts shows in what `reached` waits for in vain
                self.fault = f"{type(fault).__name__}: {fault}"
                await asyncio.sleep(_LONG_POLL_SECONDS)
                continue
            self.fault = None
            if not events:
                continue
            async with self._changed:
                for event in events:
                    if event not in self.stages[event.order_no]:
                        self.stages[event.order_no].append(event)
                    self.heard[event.order_no].setdefault(event.change.stage, time.monotonic())
                self._changed.notify_all()
            if len(events) < _RECEIVE_AT_ONCE:
                await asyncio.sleep(_GATHERING_SECONDS)

    def _receive(self) -> list[OrderStageChanged]:
        answer = self._aws.sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=_RECEIVE_AT_ONCE, WaitTimeSeconds=_LONG_POLL_SECONDS
        )
        messages = answer.get("Messages", [])
        if not messages:
            return []
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        with suppress(BotoCoreError, ClientError):  # what was not deleted comes again, and is known then
            self._aws.sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
        return [OrderStageChanged.model_validate(json.loads(m["Body"])["detail"]["data"]) for m in messages]
