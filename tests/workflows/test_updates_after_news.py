"""Updates that come together with news: who sends them may have heard what the order does not know any more."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from events.life import CancelRequest, Stage
from infra.activities import InProcessInvoker
from tests.workflows.life import Life, ScriptedCustoms, worker_with
from tests.workflows.return_life import WHOLE, Returns
from workflows.import_order import ImportOrderWorkflow

_UNTIL_IT_WAITS_SECONDS = 1


@pytest.fixture
def unworked(temporal: WorkflowEnvironment, guarantees: None) -> Life:
    """An order on which no worker works yet."""
    return Life(temporal, f"test-{uuid4()}", ScriptedCustoms(InProcessInvoker()))


async def _declare(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.until_true(lambda state: state.invt_no is not None, "the list's number")


async def test_a_return_is_taken_though_the_release_is_news_to_the_order(
    unworked: Life, threads: ThreadPoolExecutor
) -> None:
    """Given a release that a worker has told, when it dies before Temporal heard of it, then a return can be asked for.

    The next worker finds the release and the wish in one task: it takes the release in first.
    """
    returns = Returns(unworked)
    client, queue, customs = unworked.temporal.client, unworked.task_queue, unworked.customs
    async with worker_with(client, threads, queue, customs):
        await _declare(unworked)
    await unworked.customs_says("800")
    asked = asyncio.create_task(returns.ask(*WHOLE))
    await asyncio.sleep(_UNTIL_IT_WAITS_SECONDS)
    async with worker_with(client, threads, queue, customs):
        assert (await asked).number == 1
        await returns.applied()


async def test_what_the_news_forbid_is_refused(unworked: Life, threads: ThreadPoolExecutor) -> None:
    """Given a release and a cancellation in one task, the cancellation is checked after the release, and refused."""
    client, queue, customs = unworked.temporal.client, unworked.task_queue, unworked.customs
    async with worker_with(client, threads, queue, customs):
        await _declare(unworked)
    await unworked.customs_says("800")
    request = CancelRequest(who="op-1", why="too late")
    asked = asyncio.create_task(unworked.handle.execute_update(ImportOrderWorkflow.cancel, request))
    await asyncio.sleep(_UNTIL_IT_WAITS_SECONDS)
    async with worker_with(client, threads, queue, customs):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await asked
        assert "stage is released: only an order that is not released can be cancelled" in str(refused.value.cause)
        assert (await unworked.until(Stage.RELEASED)).stage is Stage.RELEASED
