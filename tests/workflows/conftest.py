"""Orders to be lived: on the real server, with the real functions on in-process tables and a scripted customs."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from functions.ledger.handler import open_guarantee
from functions.ledger.models import OpenGuaranteeRequest
from infra.worker import ACTIVITY_THREADS
from tests import builders
from tests.workflows.life import Life, ScriptedCustoms, worker_with


@pytest.fixture(scope="session")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Where activities run."""
    with ThreadPoolExecutor(ACTIVITY_THREADS) as pool:
        yield pool


@pytest.fixture
async def life(temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, aws: None) -> AsyncIterator[Life]:
    """One order to be lived, with a worker and a customs of its own."""
    customs = ScriptedCustoms()
    open_guarantee(OpenGuaranteeRequest(guarantor=builders.SELLER["ebc_code"], amount=Decimal(1_000_000)))
    task_queue = f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, task_queue, customs):
        yield Life(temporal, task_queue, customs)
