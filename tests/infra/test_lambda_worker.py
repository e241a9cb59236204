"""The worker's Lambda: it works for its time and no longer, as the version that the settings name."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.testing import WorkflowEnvironment

from functions.settings import settings
from infra.lambda_worker import GRACE, IDLE, LEFT_AT_THE_END, handler

_WORK = timedelta(seconds=2)


@dataclass
class Invocation:
    """What AWS tells a handler of its call."""

    ends: float
    aws_request_id: str = "5f3c"
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:sandan-worker:1"

    def get_remaining_time_in_millis(self) -> int:
        """Until AWS kills it."""
        return int((self.ends - time.monotonic()) * 1000)


@pytest.fixture
def deployment(temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A deployment of this test's own on the server of the tests."""
    name = f"test-{uuid4()}"
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", temporal.client.service_client.config.target_host)
    monkeypatch.setenv("SANDAN_WORKER_DEPLOYMENT", name)
    settings.cache_clear()
    return name


async def _called(remaining: timedelta) -> tuple[timedelta, timedelta]:
    """How long a call took, and how much of its time was left."""
    began = time.monotonic()
    call = Invocation(ends=began + remaining.total_seconds())
    await asyncio.to_thread(handler, {}, call)
    return timedelta(seconds=time.monotonic() - began), timedelta(milliseconds=call.get_remaining_time_in_millis())


async def test_it_stops_polling_while_what_runs_can_still_end(deployment: str) -> None:
    took, left = await _called(_WORK + GRACE + LEFT_AT_THE_END)
    assert took < IDLE
    assert left > GRACE


async def test_it_ends_when_nothing_waits(deployment: str, temporal: WorkflowEnvironment) -> None:
    took, left = await _called(timedelta(minutes=15))
    assert took >= IDLE
    assert left > timedelta(minutes=14)
    client = temporal.client
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
    found = (await client.workflow_service.describe_worker_deployment(request)).worker_deployment_info
    assert [one.deployment_version.build_id for one in found.version_summaries] == ["local"]


async def test_a_time_that_is_too_short_is_told(deployment: str) -> None:
    with pytest.raises(RuntimeError, match="Lambda timeout is too short"):
        await _called(GRACE)
