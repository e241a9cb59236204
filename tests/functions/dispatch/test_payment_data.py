"""Payment data and questions for them on their way to real workflows: started once, woken, never in an order's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from events.ceb.base import CebModel
from events.life import TASK_QUEUE
from events.payment_data import PlatDataOpen
from events.payment_data_life import DATA_CAME_SIGNAL, PAYMENT_DATA_WORKFLOW, PaymentDataStart, SessionKey
from events.values import OrderKey, utc_now
from functions.aws import dynamodb, sqs
from functions.data_keys.keys import destruction, own_data_keys
from functions.dispatch import payment_data, search_attributes
from functions.dispatch.connection import connect
from functions.dispatch.handler import handler
from functions.payment_data.handler import gather
from functions.payment_data.models import GatherRequest
from functions.policy.rules import payment_data_limits
from functions.settings import settings
from infra.lambda_context import LocalContext
from tests.builders import PLATFORM, original_payment
from tests.functions.dispatch.records import accepted, batch, of_gateway, of_others


@workflow.defn(name=PAYMENT_DATA_WORKFLOW)
class RecordingQuestion:
    """Stands for the question's workflow: remembers its input, and ends when it was woken twice."""

    def __init__(self) -> None:
        self._woken = 0
        self._start: PaymentDataStart | None = None

    @workflow.run
    async def run(self, start: PaymentDataStart) -> int:
        """Until it was woken twice."""
        self._start = start
        await workflow.wait_condition(lambda: self._woken == 2)
        return self._woken

    @workflow.signal(name=DATA_CAME_SIGNAL)
    def data_came(self) -> None:
        """One signal."""
        self._woken += 1

    @workflow.query
    def start(self) -> PaymentDataStart | None:
        """What it was started with."""
        return self._start

    @workflow.query
    def woken(self) -> int:
        """How often."""
        return self._woken


class Dispatch:
    """The dispatcher before one question of its own."""

    def __init__(self, client: Client) -> None:
        unique = uuid4().hex[:20]
        self.client = client
        self.key = SessionKey(session_id=f"S{unique}", order_no=f"T{unique}")

    @property
    def handle(self) -> WorkflowHandle[RecordingQuestion, int]:
        """The question's workflow."""
        return self.client.get_workflow_handle_for(RecordingQuestion.run, self.key.workflow_id)

    def question(self, ebp_code: str | None = None) -> CebModel:
        """What customs asks."""
        key = self.key
        return PlatDataOpen(order_no=key.order_no, session_id=key.session_id, service_time="1", ebp_code=ebp_code)

    async def take(self, *bodies: str) -> list[str]:
        """The message ids that are to come again."""
        answer = await asyncio.to_thread(handler, batch(*bodies), LocalContext("dispatch"))
        return sorted(failure["itemIdentifier"] for failure in answer["batchItemFailures"])


@pytest.fixture
async def dispatch(
    temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Dispatch]:
    """A dispatcher that finds the dev server, and a worker on the queue."""
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", temporal.client.service_client.config.target_host)
    settings.cache_clear()
    runner = UnsandboxedWorkflowRunner()
    client = await connect()
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[RecordingQuestion], workflow_runner=runner):
        yield Dispatch(client)


async def test_a_question_starts_its_workflow_once(dispatch: Dispatch) -> None:
    """Given a question that comes three times, when it is dispatched, then one workflow runs, with limits by policy."""
    body = of_gateway(accepted(dispatch.question("3207PLAT01")))
    assert await dispatch.take(body, body) == []
    assert await dispatch.take(body) == []
    started = await dispatch.handle.query(RecordingQuestion.start)
    assert started
    assert (started.key, started.ebp_code) == (dispatch.key, "3207PLAT01")
    described = await dispatch.handle.describe()
    found = described.typed_search_attributes
    assert started.limits == payment_data_limits(described.start_time.date())
    assert found[search_attributes.STAGE] == "asked"
    assert found[search_attributes.NEEDS_HUMAN] is False
    due = found[search_attributes.DUE_BY] - described.start_time
    assert abs((due - started.limits.deadline).total_seconds()) < 10
    assert (await described.static_summary()) == f"payment data of order {dispatch.key.order_no}"


async def test_data_wake_the_questions_that_wait_for_them_and_no_order(dispatch: Dispatch) -> None:
    """Given a question that waits, when data come from the gateway and the bus, then it is woken by each."""
    await dispatch.take(of_gateway(accepted(dispatch.question())))
    gather(GatherRequest(key=dispatch.key))
    payment = original_payment(order_no=dispatch.key.order_no)
    assert await dispatch.take(of_gateway(accepted(payment))) == []
    assert await dispatch.handle.query(RecordingQuestion.woken) == 1
    assert await dispatch.take(of_others(original_payment(order_no=dispatch.key.order_no, app_type="2"))) == []
    assert await dispatch.handle.result() == 2
    orders = f"WorkflowId = 'import/{PLATFORM['ebp_code']}/{dispatch.key.order_no}'"
    assert [found.id async for found in dispatch.client.list_workflows(orders)] == []


async def test_data_for_a_question_that_has_ended_are_kept_all_the_same(dispatch: Dispatch) -> None:
    await dispatch.take(of_gateway(accepted(dispatch.question())))
    gather(GatherRequest(key=dispatch.key))
    for number in ("1", "2"):
        changed = original_payment(order_no=dispatch.key.order_no, app_type=number, recp_name=number)
        await dispatch.take(of_gateway(accepted(changed)))
    assert await dispatch.handle.result() == 2
    late = original_payment(order_no=dispatch.key.order_no, app_type="2", recp_name="3")
    assert await dispatch.take(of_gateway(accepted(late))) == []
    assert await dispatch.take(of_gateway(accepted(dispatch.question()))) == []
    assert gather(GatherRequest(key=dispatch.key)).obstacle is None


async def test_the_day_of_the_limits_is_that_of_china(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given other rows from the new year on, when customs asks at one o'clock of its first day, then they hold."""
    row = "- {{id: r{0}, topic: payment_data.deadline_minutes, value: {0}, effective_from: {1}, basis: x{2}}}\n"
    rows = row.format(60, "2014-02-10", ", effective_to: 2026-12-31") + row.format(90, "2027-01-01", "")
    (tmp_path / "rows.yaml").write_text(rows)
    monkeypatch.setenv("SANDAN_POLICY_DIR", str(tmp_path))
    settings.cache_clear()
    monkeypatch.setattr(payment_data, "utc_now", lambda: datetime(2026, 12, 31, 17, tzinfo=UTC))
    assert await dispatch.take(of_gateway(accepted(dispatch.question()))) == []
    started = await dispatch.handle.query(RecordingQuestion.start)
    assert started
    assert started.limits.deadline == timedelta(minutes=90)


async def test_data_of_a_shredded_order_are_put_aside(dispatch: Dispatch) -> None:
    order = OrderKey(ebp_code=PLATFORM["ebp_code"], order_no=dispatch.key.order_no)
    own_data_keys().require(order)
    dynamodb().transact_write_items(TransactItems=[destruction(order, utc_now())])
    own_data_keys().forget(order)
    assert await dispatch.take(of_gateway(accepted(original_payment(order_no=order.order_no)))) == []
    url = sqs().get_queue_url(QueueName=settings().documents_dead_letters)["QueueUrl"]
    (letter,) = sqs().receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    reason = letter["MessageAttributes"]["Reason"].get("StringValue", "")
    assert reason.startswith(f"the data of order {order} were shredded on")
    assert dynamodb().scan(TableName=settings().payment_data_table)["Count"] == 0
