"""A newer dispatcher writes to orders of a build from before decision 45: it cannot read them, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType, VersioningBehavior
from temporalio.testing import WorkflowEnvironment

from events.documents import DocumentKind
from events.life import DOCUMENTS_SIGNAL, IMPORT_ORDER_WORKFLOW, Documents, Stage
from infra.worker_versions import become_current_if_first, pinned
from tests.workflows.deployment import Deployment, builds, live_on
from tests.workflows.life import Life, worker_with
from tests.workflows.order_of_before import OrderOfBefore, StartOfBefore, client_of_before
from workflows.import_return import ImportReturnWorkflow

_PATIENCE_SECONDS = 15
_TASK = timedelta(seconds=1)  # a task that failed twice is given up by the worker, and given out again after that time
_UNKNOWN_COMPRESSION = "compressed in a way that this version does not know: 2"
_UNKNOWN_FIELD = "documents\n  Extra inputs are not permitted"


@pytest.fixture
def reads_the_second_dictionary(request: pytest.FixtureRequest) -> bool:
    """Whether the older build does, which it did not; a test that has it do so sees what it refuses besides."""
    return bool(getattr(request, "param", False))


@pytest.fixture
async def upgrade(
    temporal: WorkflowEnvironment, reads_the_second_dictionary: bool, threads: ThreadPoolExecutor, guarantees: None
) -> AsyncIterator[Deployment]:
    """Build `1` is from before and the current one; build `2`, the code as it is, works beside it."""
    made = Deployment(temporal, f"test-{uuid4()}")
    client, queue, first, second = temporal.client, made.name, made.version("1"), made.version("2")
    older = client if reads_the_second_dictionary else client_of_before(client)
    before = (OrderOfBefore, ImportReturnWorkflow)
    async with worker_with(older, threads, queue, made.customs, workflows=before, version=pinned(first)):
        await become_current_if_first(client, first)
        async with worker_with(client, threads, queue, made.customs, version=pinned(second)):
            await become_current_if_first(client, second)
            yield made


async def refusal(life: Life) -> str:
    """Why a task of the order failed, once one has."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            for event in (await life.handle.fetch_history()).events:
                if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                    failure = event.workflow_task_failed_event_attributes.failure
                    error = await life.temporal.client.data_converter.decode_failure(failure)
                    return f"{error} {error.__cause__}"
            await asyncio.sleep(0.05)


async def belongs_to(life: Life) -> str:
    """The build that the order is pinned to."""
    described = (await life.handle.describe()).raw_description.workflow_execution_info.versioning_info
    assert described.behavior == VersioningBehavior.VERSIONING_BEHAVIOR_PINNED
    return described.deployment_version.build_id


async def declared(life: Life) -> None:
    """Until customs has its list; an order whose task has failed cannot be asked meanwhile."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not life.customs.submissions:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("reads_the_second_dictionary", "reason"),
    [(False, _UNKNOWN_COMPRESSION), (True, _UNKNOWN_FIELD)],
    indirect=["reads_the_second_dictionary"],
)
async def test_a_start_goes_on_with_the_newer_build_once_that_is_the_current_one(
    upgrade: Deployment, reason: str
) -> None:
    # Given a dispatcher that was brought up before the workers, and an order that it starts with its documents
    life = upgrade.life()
    life.task_timeout = _TASK
    await life.send_all()
    # Then the older build does not take it, and says why
    assert reason in await refusal(life)
    assert await builds(life.handle) == set()
    # and with the newer build it goes on from its first step to its end
    await upgrade.set_current("2")
    await declared(life)
    assert await builds(life.handle) == {"2"}
    assert await live_on(life) is Stage.CLOSED


async def test_an_order_that_began_before_goes_on_when_it_is_moved(upgrade: Deployment) -> None:
    """It belongs to the older build: that another one is the current one does not help it."""
    # Given an order that the older dispatcher has started, with its first document in a signal
    life = upgrade.life()
    first, *others = [life.accepted(kind, model) for kind, model in life.documents().items()]
    older = client_of_before(upgrade.temporal.client)
    now = datetime.now(UTC)
    await older.start_workflow(
        IMPORT_ORDER_WORKFLOW,
        StartOfBefore(key=life.key, limits=life.limits, opened=now, rests=True, calls_together=True),
        id=life.key.workflow_id,
        task_queue=life.task_queue,
        task_timeout=_TASK,
        start_signal=DOCUMENTS_SIGNAL,
        start_signal_args=[Documents(documents=[first])],
    )
    life.is_new = False
    assert first.kind is DocumentKind.ORDER
    assert (await older.get_workflow_handle(life.key.workflow_id).query("state"))["stage"] == Stage.COLLECTING
    # when the newer dispatcher sends the others, then the older build does not take them
    await life.send(*others)
    assert _UNKNOWN_COMPRESSION in await refusal(life)
    await upgrade.set_current("2")
    assert await belongs_to(life) == "1"
    assert await builds(life.handle) == {"1"}
    # and moved to the newer one, it has all its documents
    await upgrade.move(life.key.workflow_id, "2")
    await declared(life)
    assert await builds(life.handle) == {"1", "2"}
    assert await live_on(life) is Stage.CLOSED
