"""Orders live with no worker process: Temporal calls the worker's Lambda on the emulator when work waits."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentVersionRequest

from infra.demo.demo import run_demo
from infra.demo.report import DemoReport
from infra.generate.orders import generate
from infra.generate.scenarios import Scenario
from infra.lambda_worker import IDLE
from infra.stack.servers import EMULATOR_WITH_SAM
from infra.stack.stack import Stack
from infra.temporal import connect_to

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        not EMULATOR_WITH_SAM.exists(), reason="needs the emulator with SAM's translator: make emulator"
    ),
]
_ENDS_WITHIN_SECONDS = IDLE.total_seconds() + 5


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose worker is a Lambda."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack("serverless", serverless=True) as stack:
            yield stack


def _live(stack: Stack, seed: int, *scenarios: Scenario) -> DemoReport:
    orders = list(generate(len(scenarios), seed=seed, scenarios=scenarios))
    report = asyncio.run(run_demo(stack.state, orders, seed, lambda *_: None))
    assert [(order.orderNo, order.finalStage, order.error) for order in report.wrong] == []
    assert report.dead_letters == 0
    assert report.books.differences == []
    return report


def test_each_burst_of_orders_has_a_call_of_its_own(stack: Stack) -> None:
    """Between them nobody works: the second burst finds no worker, and gets one."""
    assert set(stack.state.pids) == {"temporal", "emulator", "gateway", "sandbox", "codec", "dispatcher"}
    first = _live(stack, 3, Scenario.RELEASE, Scenario.CUSTOMS_REJECTION)
    assert first.workers == first.worker_calls != []
    time.sleep(_ENDS_WITHIN_SECONDS)
    second = _live(stack, 4, Scenario.RELEASE, Scenario.RETURN)
    assert second.workers == second.worker_calls != []
    assert not set(first.workers) & set(second.workers)


def test_the_worker_is_the_current_version_of_its_deployment(stack: Stack) -> None:
    async def described() -> tuple[bool, list[str]]:
        client = await connect_to(stack.state)
        version = WorkerDeploymentVersion(deployment_name="sandan", build_id="local")
        request = DescribeWorkerDeploymentVersionRequest(namespace=client.namespace, deployment_version=version)
        found = (
            await client.workflow_service.describe_worker_deployment_version(request)
        ).worker_deployment_version_info
        groups = found.compute_config.scaling_groups.values()
        return found.HasField("current_since_time"), [group.provider.type for group in groups]

    assert asyncio.run(described()) == (True, ["aws-lambda"])
