"""Two functions in one local activity: called in their order, repeated together, told apart from lives of before."""

import asyncio
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.client import WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from events.life import ImportOrderStart, Stage
from functions.dossier import rules, store
from functions.dossier.handler import opened
from functions.dossier.models import DossierEntry
from functions.function import Function
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from infra.activities import ORDER_FUNCTIONS, activities_of
from tests.functions.ledger.samples import assert_balanced
from tests.lambdas import BOTH_WAYS
from tests.workflows.life import Life, ScriptedCustoms, worker_with
from tests.workflows.plain import from_release_to_payment
from tests.workflows.tax_payments import until
from workflows.together import ALL_TOGETHER, ARCHIVE_AND_RECORD

SECONDS = [both.second.name for both in ALL_TOGETHER]
DEATHS = [("tax.assess", False), ("ledger.commit", False), ("ledger.commit", True), ("dossier.archive", True)]


async def live(life: Life) -> None:
    """Declared, released, delivered, taxed, paid; who waits for the end asks for it."""
    await life.send_all()
    await life.until_sent(1)
    await from_release_to_payment(life)


def called(runs: Sequence[WorkflowHistory]) -> list[str]:
    """The local activities of a life."""
    markers = [event.marker_recorded_event_attributes for run in runs for event in run.events]
    found = [marker.details["data"].payloads[0].data for marker in markers if "data" in marker.details]
    return [json.loads(data)["activity_type"] for data in found]


def noted(life: Life) -> list[tuple[str, str]]:
    """The kinds of a dossier's entries, and the words of its decisions without what only this life has."""
    entries = opened(store.get_dossier(life.key))
    return [(entry.kind, _words(entry).replace(life.unique, "")) for entry in entries]


def _words(entry: DossierEntry) -> str:
    return json.dumps(entry.content) if entry.kind == "decision" else ""


def assert_whole(life: Life, head: str) -> None:
    """The dossier is whole, everybody hears of the end, and the ledger is balanced."""
    dossier = store.get_dossier(life.key)
    rules.verify(dossier)
    assert dossier.head == head
    order = show(ShowRequest(key=life.key)).order
    assert order is not None
    assert [change.number for change in order.history] == [*range(1, len(order.history) + 1)]
    assert order.stage is Stage.CLOSED
    assert_balanced()


@BOTH_WAYS
async def test_what_follows_whatever_the_answer_is_called_together(life: Life) -> None:
    await live(life)
    await life.result()
    names = called(await life.runs())
    assert names[:4] == ["matching.match + tax.assess", "ledger.reserve", "intake.freeze", "orders.record"]
    assert names[4:6] == ["policy.row + ledger.commit", "orders.record"]
    assert names[-2:] == ["ledger.bill", "dossier.archive + orders.record"]


async def test_lives_that_began_before_call_one_by_one_and_leave_the_same(life: Life) -> None:
    # Given a life of before
    life.calls_together = False
    await live(life)
    await life.result()
    before, names = noted(life), called(await life.runs())
    assert [name for name in names if " + " in name] == []
    assert names[:2] == ["matching.match", "tax.assess"]
    assert names[-2:] == ["dossier.archive", "orders.record"]
    # When another one is lived now, then the same is noted in the same order
    other = Life(life.temporal, life.task_queue, life.customs)
    life.customs.submissions.clear()
    await live(other)
    await other.result()
    assert noted(other) == before


def test_an_input_from_before_says_nothing_of_calls() -> None:
    told = ImportOrderStart.model_json_schema()
    assert "calls_together" not in told["required"]
    assert told["properties"]["calls_together"]["default"] is False


class Failing(ScriptedCustoms):
    """A world in which one function fails, for some time or until it may work; who was called is noted."""

    def __init__(self, at: str, times: int) -> None:
        super().__init__()
        self._at = at
        self.times = times
        self.called: list[str] = []

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """Everything as it is, but for that function."""
        self.called.append(function.name)
        if function.name == self._at and self.times:
            self.times -= 1
            raise ConnectionError(f"{function.name} is away")
        return super().invoke(function, request)


@pytest.mark.parametrize("at", SECONDS)
async def test_where_the_second_one_fails_both_are_called_again(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None, at: str
) -> None:
    world, queue = Failing(at, times=2), f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, queue, world):
        life = Life(temporal, queue, world)
        await live(life)
        head = (await life.result()).head
    both = next(both for both in ALL_TOGETHER if both.second.name == at)
    assert world.called.count(both.first.name) == (1 if at == "orders.record" else 3)
    assert_whole(life, head)


async def test_nobody_hears_of_an_end_whose_dossier_is_not_archived(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> None:
    world, queue = Failing("dossier.archive", times=1000), f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, queue, world):
        life = Life(temporal, queue, world)
        await live(life)
        await until(lambda: world.called.count("dossier.archive") > 2)
        order = show(ShowRequest(key=life.key)).order
        assert order is not None
        assert order.stage is Stage.DELIVERED
        world.times = 0
        head = (await life.result()).head
    assert_whole(life, head)


class Dying(ScriptedCustoms):
    """A worker that dies at one function, before or after its work, and does no more until the next one is there."""

    def __init__(self, at: str, *, after: bool) -> None:
        super().__init__()
        self._at, self._after = at, after
        self.dead, self.replaced = threading.Event(), threading.Event()

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """Every call, until the one at which it dies."""
        if self.replaced.is_set():
            return super().invoke(function, request)
        if function.name == self._at and self._after and not self.dead.is_set():
            super().invoke(function, request)
        if function.name == self._at:
            self.dead.set()
        if self.dead.is_set():
            raise ConnectionError(f"{self._at}: dead")
        return super().invoke(function, request)


@pytest.mark.parametrize(("at", "after"), DEATHS)
async def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None, at: str, *, after: bool
) -> None:
    """The next worker calls both."""
    dying, queue = Dying(at, after=after), f"test-{uuid4()}"
    life = Life(temporal, queue, dying)
    living = asyncio.create_task(live(life))
    async with worker_with(temporal.client, threads, queue, dying):
        await until(dying.dead.is_set)
    dying.replaced.set()
    async with worker_with(temporal.client, threads, queue, dying):
        await living
        head = (await life.result()).head
    assert dying.versions == [1]
    assert_whole(life, head)


@pytest.mark.parametrize("both", ALL_TOGETHER, ids=lambda both: both.name)
def test_a_fault_of_either_is_the_activity_s_own(both: Any) -> None:
    fault = ApplicationError("no", type="ShreddedError", non_retryable=True)

    class Faulty:
        def __init__(self, at: Function[Any, Any]) -> None:
            self._at = at

        def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
            if function is self._at:
                raise fault
            answer: BaseModel = function.response_model.model_construct()
            return answer

    for at in (both.first, both.second):
        (run,) = activities_of((both.first, both.second), Faulty(at))[2:]
        asked = both.request_model.model_construct(first=None, second=None)
        with pytest.raises(ApplicationError) as raised:
            ActivityEnvironment().run(run, asked)
        assert raised.value is fault


def test_the_worker_of_orders_knows_every_pair() -> None:
    names = {run.__temporal_activity_definition.name for run in activities_of(ORDER_FUNCTIONS, ScriptedCustoms())}  # type: ignore[attr-defined]
    assert {both.name for both in ALL_TOGETHER} <= names
    assert ARCHIVE_AND_RECORD.name == "dossier.archive + orders.record"
