"""Orders to be lived: on the real server, with the real functions on in-process tables and a scripted customs."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from infra.activities import FunctionInvoker, InProcessInvoker
from infra.worker import ACTIVITY_THREADS
from tests.workflows.life import Life, ScriptedCustoms, worker_with


@pytest.fixture(scope="session")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Where activities run."""
    with ThreadPoolExecutor(ACTIVITY_THREADS) as pool:
        yield pool


@pytest.fixture
def invoker() -> FunctionInvoker:
    """How functions are called; a module that asks for both ways says so."""
    return InProcessInvoker()


@pytest.fixture
async def life(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None, invoker: FunctionInvoker
) -> AsyncIterator[Life]:
    """One order to be lived, with a worker and a customs of its own."""
    customs = ScriptedCustoms(invoker)
    task_queue = f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, task_queue, customs):
        yield Life(temporal, task_queue, customs)
