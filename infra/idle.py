"""Ends a worker that nothing has asked for a while: a Lambda is paid for as long as it waits."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.plugin import SimplePlugin
from temporalio.runtime import MetricBuffer, Runtime, TelemetryConfig
from temporalio.worker import Worker

_SLOTS = "temporal_worker_task_slots_used"  # by kind of task; changes with every task that begins or ends
_KIND = "worker_type"
_LOOK_SECONDS = 0.5
_MOST_UPDATES = 100_000


class EndsWhenIdle(SimplePlugin):
    """Shuts its worker down when for `idle` no task has begun or ended and none runs.

    What arrives meanwhile finds nobody waiting, so the server calls for the next worker. A process makes one of these:
    it keeps the runtime that its clients have to use, which is where the tasks are counted.
    """

    def __init__(self, idle: timedelta) -> None:
        super().__init__("sandan.EndsWhenIdle")
        self._idle_seconds = idle.total_seconds()
        self._counts = MetricBuffer(_MOST_UPDATES)
        self.runtime = Runtime(telemetry=TelemetryConfig(metrics=self._counts))

    async def run_worker(self, worker: Worker, next: Callable[[Worker], Awaitable[None]]) -> None:
        """Run the worker until it is told to end, or is idle."""
        watching = asyncio.create_task(self._end_when_idle(worker))
        try:
            await next(worker)
        finally:
            watching.cancel()

    async def _end_when_idle(self, worker: Worker) -> None:
        running: dict[object, float] = {}
        seen = time.monotonic()
        while any(running.values()) or time.monotonic() - seen < self._idle_seconds:
            await asyncio.sleep(_LOOK_SECONDS)
            for update in self._counts.retrieve_updates():
                if update.metric.name == _SLOTS:
                    running[update.attributes.get(_KIND)] = update.value
                    seen = time.monotonic()
        await worker.shutdown()
