"""Several versions of the worker at once, and the operator who says where orders go.

His commands are those of docs/operations.md, by Temporal's own command line.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from temporalio.client import WorkflowHandle
from temporalio.common import WorkerDeploymentVersion
from temporalio.testing import WorkflowEnvironment

from events.life import Stage
from events.values import OrderKey
from functions.function import Function
from infra.activities import InProcessInvoker
from tests.workflows.life import Life, ScriptedCustoms
from tests.workflows.plain import from_release_to_payment

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
    """Workers of one deployment on one task queue, each a version with a build of its own."""

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

    async def move(self, workflow_id: str, build: str) -> None:
        """A workflow goes on with that version."""
        names = ("--versioning-override-deployment-name", self.name, "--versioning-override-build-id", build)
        pinned = ("--versioning-override-behavior", "pinned", *names)
        await self.operate("workflow", "update-options", "--workflow-id", workflow_id, *pinned)

    def life(self) -> Life:
        """An order that nobody has sent anything of."""
        customs = ScriptedCustoms()
        life = Life(self.temporal, self.name, customs)
        self.customs.of_order[life.key.order_no] = customs
        return life

    async def order(self) -> Life:
        """A new order that has been sent to customs."""
        life = self.life()
        await life.send_all()
        await life.until_sent(1)
        return life


async def builds(handle: WorkflowHandle[Any, Any]) -> set[str]:
    """The builds that a workflow's tasks were done by."""
    history = await handle.fetch_history()
    versions = [event.workflow_task_completed_event_attributes.deployment_version for event in history.events]
    return {version.build_id for version in versions if version.build_id}


async def live_on(life: Life) -> Stage:
    """Released, delivered, taxed, paid: to the end."""
    await from_release_to_payment(life)
    return (await life.result()).stage
