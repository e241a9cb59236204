"""A batch of the queue on its way to real workflows: started, signalled, kept, put aside or left to come again."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from events.ceb.base import CebModel
from events.documents import DocumentKind
from events.life import DOCUMENTS_SIGNAL, IMPORT_ORDER_WORKFLOW, TASK_QUEUE, Documents, ImportOrderStart, Stage
from events.values import OrderKey
from functions.aws import queue_url, s3, sqs
from functions.dispatch import search_attributes
from functions.dispatch import temporal as delivery
from functions.dispatch.coming_again import is_outage, pause_seconds
from functions.dispatch.connection import TemporalConnectionError
from functions.dispatch.dead_letters import put_aside
from functions.dispatch.handler import handler
from functions.intake.table import get
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from functions.payloads.keys import PayloadKeyError
from functions.policy.rules import life_limits
from functions.settings import settings
from infra.lambda_context import LocalContext
from tests import builders
from tests.functions.dispatch.records import accepted, batch, envelope, of_gateway, of_others
from tests.functions.intake import samples

END = DocumentKind.CANCELLATION.value


@workflow.defn(name=IMPORT_ORDER_WORKFLOW)
class RecordingOrder:
    """Stands for the order's workflow: remembers its input and its signals, and ends with a cancellation."""

    def __init__(self) -> None:
        self._signals: list[list[str]] = []
        self._start: ImportOrderStart | None = None

    @workflow.run
    async def run(self, start: ImportOrderStart) -> list[list[str]]:
        """Until a cancellation comes."""
        self._start = start
        await workflow.wait_condition(lambda: any(END in kinds for kinds in self._signals))
        return self._signals

    @workflow.signal(name=DOCUMENTS_SIGNAL)
    def documents(self, message: Documents) -> None:
        """One signal."""
        self._signals.append([document.kind.value for document in message.documents])

    @workflow.query
    def start(self) -> ImportOrderStart | None:
        """What it was started with."""
        return self._start

    @workflow.query
    def signals(self) -> list[list[str]]:
        """The kinds in each signal."""
        return self._signals


@dataclass
class Dispatch:
    """The dispatcher before one order of its own on the real server."""

    environment: WorkflowEnvironment
    order_no: str
    parcel: str

    @property
    def key(self) -> OrderKey:
        """The order."""
        return OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=self.order_no)

    @property
    def handle(self) -> WorkflowHandle[RecordingOrder, list[list[str]]]:
        """Its workflow."""
        return self.environment.client.get_workflow_handle_for(RecordingOrder.run, self.key.workflow_id)

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
        answer = await asyncio.to_thread(handler, batch(*bodies, receives=receives), LocalContext("dispatch"))
        return sorted(failure["itemIdentifier"] for failure in answer["batchItemFailures"])

    async def send(self, *models: CebModel) -> list[str]:
        """Documents that the gateway has accepted, in one batch."""
        return await self.take(*(of_gateway(accepted(model)) for model in models))

    async def signals(self) -> list[list[str]]:
        """What the order's workflow has got."""
        return await self.handle.query(RecordingOrder.signals)


