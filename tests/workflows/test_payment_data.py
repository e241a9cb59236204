"""A question of customs for payment data under test: late data, repeated questions, faults, refusals, deadlines."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker

from events.payment_data import OriginalPayment
from events.payment_data_life import (
    PaymentDataLimits,
    PaymentDataResolution,
    PaymentDataResult,
    PaymentDataSnapshot,
    PaymentDataStage,
    PaymentDataStart,
    ResolvePaymentData,
    SessionKey,
)
from functions.bus import OutboundEvent
from functions.dispatch import search_attributes
from functions.function import Function
from functions.payment_data import handler
from functions.payment_data.customs import PaymentDataUnavailableError
from functions.payment_data.handler import keep
from functions.payment_data.models import KeepRequest, Outcome, Uploaded, UploadRequest
from infra.activities import PAYMENT_DATA_FUNCTIONS, FunctionInvoker, activities_of
from infra.worker import workflow_runner
from tests.builders import PLATFORM, original_payment
from tests.functions.intake.samples import inbound
from tests.lambdas import BOTH_WAYS
from workflows.payment_data import PaymentDataWorkflow

MINUTE = timedelta(minutes=1)
LIMITS = PaymentDataLimits(
    deadline=60 * MINUTE,
    alert=30 * MINUTE,
    retry=2 * MINUTE,
    attempts=3,
    refusal_from=20001,
    expiry=timedelta(days=30),
)
ACCEPTED = Uploaded(outcome=Outcome.ACCEPTED, code="10000", message="上传成功")
FAILED = Uploaded(outcome=Outcome.RETRY, code="20000", message="上传失败")
REFUSED = Uploaded(outcome=Outcome.REFUSED, code="20003", message="验签失败")
_PATIENCE_SECONDS = 15
_ALMOST_AN_HOUR = timedelta(minutes=59, seconds=58)
RETRY, CLOSE = PaymentDataResolution.RETRY, PaymentDataResolution.CLOSE


class ScriptedInterface:
    """Customs' interface of one test: what it answers to each upload (10000 in the end), and how often it is away."""

    def __init__(self, invoker: FunctionInvoker) -> None:
        self._invoker = invoker
        self.answers: list[Uploaded] = []
        self.away = 0
        self.uploads: list[UploadRequest] = []

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """The worker's invoker: everything runs for real, but what goes to customs comes here."""
        if not isinstance(request, UploadRequest):
            return self._invoker.invoke(function, request)
        if self.away:
            self.away -= 1
            raise PaymentDataUnavailableError("realTimeDataUp answered HTTP 503")
        self.uploads.append(request)
        return self.answers.pop(0) if self.answers else ACCEPTED


