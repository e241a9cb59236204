"""The worker for the time of one Lambda invocation.

It polls until it is idle or its time is nearly up, then lets what runs end.
"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import Any, cast

from temporalio.client import ClientConnectConfig
from temporalio.contrib.aws.lambda_worker import LambdaWorkerConfig, run_worker
from temporalio.worker import PollerBehaviorSimpleMaximum

from functions.dispatch.connection import COMPRESSION, connect_options
from functions.payloads.converter import data_converter
from infra.idle import EndsWhenIdle
from infra.worker import ACTIVITY_THREADS, worker_options
from infra.worker_versions import own_version

GRACE = timedelta(seconds=40)
"""No activity lasts longer but the long ones, which are done again (workflows.calls)."""
LEFT_AT_THE_END = timedelta(seconds=5)
IDLE = timedelta(seconds=5)
_POLLERS = PollerBehaviorSimpleMaximum(5)  # a task that finds nobody waiting makes the server call one more worker


def handler(event: Any, context: Any) -> None:
    """One invocation. Temporal sends nothing along. Raises RuntimeError where the server does not answer."""
    run_worker(own_version(), _configured)(event, context)


@asynccontextmanager
async def _configured(config: LambdaWorkerConfig) -> AsyncIterator[None]:
    """The same worker as the process has; each invocation has a client and threads of its own."""
    with ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="function") as threads:
        ours = {
            **connect_options(),
            "data_converter": data_converter(),
            "grpc_compression": COMPRESSION,
            "runtime": _ending().runtime,
        }
        config.client_connect_config = cast("ClientConnectConfig", ours)
        config.worker_config.update(worker_options(threads))
        config.worker_config["workflow_task_poller_behavior"] = _POLLERS
        config.worker_config["activity_task_poller_behavior"] = _POLLERS
        config.worker_config["plugins"] = [_ending()]
        config.worker_config["graceful_shutdown_timeout"] = GRACE
        config.shutdown_deadline_buffer = GRACE + LEFT_AT_THE_END
        yield


@cache
def _ending() -> EndsWhenIdle:
    return EndsWhenIdle(IDLE)
