"""What is left after a run, in every place where something is kept: what the proofs rest on."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import TypeAdapter
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError

from events.life import OrderStageChanged
from functions.data_keys.models import NoDataKeyError, order_of_workflow
from functions.ledger.account_models import Guarantee, GuaranteeRequest
from functions.ledger.handler import guarantee
from functions.settings import Settings
from infra.aws import StackClients
from infra.dead_letters import DeadLetter, DeadLetters
from infra.demo.report import DemoReport
from infra.direct_calls import functions_on
from infra.generate.orders import GeneratedOrder
from infra.generate.parties import GUARANTORS
from infra.sandbox.cases import BillReport, CaseReport, Received
from infra.sandbox.questions import QuestionReport
from infra.stack.errors import StackError
from infra.stack.state import StackState
from infra.temporal import connect_to, stack_data_keys

_POLL_SECONDS = 0.5
_QUIET_TIMES = 3
_MOST_LETTERS = 1000
_AT_ONCE = 16
_WAITING = ("", "NotVisible", "Delayed")
_CASES, _RECEIVED = TypeAdapter(list[CaseReport]), TypeAdapter(list[Received])
_BILLS, _QUESTIONS = TypeAdapter(list[BillReport]), TypeAdapter(list[QuestionReport])


@dataclass
class Histories:
    """What the histories of all workflows tell: failed workflow tasks as `workflow id: cause`, and counts."""

    events: int = 0
    retries: int = 0
    timeouts: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """All of it; `stages` are the outbound events by order number, `keyless` workflows whose order has no key."""

    orders: Sequence[GeneratedOrder]
    demo: DemoReport
    stages: Mapping[str, Sequence[OrderStageChanged]]
    cases: list[CaseReport]
    received: list[Received]
    bills: list[BillReport]
    questions: list[QuestionReport]
    refunds: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    outbox: dict[str, int]
    letters: list[DeadLetter]
    guarantees: list[Guarantee]
    workflows: list[WorkflowExecution]
    histories: Histories
    keyless: list[str]


async def until_quiet(state: StackState, patience: float) -> None:
    """Wait until no document waits in the queue and the sandbox has said everything. StackError when it never is."""
    aws = StackClients(state.aws_endpoint)
    url = aws.sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
    deadline = time.monotonic() + patience
    quiet = 0
    async with httpx.AsyncClient(base_url=state.sandbox_url, trust_env=False) as sandbox:
        while quiet < _QUIET_TIMES:
            waiting = await asyncio.to_thread(_waiting, aws, url)
            under_way = (await sandbox.get("/outbox")).raise_for_status().json()["under_way"]
            quiet = quiet + 1 if waiting == under_way == 0 else 0
            if time.monotonic() > deadline:
                raise StackError(f"{waiting} documents still wait, {under_way} of the sandbox's messages are under way")
            await asyncio.sleep(_POLL_SECONDS)


async def gather(
    state: StackState,
    orders: Sequence[GeneratedOrder],
    demo: DemoReport,
    stages: Mapping[str, Sequence[OrderStageChanged]],
) -> Evidence:
    """Look everywhere, once everything is quiet."""
    temporal = await connect_to(state)
    async with httpx.AsyncClient(base_url=state.sandbox_url, timeout=60, trust_env=False) as sandbox:
        said = {
            path: (await sandbox.get(path)).raise_for_status().content
            for path in ("/customs/declarations", "/customs/messages", "/customs/tax-bills", "/customs/questions")
        }
        refunds, payments, outbox = [
            (await sandbox.get(path)).raise_for_status().json()
            for path in ("/payments/refunds", "/bank/payments", "/outbox")
        ]
    workflows = [execution async for execution in temporal.list_workflows()]
    return Evidence(
        orders=orders,
        demo=demo,
        stages=stages,
        cases=_CASES.validate_json(said["/customs/declarations"]),
        received=_RECEIVED.validate_json(said["/customs/messages"]),
        bills=_BILLS.validate_json(said["/customs/tax-bills"]),
        questions=_QUESTIONS.validate_json(said["/customs/questions"]),
        refunds=refunds,
        payments=payments,
        outbox=outbox,
        letters=DeadLetters(StackClients(state.aws_endpoint).sqs).entries(_MOST_LETTERS),
        guarantees=_guarantees(state),
        workflows=workflows,
        histories=await _histories(temporal, workflows),
        keyless=await asyncio.to_thread(_keyless, state, workflows),
    )


def _waiting(aws: StackClients, url: str) -> int:
    names = [f"ApproximateNumberOfMessages{kind}" for kind in _WAITING]
    found: Mapping[Any, str] = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return sum(int(found.get(name, 0)) for name in names)


def _guarantees(state: StackState) -> list[Guarantee]:
    with functions_on(state):
        return [guarantee(GuaranteeRequest(guarantor=guarantor)) for guarantor in GUARANTORS]


def _keyless(state: StackState, workflows: Sequence[WorkflowExecution]) -> list[str]:
    """The workflows of orders, and of their returns, whose order has no key in the table."""
    keys = stack_data_keys(state)
    orders = {execution.id: order_of_workflow(execution.id) for execution in workflows}
    return [workflow_id for workflow_id, order in orders.items() if order and keys.since(order) is None]


async def _histories(temporal: Client, workflows: Sequence[WorkflowExecution]) -> Histories:
    found = Histories()
    places = asyncio.Semaphore(_AT_ONCE)

    async def read(execution: WorkflowExecution) -> None:
        async with places:
            await _read(temporal, execution, found)

    await asyncio.gather(*(read(execution) for execution in workflows))
    return found


async def _read(temporal: Client, execution: WorkflowExecution, found: Histories) -> None:
    kinds: Counter[int] = Counter()
    try:
        async for event in temporal.get_workflow_handle(execution.id, run_id=execution.run_id).fetch_history_events():
            kinds[event.event_type] += 1
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                found.retries += event.activity_task_started_event_attributes.attempt - 1
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failed = event.workflow_task_failed_event_attributes
                cause = WorkflowTaskFailedCause.Name(failed.cause)
                failure = await temporal.data_converter.decode_failure(failed.failure)
                found.failures.append((execution.id, f"{cause} {failure}"))
    except (RPCError, NoDataKeyError) as error:
        found.failures.append((execution.id, f"its history cannot be read: {error}"))
    found.events += kinds.total()
    found.timeouts += kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT]