class Question:
    """Drives one question."""

    def __init__(
        self,
        temporal: WorkflowEnvironment,
        customs: ScriptedInterface,
        invoker: FunctionInvoker,
        heard: list[OutboundEvent],
    ) -> None:
        unique = uuid4().hex[:20]
        self.temporal = temporal
        self.task_queue = f"test-{uuid4()}"
        self.customs = customs
        self.invoker = invoker
        self.heard = heard
        self.key = SessionKey(session_id=f"S{unique}", order_no=f"T{unique}")
        self.second = f"T{unique}-2"

    @property
    def handle(self) -> WorkflowHandle[PaymentDataWorkflow, PaymentDataResult]:
        """Its workflow."""
        return self.temporal.client.get_workflow_handle_for(PaymentDataWorkflow.run, self.key.workflow_id)

    def payment(self, order_no: str | None = None, **fields: Any) -> OriginalPayment:
        """The raw data of the order that is asked for."""
        return original_payment(order_no=order_no or self.key.order_no, **fields)

    def merged(self, order_no: str | None = None, **fields: Any) -> OriginalPayment:
        """The raw data of an order that was paid together with a second one."""
        return self.payment(order_no, order_nos=[self.key.order_no, self.second], **fields)

    async def ask(self, limits: PaymentDataLimits = LIMITS) -> None:
        """Start it."""
        await self.temporal.client.start_workflow(
            PaymentDataWorkflow.run,
            PaymentDataStart(key=self.key, limits=limits),
            id=self.key.workflow_id,
            task_queue=self.task_queue,
        )

    async def send(self, payment: OriginalPayment, later: int = 0) -> None:
        """Data come: kept, and whoever waits is woken, as the dispatcher does it."""
        kept = await asyncio.to_thread(keep, KeepRequest(document=inbound(payment, later=later)))
        for workflow_id in kept.waiting:
            await self.temporal.client.get_workflow_handle(workflow_id).signal(PaymentDataWorkflow.data_came)

    async def until(self, condition: Callable[[PaymentDataSnapshot], bool]) -> PaymentDataSnapshot:
        """Wait until a condition holds; fails with where it stands."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            state = await self.handle.query(PaymentDataWorkflow.state)
            if condition(state):
                return state
            assert time.monotonic() < deadline, state
            await asyncio.sleep(0.02)

    async def stage(self, *stages: PaymentDataStage) -> PaymentDataSnapshot:
        """Wait for a stage."""
        return await self.until(lambda state: state.stage in stages)

    async def case(self, case: str | None) -> PaymentDataSnapshot:
        """Wait for a case that needs a person."""
        return await self.until(lambda state: state.needs_human == case)

    async def forward(self, duration: timedelta) -> None:
        """Let its clock run on."""
        await TimeSkipper(self.temporal.client).fast_forward(self.handle, duration)

    async def resolve(self, case: str, resolution: PaymentDataResolution, ebp_code: str | None = None) -> None:
        """A person decides."""
        request = ResolvePaymentData(case=case, resolution=resolution, who="op-1", why="telephone", ebp_code=ebp_code)
        await self.handle.execute_update(PaymentDataWorkflow.resolve, request)

    async def result(self) -> PaymentDataResult:
        """How it ended."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.handle.result()

    async def needs_human(self) -> bool:
        """What the search attribute says."""
        found = (await self.handle.describe()).typed_search_attributes
        return bool(found.get(search_attributes.NEEDS_HUMAN))

    def told(self, name: str) -> list[Any]:
        """The outbound events of a type, their data."""
        return [event.data for event in self.heard if event.type == f"cn.sandan.payment-data.{name}.v1"]


def worker(question: Question, threads: ThreadPoolExecutor) -> Worker:
    """The product's worker, with customs' interface replaced."""
    return Worker(
        question.temporal.client,
        task_queue=question.task_queue,
        workflows=[PaymentDataWorkflow],
        activities=activities_of(PAYMENT_DATA_FUNCTIONS, question.invoker),
        activity_executor=threads,
        workflow_runner=workflow_runner(),
    )


@pytest.fixture
def unworked(
    temporal: WorkflowEnvironment,
    aws: None,
    monkeypatch: pytest.MonkeyPatch,
    invoker: FunctionInvoker,
    as_by_lambda: Callable[[FunctionInvoker], FunctionInvoker],
) -> Question:
    """A question that no worker works on yet."""
    heard: list[OutboundEvent] = []
    monkeypatch.setattr(handler, "put_events", lambda _, events: heard.extend(events))
    customs = ScriptedInterface(invoker)
    return Question(temporal, customs, as_by_lambda(customs), heard)


@pytest.fixture
async def question(unworked: Question, threads: ThreadPoolExecutor) -> AsyncIterator[Question]:
    """A question with a worker and a customs of its own."""
    async with worker(unworked, threads):
        yield unworked


@BOTH_WAYS
async def test_data_that_are_here_go_to_customs_at_once(question: Question) -> None:
    await question.send(question.payment())
    await question.ask()
    assert await question.result() == PaymentDataResult(stage=PaymentDataStage.ACCEPTED, code="10000")
    (request,) = question.customs.uploads
    assert (request.ebp_code, request.refusal_from) == (PLATFORM["ebp_code"], 20001)
    stages = [event.change.stage for event in question.told("stage-changed")]
    assert stages == ["asked", "uploading", "accepted"]
    assert question.told("wanted") == []
    assert await question.needs_human() is False


