"""The daily payment of tax as a schedule: one, whoever starts; skipped while a run waits; it does start a run."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import ScheduleActionExecutionStartWorkflow, ScheduleHandle, ScheduleOverlapPolicy
from temporalio.testing import WorkflowEnvironment

from events.tax_payment import TaxPaymentRunResult
from functions.settings import settings
from infra.activities import InProcessInvoker
from infra.schedules import keep_schedules
from tests.workflows.tax_payments import tax_worker


@pytest.fixture
async def schedule(temporal: WorkflowEnvironment, aws: None) -> AsyncIterator[ScheduleHandle]:
    """A schedule of this test's own."""
    name = f"tax-payment-{uuid4()}"
    await keep_schedules(temporal.client, task_queue=name, schedule_id=name)
    handle = temporal.client.get_schedule_handle(name)
    yield handle
    await handle.delete()


async def test_every_day_at_the_hour_of_the_setting_in_china(schedule: ScheduleHandle) -> None:
    described = await schedule.describe()

    assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert described.schedule.spec.time_zone_name == "Asia/Shanghai"
    first, second = described.info.next_action_times[:2]
    assert (first.hour, first.minute) == (18, 0)  # UTC: two o'clock in China
    assert second - first == timedelta(days=1)


async def test_whoever_starts_next_keeps_it_and_brings_the_hour_along(
    schedule: ScheduleHandle, temporal: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a schedule that an operator has paused, when a worker starts with another hour, then it is still paused."""
    await schedule.pause(note="audit")
    monkeypatch.setenv("SANDAN_TAX_PAYMENT_HOUR", "5")
    settings.cache_clear()

    for _ in range(2):
        await keep_schedules(temporal.client, task_queue=schedule.id, schedule_id=schedule.id)

    described = await schedule.describe()
    assert (described.schedule.state.paused, described.schedule.state.note) == (True, "audit")
    await schedule.unpause()
    assert (await schedule.describe()).info.next_action_times[0].hour == 21  # UTC: five o'clock in China


async def test_it_starts_a_run(schedule: ScheduleHandle, temporal: WorkflowEnvironment) -> None:
    with ThreadPoolExecutor() as threads:
        async with tax_worker(temporal.client, threads, schedule.id, InProcessInvoker()), asyncio.timeout(20):
            await schedule.trigger()
            while not (recent := (await schedule.describe()).info.recent_actions):
                await asyncio.sleep(0.05)
            started = recent[0].action
            assert isinstance(started, ScheduleActionExecutionStartWorkflow)
            handle = temporal.client.get_workflow_handle(started.workflow_id, result_type=TaxPaymentRunResult)
            result = await handle.result()

    assert started.workflow_id.startswith("tax-payment-run-")
    assert (result.guarantors, result.under_way, result.failed) == ([], [], [])
