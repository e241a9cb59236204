"""Two versions of the worker at once: orders end where they began, new ones go where the operator says."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from events.life import Stage
from events.return_life import ReturnStage
from infra.worker_versions import become_current_if_first, pinned
from tests.workflows.changed_order import ChangedOrderWorkflow
from tests.workflows.deployment import Deployment, builds, live_on
from tests.workflows.life import worker_with
from tests.workflows.return_life import WHOLE, Returns
from workflows.import_return import ImportReturnWorkflow


@pytest.fixture
async def deployment(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> AsyncIterator[Deployment]:
    """Two versions at work, `1` with the code as it is, `2` with the changed code; the first is the current one."""
    made = Deployment(temporal, f"test-{uuid4()}")
    client, queue, first, second = temporal.client, made.name, made.version("1"), made.version("2")
    changed = (ChangedOrderWorkflow, ImportReturnWorkflow)
    async with worker_with(client, threads, queue, made.customs, version=pinned(first)):
        await become_current_if_first(client, first)
        async with worker_with(client, threads, queue, made.customs, workflows=changed, version=pinned(second)):
            await become_current_if_first(client, second)
            yield made


async def test_orders_end_where_they_began_and_new_ones_go_where_the_operator_says(deployment: Deployment) -> None:
    # Given an order that began before the second version is made the current one, and one after
    before = await deployment.order()
    await deployment.set_current("2")
    after = await deployment.order()
    # and one after the first version is the current one again
    await deployment.set_current("1")
    back = await deployment.order()
    # Then each ends, on the version that it began on
    assert [await live_on(life) for life in (before, after, back)] == [Stage.CLOSED] * 3
    assert [await builds(life.handle) for life in (before, after, back)] == [{"1"}, {"2"}, {"1"}]


async def test_a_share_of_new_orders_tries_a_version(deployment: Deployment) -> None:
    names = ("--deployment-name", deployment.name, "--build-id", "2")
    await deployment.operate("worker", "deployment", "set-ramping-version", *names, "--percentage", "100", "--yes")
    tried = await deployment.order()
    await deployment.operate("worker", "deployment", "set-ramping-version", *names, "--delete", "--yes")
    usual = await deployment.order()
    assert [await builds(life.handle) for life in (tried, usual)] == [{"2"}, {"1"}]


async def test_an_order_can_be_moved_to_a_version_that_its_history_replays_with(deployment: Deployment) -> None:
    """The return is the same in both versions: an operator moves it, and it goes on there."""
    life = await deployment.order()
    returns = Returns(life)
    await life.customs_says("2", "3", "120", "800")
    await life.deliver()
    await life.until(Stage.DELIVERED)
    await deployment.set_current("2")
    # A return that is asked for later is its order's child, and begins where its order lives
    await returns.ask(*WHOLE)
    await returns.applied()
    assert await builds(returns.handle()) == {"1"}
    await deployment.move(returns.handle().id, "2")
    await returns.customs_says("2", "3", "120", "399")
    await returns.until(ReturnStage.ACCEPTED)
    assert await builds(returns.handle()) == {"1", "2"}


async def test_whoever_comes_later_changes_nothing(deployment: Deployment) -> None:
    """A worker that starts makes its version the current one only where there is none."""
    await become_current_if_first(deployment.temporal.client, deployment.version("2"))
    assert await builds((await deployment.order()).handle) == {"1"}


async def test_an_order_of_before_there_were_versions_goes_on_with_the_current_one(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> None:
    without = Deployment(temporal, f"test-{uuid4()}")
    client, queue, first = temporal.client, without.name, without.version("1")
    async with worker_with(client, threads, queue, without.customs):
        life = await without.order()
    async with worker_with(client, threads, queue, without.customs, version=pinned(first)):
        await become_current_if_first(client, first)
        assert await live_on(life) is Stage.CLOSED
    assert await builds(life.handle) == {"1"}