async def test_the_same_question_again_starts_nothing(question: Question) -> None:
    """Given a question that runs or has ended, when customs repeats it, then nothing is started or uploaded again."""
    await question.send(question.payment())
    await question.ask()
    await question.result()
    described = await question.handle.describe()
    with pytest.raises(WorkflowAlreadyStartedError):
        await question.temporal.client.start_workflow(
            PaymentDataWorkflow.run,
            PaymentDataStart(key=question.key, limits=LIMITS),
            id=question.key.workflow_id,
            task_queue=question.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    assert len(question.customs.uploads) == 1
    assert (await question.handle.describe()).run_id == described.run_id


async def test_late_data_of_every_order_are_waited_for_and_asked_for_once(question: Question) -> None:
    """Given a merged payment, when its data come one by one, then each missing order is wished once, and it goes on."""
    await question.ask()
    state = await question.stage(PaymentDataStage.WAITING)
    assert state.wanted == [question.key.order_no]
    await question.send(question.merged())
    state = await question.until(lambda state: state.wanted == [question.second])
    assert state.orders == [question.key.order_no, question.second]
    assert question.customs.uploads == []
    await question.send(question.merged(question.second))
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert [event.wanted for event in question.told("wanted")] == [[question.key.order_no], [question.second]]
    assert question.told("wanted")[1].ebp_code == PLATFORM["ebp_code"]


async def test_a_person_is_told_before_the_deadline_and_at_it(question: Question) -> None:
    """Given data that do not come, when 30 minutes are left, then event, case and search attribute tell a person."""
    await question.ask()
    await question.stage(PaymentDataStage.WAITING)
    assert await question.needs_human() is False
    await question.forward(LIMITS.deadline - LIMITS.alert + MINUTE)
    state = await question.case("payment-data-late")
    assert state.stage is PaymentDataStage.WAITING
    assert await question.needs_human() is True
    alert = question.told("stage-changed")[-1]
    assert (alert.needs_human, alert.due_by) == ("payment-data-late", state.due_by)
    assert alert.change.at < alert.due_by
    await question.forward(LIMITS.alert)
    await question.until(lambda state: "passed" in state.history[-1].reason.en)
    await question.send(question.payment())
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert await question.needs_human() is False
    assert question.told("stage-changed")[-1].needs_human is None


async def test_a_customs_that_is_away_is_tried_again_and_a_person_told_meanwhile(question: Question) -> None:
    """Given an interface that answers nothing, when the deadline comes near, then the alert rings while it is tried."""
    question.customs.away = 10**6
    await question.send(question.payment())
    await question.ask(LIMITS.model_copy(update={"deadline": timedelta(hours=1), "alert": _ALMOST_AN_HOUR}))
    state = await question.case("payment-data-late")
    assert state.stage is PaymentDataStage.UPLOADING
    question.customs.away = 0
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert len(question.customs.uploads) == 1


async def test_179_20000_is_tried_again_after_a_pause(question: Question) -> None:
    question.customs.answers = [FAILED, FAILED]
    await question.send(question.payment())
    await question.ask()
    for uploads in (2, 3):
        await question.until(lambda state: len(question.customs.uploads) == uploads - 1)  # noqa: B023 -- used at once
        await asyncio.sleep(0.1)
        await question.forward(LIMITS.retry)
    assert (await question.result()).code == "10000"
    assert len(question.customs.uploads) == 3
    assert "payment-data-unaccepted" not in {event.needs_human for event in question.told("stage-changed")}


async def test_a_customs_that_fails_too_often_waits_for_a_person(question: Question) -> None:
    """Given three answers of 20000 (the limit), when a person says retry, then it is uploaded again."""
    question.customs.answers = [FAILED, FAILED, FAILED]
    await question.send(question.payment())
    await question.ask()
    for uploads in (1, 2):
        await question.until(lambda state: len(question.customs.uploads) == uploads)  # noqa: B023 -- used at once
        await asyncio.sleep(0.1)
        await question.forward(LIMITS.retry)
    state = await question.case("payment-data-unaccepted")
    assert "3 times (20000)" in state.history[-1].reason.en
    assert await question.needs_human() is True
    await question.resolve("payment-data-unaccepted", RETRY)
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert len(question.customs.uploads) == 4


@BOTH_WAYS
async def test_a_refusal_for_good_waits_for_a_person_or_for_corrected_data(question: Question) -> None:
    """Given a refusal, when corrected data come, then they go to customs without anybody's doing."""
    question.customs.answers = [REFUSED]
    await question.send(question.payment())
    await question.ask()
    state = await question.case("payment-data-refused")
    assert (state.stage, state.history[-1].code) == (PaymentDataStage.REFUSED, "20003")
    assert await question.needs_human() is True
    await question.forward(5 * LIMITS.retry)
    assert len(question.customs.uploads) == 1
    await question.send(question.payment(recp_name="更正"), later=1)
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert len(question.customs.uploads) == 2


async def test_a_person_may_close_it(question: Question) -> None:
    question.customs.answers = [REFUSED]
    await question.send(question.payment())
    await question.ask()
    await question.case("payment-data-refused")
    with pytest.raises(WorkflowUpdateFailedError):
        await question.resolve("payment-data-late", CLOSE)
    await question.resolve("payment-data-refused", CLOSE)
    assert await question.result() == PaymentDataResult(stage=PaymentDataStage.CLOSED, code="20003")
    last = question.told("stage-changed")[-1].change
    assert (last.stage, last.reason.en) == ("closed", "Resolved by op-1 (close): telephone")


async def test_a_late_case_that_a_person_has_seen_comes_back_at_the_deadline_only(question: Question) -> None:
    await question.ask()
    await question.stage(PaymentDataStage.WAITING)
    await question.forward(LIMITS.deadline - LIMITS.alert + MINUTE)
    await question.case("payment-data-late")
    await question.resolve("payment-data-late", RETRY)
    await question.case(None)
    await question.send(question.merged())
    assert (await question.until(lambda state: state.wanted == [question.second])).needs_human is None
    await question.forward(LIMITS.alert)
    await question.case("payment-data-late")


async def test_data_that_contradict_each_other_wait_for_a_correction(question: Question) -> None:
    """Given two orders that tell one payment otherwise, when one is corrected, then it goes on by itself."""
    await question.send(question.merged())
    await question.send(question.merged(question.second, total_amount="1"))
    await question.ask()
    state = await question.case("payment-data-conflict")
    assert state.history[-1].reason.en.endswith("(totalAmount): send them corrected.")
    assert question.customs.uploads == []
    await question.send(question.merged(question.second), later=1)
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED


async def test_an_order_number_of_two_platforms_waits_for_a_person(question: Question) -> None:
    await question.send(question.payment())
    await question.send(question.payment(ebp_code="3207PLAT02"))
    await question.ask()
    await question.case("payment-data-ambiguous")
    await question.resolve("payment-data-ambiguous", RETRY, "3207PLAT02")
    assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    assert [request.ebp_code for request in question.customs.uploads] == ["3207PLAT02"]


async def test_what_nobody_can_answer_ends(question: Question) -> None:
    await question.ask()
    await question.stage(PaymentDataStage.WAITING)
    await question.forward(LIMITS.expiry + MINUTE)
    assert (await question.result()).stage is PaymentDataStage.EXPIRED
    await question.send(question.payment())  # nobody waits any more, nothing breaks


async def test_a_worker_that_dies_at_any_step_loses_nothing(unworked: Question, threads: ThreadPoolExecutor) -> None:
    """Given a new worker for every step, when data come between, then the question is answered once."""
    question = unworked
    question.customs.answers = [FAILED]
    await question.ask()
    async with worker(question, threads):
        await question.stage(PaymentDataStage.WAITING)
    await question.send(question.merged())
    async with worker(question, threads):
        await question.until(lambda state: state.wanted == [question.second])
    await question.send(question.merged(question.second))
    async with worker(question, threads):
        await question.until(lambda state: len(question.customs.uploads) == 1)
    async with worker(question, threads):
        await question.stage(PaymentDataStage.UPLOADING)
        await asyncio.sleep(0.1)
        await question.forward(LIMITS.retry)
        assert (await question.result()).stage is PaymentDataStage.ACCEPTED
    numbers = [event.change.number for event in question.told("stage-changed")]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))


async def test_no_payment_data_in_the_history_of_the_workflow(question: Question) -> None:
    """Raw data are read, signed and sent by functions: nothing of them reaches Temporal."""
    await question.send(question.payment(inital_request="RAW-REQUEST", inital_response="RAW-RESPONSE"))
    await question.ask()
    await question.result()
    history = (await question.handle.fetch_history()).to_json()
    described = await question.handle.describe()
    assert question.key.order_no in history
    for raw in ("RAW-REQUEST", "RAW-RESPONSE", "TEST-ACCOUNT-01", "561.89"):
        assert raw not in f"{history} {described.typed_search_attributes} {[e.detail('x') for e in question.heard]}"