@pytest.fixture
async def dispatch(
    temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Dispatch]:
    """A dispatcher that finds the dev server, and a worker on the queue of orders."""
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", temporal.client.service_client.config.target_host)
    settings.cache_clear()
    unique = uuid4().hex[:20]
    worker = Worker(
        temporal.client, task_queue=TASK_QUEUE, workflows=[RecordingOrder], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with worker:
        yield Dispatch(temporal, f"D{unique}", f"L{unique}")


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


async def test_the_first_document_starts_the_life_with_its_limits_and_search_attributes(dispatch: Dispatch) -> None:
    assert await dispatch.send(dispatch.order()) == []
    assert await dispatch.signals() == [["order"]]
    start = await dispatch.handle.query(RecordingOrder.start)
    assert start
    described = await dispatch.handle.describe()
    limits = life_limits(described.start_time.date())
    assert start == ImportOrderStart(key=dispatch.key, limits=limits, opened=start.opened)
    assert abs(described.start_time - start.opened).total_seconds() < 5
    # and the order is on record before its workflow has done anything
    shown = show(ShowRequest(key=dispatch.key)).order
    assert shown
    assert shown.history == [start.opening]
    attributes = described.typed_search_attributes
    assert attributes.get(search_attributes.STAGE) == Stage.COLLECTING
    assert attributes.get(search_attributes.EBP) == dispatch.key.ebp_code
    due = attributes.get(search_attributes.DUE_BY)
    assert due
    assert abs(due - described.start_time - start.limits.documents).total_seconds() < 5


async def test_the_documents_of_one_order_in_one_batch_are_one_signal(dispatch: Dispatch) -> None:
    """Every signal is a billable Action."""
    assert await dispatch.send(dispatch.order(), dispatch.payment(), dispatch.waybill()) == []
    assert [sorted(kinds) for kinds in await dispatch.signals()] == [["order", "payment", "waybill"]]


async def test_what_waited_comes_along_and_waits_no_more(dispatch: Dispatch) -> None:
    """Given a waybill before its order, when the order comes, then one signal brings both, and nothing is parked."""
    waybill = accepted(dispatch.waybill())
    assert await dispatch.take(of_gateway(waybill)) == []
    parked = get(f"order-no#{dispatch.order_no}")
    assert any(waybill.document_id in name for name in parked)
    assert await dispatch.send(dispatch.order()) == []
    assert [sorted(kinds) for kinds in await dispatch.signals()] == [["order", "waybill"]]
    assert not any(waybill.document_id in name for name in get(f"order-no#{dispatch.order_no}"))
    assert dead_letters() == []


async def test_a_later_document_is_a_further_signal_and_no_second_life(dispatch: Dispatch) -> None:
    await dispatch.send(dispatch.order())
    first = (await dispatch.handle.describe()).run_id
    assert await dispatch.send(dispatch.payment()) == []
    assert await dispatch.signals() == [["order"], ["payment"]]
    assert (await dispatch.handle.describe()).run_id == first


async def test_the_same_message_twice_in_a_batch_is_one_document(dispatch: Dispatch) -> None:
    body = of_gateway(accepted(dispatch.order()))
    assert await dispatch.take(body, body) == []
    assert await dispatch.signals() == [["order"]]


async def test_what_comes_after_the_end_is_kept_in_the_archive(dispatch: Dispatch) -> None:
    """Given a life that has ended, when another document or a receipt comes, then it lies beside the dossier."""
    await dispatch.send(dispatch.order(), dispatch.cancellation())
    assert (await dispatch.handle.result())[-1]
    assert await dispatch.send(dispatch.payment()) == []
    order_receipt = samples.order_receipt(order_no=dispatch.order_no)
    assert await dispatch.send(order_receipt) == []
    listed = s3().list_objects_v2(Bucket=settings().archive_bucket, Prefix=f"orders/{dispatch.key}/late/")
    names = sorted(entry["Key"].rpartition("/")[2].rpartition("-")[0] for entry in listed["Contents"])
    assert names == ["order-receipt", "payment"]
    assert dead_letters() == []


async def test_a_document_that_cannot_start_an_order_is_put_aside_with_the_reason(dispatch: Dispatch) -> None:
    body = of_gateway(accepted(dispatch.cancellation()))
    assert await dispatch.take(body) == []
    assert dead_letters() == [
        DeadLetter(body, f"order {dispatch.key} is not known, and this document cannot start it", "m-0")
    ]


async def test_a_receipt_for_something_unknown_is_put_aside_with_the_reason(dispatch: Dispatch) -> None:
    receipt = of_gateway(accepted(samples.list_receipt(cop_no="NOBODYS")))
    waybill_receipt = of_gateway(accepted(samples.waybill_receipt()))
    assert await dispatch.take(receipt, waybill_receipt) == []
    reasons = {letter.document_id: letter.reason for letter in dead_letters()}
    assert reasons["m-0"].startswith("copNo NOBODYS belongs to 0 lists")
    assert reasons["m-1"].startswith(f"a receipt for waybill {builders.CARRIER['logistics_code']}/")


async def test_poison_is_put_aside_whole_with_its_reason_and_the_rest_goes_on(dispatch: Dispatch) -> None:
    poison = ["{", envelope("sandan.gateway", {"no": "event"}), of_others(samples.list_receipt())]
    assert await dispatch.take(*poison[:2], of_gateway(accepted(dispatch.order())), poison[2]) == []
    assert await dispatch.signals() == [["order"]]
    letters = sorted(dead_letters(), key=lambda letter: letter.document_id)
    assert [letter.body for letter in letters] == poison
    assert [letter.document_id for letter in letters] == ["m-0", "m-1", "m-3"]
    assert all(letter.reason for letter in letters)


async def test_what_a_platform_put_on_the_bus_itself_reaches_its_order(dispatch: Dispatch) -> None:
    assert await dispatch.take(of_others(dispatch.order())) == []
    assert await dispatch.signals() == [["order"]]
    changed = of_others(dispatch.order(note="other"))
    assert await dispatch.take(changed) == []
    assert await dispatch.signals() == [["order"]]
    assert dead_letters() == []


async def test_no_person_is_named_in_ids_reasons_and_logs(
    dispatch: Dispatch, capfd: pytest.CaptureFixture[str]
) -> None:
    content = dispatch.order().model_dump(mode="json")
    content["OrderHead"]["buyerName"] = builders.BUYER_NAME * 60
    await dispatch.send(dispatch.order())
    await dispatch.take(of_others(dispatch.order(), data=content))
    (letter,) = dead_letters()
    described = await dispatch.handle.describe()
    summary = await described.static_summary()
    told = f"{letter.reason} {described.id} {described.typed_search_attributes} {summary} {''.join(capfd.readouterr())}"
    assert dispatch.order_no in told
    for person in (builders.BUYER_NAME, builders.BUYER_ID, builders.TELEPHONE, builders.ADDRESS):
        assert person not in told


async def test_a_server_that_is_away_makes_exactly_its_records_come_again(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no Temporal server, when a batch comes, then what needs it fails, poison and waiting documents do not."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", f"127.0.0.1:{closed.getsockname()[1]}")
        settings.cache_clear()
        bodies = ["{", of_gateway(accepted(dispatch.order())), of_gateway(accepted(dispatch.payment()))]
        assert await dispatch.take(*bodies) == ["m-1", "m-2"]
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", dispatch.environment.client.service_client.config.target_host)
    settings.cache_clear()
    assert await dispatch.take(*bodies[1:]) == []
    assert [sorted(kinds) for kinds in await dispatch.signals()] == [["order", "payment"]]


async def test_a_fault_of_one_order_leaves_the_others_alone(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = delivery.deliver

    async def faulty(client: Any, key: OrderKey, documents: Any) -> None:
        if key != dispatch.key:
            raise ConnectionError("away")
        await real(client, key, documents)

    monkeypatch.setattr(delivery, "deliver", faulty)
    other = builders.order(order_no=f"{dispatch.order_no}-2")
    assert await dispatch.send(other, dispatch.order(), other.model_copy()) == ["m-0", "m-2"]
    assert await dispatch.signals() == [["order"]]


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


def test_a_reason_is_cut_to_what_the_queue_takes(aws: None) -> None:
    put_aside(json.dumps({}), "m-0", "r" * 5000)
    assert [len(letter.reason) for letter in dead_letters()] == [1000]
