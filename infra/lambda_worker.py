"""The worker for the time of one Lambda invocation.

It polls until it is idle or its time is nearly up, then lets what runs end.
"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast

from temporalio.client import ClientConnectConfig
from temporalio.contrib.aws.lambda_worker import LambdaWorkerConfig, run_worker
from temporalio.worker import PollerBehaviorSimpleMaximum

from functions.dispatch.temporal import connect_options
from functions.payloads.converter import data_converter
from infra.idle import EndsWhenIdle
from infra.worker import ACTIVITY_THREADS, worker_options
from infra.worker_versions import own_version

GRACE = timedelta(seconds=40)
"""No activity lasts longer but the long ones, which are done again (workflows.calls)."""
_POLLERS = PollerBehaviorSimpleMaximum(5)  # a task that finds nobody waiting makes the server call one more worker
LEFT_AT_THE_END = timedelta(seconds=5)


@asynccontextmanager
async def configure(config: LambdaWorkerConfig) -> AsyncIterator[None]:
    """The same worker as the process has; each invocation has a client and threads of its own."""
    with ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="function") as threads:
        ours = {**connect_options(), "data_converter": data_converter(), "runtime": _IDLE.runtime}
        config.client_connect_config = cast("ClientConnectConfig", ours)
        config.worker_config.update(worker_options(threads))
        config.worker_config["workflow_task_poller_behavior"] = _POLLERS
        config.worker_config["activity_task_poller_behavior"] = _POLLERS
        config.worker_config["plugins"] = [_IDLE]
        config.worker_config["graceful_shutdown_timeout"] = GRACE
        config.shutdown_deadline_buffer = GRACE + LEFT_AT_THE_END
        yield


_IDLE = EndsWhenIdle(timedelta(seconds=5))
handler = run_worker(own_version(), configure)
