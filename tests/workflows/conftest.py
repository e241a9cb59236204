"""A real Temporal server whose clock can be skipped, the real functions on in-process tables, a scripted customs."""

import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from functions.dispatch import search_attributes
from infra.worker import ACTIVITY_THREADS
from tests.functions.conftest import _test_clients, aws
from tests.workflows.life import Life, ScriptedCustoms, worker_with

__all__ = ["_test_clients", "aws"]

_SEARCH_ATTRIBUTES = (
    search_attributes.MODE,
    search_attributes.STAGE,
    search_attributes.CUSTOMS_STATUS,
    search_attributes.EBP,
    search_attributes.EBC,
    search_attributes.PARK,
    search_attributes.NEEDS_HUMAN,
    search_attributes.DUE_BY,
)


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """The dev server; the clock of each workflow can be let run on."""
    binary = Path(sys.executable).parent / "temporal"
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary),
        data_converter=pydantic_data_converter,
        search_attributes=list(_SEARCH_ATTRIBUTES),
        dev_server_log_level="error",
        dev_server_extra_args=["--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"],
    )
    async with environment:
        yield environment


@pytest.fixture(scope="session")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Where activities run."""
    with ThreadPoolExecutor(ACTIVITY_THREADS) as pool:
        yield pool


@pytest.fixture
async def life(temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, aws: None) -> AsyncIterator[Life]:
    """One order to be lived, with a worker and a customs of its own."""
    customs = ScriptedCustoms()
    task_queue = f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, task_queue, customs):
        yield Life(temporal, task_queue, customs)
