"""A worker ends when nothing has asked it for a while, and not while it works."""

import asyncio
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from infra.idle import EndsWhenIdle
from tests.infra.waiting import WaitingWorkflow

IDLE = timedelta(seconds=1)
_PATIENCE_SECONDS = 30


@activity.defn(name="wait")
async def _wait(seconds: float) -> None:
    await asyncio.sleep(seconds)


@pytest.fixture(scope="module")
def ends() -> EndsWhenIdle:
    """One for the process, as a Lambda has it."""
    return EndsWhenIdle(IDLE)


async def _worker(temporal: WorkflowEnvironment, ends: EndsWhenIdle, queue: str) -> Worker:
    address = temporal.client.service_client.config.target_host
    client = await Client.connect(address, runtime=ends.runtime, data_converter=temporal.client.data_converter)
    return Worker(client, task_queue=queue, workflows=[WaitingWorkflow], activities=[_wait], plugins=[ends])


async def test_a_worker_that_nobody_asks_ends(temporal: WorkflowEnvironment, ends: EndsWhenIdle) -> None:
    began = time.monotonic()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await (await _worker(temporal, ends, f"idle-{uuid4()}")).run()
    assert time.monotonic() - began >= IDLE.total_seconds()


@pytest.mark.parametrize("local", [False, True])
async def test_work_that_lasts_longer_is_done_first(
    temporal: WorkflowEnvironment, ends: EndsWhenIdle, *, local: bool
) -> None:
    """An activity of three seconds, which nothing interrupts."""
    queue = f"idle-{uuid4()}"
    handle = await temporal.client.start_workflow(
        WaitingWorkflow.run, args=[3 * IDLE.total_seconds(), local], id=queue, task_queue=queue
    )
    async with asyncio.timeout(_PATIENCE_SECONDS):
        await (await _worker(temporal, ends, queue)).run()
        assert await handle.result() == "waited"
