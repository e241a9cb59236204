"""The dispatcher before a real server, with a workflow that remembers what reached it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from events.ceb.base import CebModel
from events.documents import DocumentKind, InboundDocument
from events.life import DOCUMENTS_SIGNAL, IMPORT_ORDER_WORKFLOW, TASK_QUEUE, Documents, ImportOrderStart
from events.values import OrderKey
from functions.aws import sqs
from functions.dispatch.connection import connect
from functions.dispatch.handler import handler
from functions.settings import settings
from infra.actions import count_actions
from infra.lambda_context import LocalContext
from tests import builders
from tests.functions.dispatch.records import accepted, batch, of_gateway
from tests.functions.intake import samples

END = DocumentKind.CANCELLATION.value


@workflow.defn(name=IMPORT_ORDER_WORKFLOW)
class RecordingOrder:
    """Stands for the order's workflow: remembers its input and its signals, and ends with a cancellation."""

    @workflow.init
    def __init__(self, start: ImportOrderStart) -> None:
        self._start = start
        self._groups = [_kinds(start.documents)] if start.documents else []

    @workflow.run
    async def run(self, start: ImportOrderStart) -> list[list[str]]:
        """Until a cancellation comes."""
        await workflow.wait_condition(lambda: any(END in kinds for kinds in self._groups))
        return self._groups

    @workflow.signal(name=DOCUMENTS_SIGNAL)
    def documents(self, message: Documents) -> None:
        """One signal."""
        self._groups.append(_kinds(message.documents))

    @workflow.query
    def start(self) -> ImportOrderStart:
        """What it was started with."""
        return self._start

    @workflow.query
    def groups(self) -> list[list[str]]:
        """The kinds that came with the start, where some did, and in each signal."""
        return self._groups


def _kinds(documents: Sequence[InboundDocument]) -> list[str]:
    return [document.kind.value for document in documents]


@dataclass
class Dispatch:
    """The dispatcher before one order of its own on the real server."""

    client: Client
    order_no: str
    parcel: str

    @property
    def key(self) -> OrderKey:
        """The order."""
        return OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=self.order_no)

    @property
    def handle(self) -> WorkflowHandle[RecordingOrder, list[list[str]]]:
        """Its workflow."""
        return self.client.get_workflow_handle_for(RecordingOrder.run, self.key.workflow_id)

    def order(self, **fields: Any) -> CebModel:
        """The order document."""
        return builders.order(**{"order_no": self.order_no, "pay_transaction_id": f"P{self.order_no}"} | fields)

    def payment(self) -> CebModel:
        """Its payment."""
        return builders.payment(order_no=self.order_no, pay_transaction_id=f"P{self.order_no}")

    def waybill(self) -> CebModel:
        """Its waybill."""
        return builders.waybill(order_no=self.order_no, logistics_no=self.parcel)

    def cancellation(self) -> CebModel:
        """What ends the recording workflow."""
        return samples.cancellation(order_no=self.order_no)

    async def take(self, *bodies: str, receives: int = 1) -> list[str]:
        """The message ids that are to come again."""
        return await taken(*bodies, receives=receives)

    async def send(self, *models: CebModel) -> list[str]:
        """Documents that the gateway has accepted, in one batch."""
        return await self.take(*(of_gateway(accepted(model)) for model in models))

    async def groups(self) -> list[list[str]]:
        """What the order's workflow has got, with its start and in each signal."""
        return await self.handle.query(RecordingOrder.groups)

    def request(self) -> CebModel:
        """The platform's request that we build its list."""
        return samples.list_request(order_no=self.order_no)

    async def actions(self) -> Counter[str]:
        """What that has cost."""
        return count_actions((await self.handle.fetch_history()).events)


async def taken(*bodies: str, receives: int = 1) -> list[str]:
    """The message ids of a batch that are to come again."""
    answer = await asyncio.to_thread(handler, batch(*bodies, receives=receives), LocalContext("dispatch"))
    return sorted(failure["itemIdentifier"] for failure in answer["batchItemFailures"])


@pytest.fixture
async def dispatch(
    temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Dispatch]:
    """A dispatcher that finds the dev server, and a worker on the queue of orders."""
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", temporal.client.service_client.config.target_host)
    settings.cache_clear()
    unique = uuid4().hex[:20]
    client = await connect()  # with the keys of orders that the dispatcher makes
    worker = Worker(
        client, task_queue=TASK_QUEUE, workflows=[RecordingOrder], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with worker:
        yield Dispatch(client, f"D{unique}", f"L{unique}")


@dataclass(frozen=True)
class DeadLetter:
    """What was put aside."""

    body: str
    reason: str
    document_id: str


def dead_letters() -> list[DeadLetter]:
    """All of the dead-letter queue."""
    url = sqs().get_queue_url(QueueName=settings().documents_dead_letters)["QueueUrl"]
    answer = sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    found = []
    for message in answer.get("Messages", []):
        attributes = {name: str(given.get("StringValue")) for name, given in message["MessageAttributes"].items()}
        found.append(DeadLetter(message["Body"], attributes["Reason"], attributes["DocumentId"]))
    return found
