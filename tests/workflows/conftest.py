"""Orders to be lived: on the real server, with the real functions on in-process tables and a scripted customs."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from infra.activities import FunctionInvoker
from infra.worker import ACTIVITY_THREADS
from tests.lambdas import AsByLambda, chosen
from tests.workflows.life import Life, ScriptedCustoms, worker_with
from tests.workflows.return_life import Returns


@pytest.fixture(scope="session")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Where activities run."""
    with ThreadPoolExecutor(ACTIVITY_THREADS) as pool:
        yield pool


@pytest.fixture
def invoker(request: pytest.FixtureRequest) -> FunctionInvoker:
    """How functions are called; a test that asks for both ways says so (`BOTH_WAYS`)."""
    return chosen(getattr(request, "param", "process"))


@pytest.fixture
def as_by_lambda() -> Iterator[Callable[[FunctionInvoker], FunctionInvoker]]:
    """Watches an invoker: whatever is called in these tests, Lambda would have been told and answered the same."""
    watched: list[AsByLambda] = []

    def watch(invoker: FunctionInvoker) -> FunctionInvoker:
        watched.append(AsByLambda(invoker))
        return watched[-1]

    yield watch
    assert [difference for one in watched for difference in one.differences] == []


@pytest.fixture
async def life(
    temporal: WorkflowEnvironment,
    threads: ThreadPoolExecutor,
    guarantees: None,
    invoker: FunctionInvoker,
    as_by_lambda: Callable[[FunctionInvoker], FunctionInvoker],
) -> AsyncIterator[Life]:
    """One order to be lived, with a worker and a customs of its own."""
    customs = ScriptedCustoms(invoker)
    task_queue = f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, task_queue, as_by_lambda(customs)):
        yield Life(temporal, task_queue, customs)


@pytest.fixture
def returns(life: Life) -> Returns:
    """The returns of the life under test."""
    return Returns(life)
