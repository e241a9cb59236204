"""Two versions of the worker at once: orders end where they began, new ones go where the operator says.

The operator's commands are those of docs/operations.md, by Temporal's own command line.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.client import WorkflowHandle
from temporalio.common import WorkerDeploymentVersion
from temporalio.testing import WorkflowEnvironment

from events.life import Stage
from events.return_life import ReturnStage
from events.values import OrderKey
from functions.function import Function
from infra.activities import InProcessInvoker
from infra.worker_versions import become_current_if_first, pinned
from tests.workflows.changed_order import ChangedOrderWorkflow
from tests.workflows.life import Life, ScriptedCustoms, worker_with
from tests.workflows.plain import from_release_to_payment
from tests.workflows.return_life import WHOLE, Returns
from workflows.import_return import ImportReturnWorkflow

TEMPORAL = Path(sys.executable).parent / "temporal"


class CustomsOfEach:
    """The workers' invoker: what goes to customs comes to the customs of the order that it is about."""

    def __init__(self) -> None:
        self.of_order: dict[str, ScriptedCustoms] = {}
        self._else = InProcessInvoker()

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """By the order's key, where there is one."""
        key = getattr(request, "key", None)
        customs = self.of_order.get(key.order_no) if isinstance(key, OrderKey) else None
        return (customs or self._else).invoke(function, request)


@dataclass
class Deployment:
    """Two workers of one deployment on one task queue, `1` with the code as it is, `2` with the changed code."""

    temporal: WorkflowEnvironment
    name: str
    customs: CustomsOfEach = field(default_factory=CustomsOfEach)

    def version(self, build: str) -> WorkerDeploymentVersion:
        """A version of it."""
        return WorkerDeploymentVersion(self.name, build)

    async def operate(self, *command: str) -> None:
        """A command of Temporal's own command line, as the guide has it."""
        address = self.temporal.client.service_client.config.target_host
        done = await asyncio.create_subprocess_exec(
            TEMPORAL, *command, "--address", address, stderr=asyncio.subprocess.PIPE
        )
        _, error = await done.communicate()
        assert done.returncode == 0, error.decode()

    async def set_current(self, build: str) -> None:
        """New orders go to that version."""
        names = ("--deployment-name", self.name, "--build-id", build)
        await self.operate("worker", "deployment", "set-current-version", *names, "--yes")

    async def order(self) -> Life:
        """A new order that has been sent to customs."""
        customs = ScriptedCustoms()
        life = Life(self.temporal, self.name, customs)
        self.customs.of_order[life.key.order_no] = customs
        await life.send_all()
        await life.until_sent(1)
        return life


@pytest.fixture
async def deployment(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> AsyncIterator[Deployment]:
    """Two versions at work; the first that came is the current one."""
    made = Deployment(temporal, f"test-{uuid4()}")
    client, queue, first, second = temporal.client, made.name, made.version("1"), made.version("2")
    changed = (ChangedOrderWorkflow, ImportReturnWorkflow)
    async with worker_with(client, threads, queue, made.customs, version=pinned(first)):
        await become_current_if_first(client, first)
        async with worker_with(client, threads, queue, made.customs, workflows=changed, version=pinned(second)):
            await become_current_if_first(client, second)
            yield made


async def builds(handle: WorkflowHandle[Any, Any]) -> set[str]:
    """The builds that a workflow's tasks were done by."""
    history = await handle.fetch_history()
    versions = [event.workflow_task_completed_event_attributes.deployment_version for event in history.events]
    return {version.build_id for version in versions if version.build_id}


async def live_on(life: Life) -> Stage:
    """Released, delivered, taxed, paid: to the end."""
    await from_release_to_payment(life)
    return (await life.result()).stage


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
    names = ("--versioning-override-deployment-name", deployment.name, "--versioning-override-build-id", "2")
    moved = ("--workflow-id", returns.handle().id, "--versioning-override-behavior", "pinned", *names)
    await deployment.operate("workflow", "update-options", *moved)
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
