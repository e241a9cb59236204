"""The Temporal worker of the orders: `python -m infra.worker`."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import BaseModel
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerConfig, WorkflowRunner

from events.ceb.base import CebModel
from events.life import TASK_QUEUE
from events.values import Value
from functions.dispatch.connection import TemporalConnectionError, connect
from functions.transport import TransportUnavailableError
from functions.transport.choice import TransportSettingError, customs_transport
from infra import worker_versions
from infra.activities import (
    ORDER_FUNCTIONS,
    PAYMENT_DATA_FUNCTIONS,
    TAX_PAYMENT_FUNCTIONS,
    activities_of,
)
from infra.collector import spare
from infra.invokers import chosen_invoker
from infra.logs import begin_log
from infra.ready import announce_ready
from infra.schedules import keep_schedules
from infra.telemetry import MetricsAddressError, serve_metrics
from workflows.import_order import ImportOrderWorkflow
from workflows.import_return import ImportReturnWorkflow
from workflows.payment_data import PaymentDataWorkflow
from workflows.tax_payment import TaxPaymentRunWorkflow, TaxPaymentWorkflow

log = logging.getLogger("sandan.worker")

WORKFLOWS: Sequence[type] = (
    ImportOrderWorkflow,
    ImportReturnWorkflow,
    TaxPaymentRunWorkflow,
    TaxPaymentWorkflow,
    PaymentDataWorkflow,
)
FUNCTIONS = (*ORDER_FUNCTIONS, *TAX_PAYMENT_FUNCTIONS, *PAYMENT_DATA_FUNCTIONS)
ACTIVITY_THREADS = 24
GRACE = timedelta(seconds=5)


def workflow_runner() -> WorkflowRunner:
    """Workflows run without the SDK's sandbox, which guards only modules that it loads itself, anew for each workflow.

    Ours were passed through it, which cost time and guarded nothing (docs/decisions/0034). What keeps them
    deterministic is the direction of imports, the replays of recorded histories, and the SDK's checks at run time.
    """
    return UnsandboxedWorkflowRunner()


def way_of_working() -> WorkerConfig:
    """How steps are run, whatever they do (docs/decisions/0043); the bare worker of the floor is given the same."""
    return WorkerConfig(
        workflow_runner=workflow_runner(),
        max_concurrent_activities=ACTIVITY_THREADS,
        max_workflow_task_external_storage_concurrency=1,  # we store nothing elsewhere; more is a task for each payload
    )


def build_models() -> None:
    """Build every model that is loaded, as a worker's first task would have to: a task may not take that long."""
    waiting: list[type[BaseModel]] = [Value, CebModel]
    while waiting:
        model = waiting.pop()
        model.model_rebuild()
        waiting += model.__subclasses__()


def worker_options(threads: ThreadPoolExecutor) -> WorkerConfig:
    """What every worker of ours is given, a process or a Lambda: the workflows, and the functions that they call."""
    build_models()
    return way_of_working() | WorkerConfig(
        task_queue=TASK_QUEUE,
        workflows=WORKFLOWS,
        activities=activities_of(FUNCTIONS, chosen_invoker()),
        activity_executor=threads,
        max_concurrent_local_activities=ACTIVITY_THREADS,
        graceful_shutdown_timeout=GRACE,
        deployment_config=worker_versions.pinned(worker_versions.own_version()),
    )


async def main() -> None:
    """Work until SIGTERM or SIGINT. Ends at once where the way to customs or the address of its metrics is not right.

    Makes its version the current one where there is none yet, and brings the schedules to what the settings say.
    """
    begin_log()
    try:
        customs_transport()
        serve_metrics()
    except (TransportSettingError, TransportUnavailableError, MetricsAddressError) as error:
        sys.exit(f"worker: {error}")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="function") as threads:
        try:
            client = await connect()
        except TemporalConnectionError as error:
            sys.exit(f"worker: {error}")
        options = worker_options(threads)
        options["client"] = client
        async with Worker(**options):
            await worker_versions.become_current_if_first(client, worker_versions.own_version())
            await keep_schedules(client)
            spare()
            announce_ready()
            log.info("at work as %s", worker_versions.own_version().to_canonical_string())
            await stop.wait()


if __name__ == "__main__":
    import uvloop  # imported here, because the worker that is a Lambda runs on the loop that its runtime gives it

    uvloop.run(main())
