"""The bare workflow of the floor and its worker, `python -m infra.bench.bare`: waits, and calls that do nothing."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker, WorkerConfig

with workflow.unsafe.imports_passed_through():
    from functions.dispatch.connection import COMPRESSION
    from infra.bench.shape import Shape

BARE_QUEUE = "bare"
ADDRESS, NAMESPACE = "SANDAN_TEMPORAL_ADDRESS", "SANDAN_TEMPORAL_NAMESPACE"
_TIMEOUT = timedelta(seconds=30)
_LONG = timedelta(days=30)


@activity.defn(name="nothing")
def nothing(_sent: bytes, answer: int) -> bytes:
    """Do nothing; answers so many bytes."""
    return bytes(answer)


@workflow.defn(name="Bare")
class BareWorkflow:
    """As many signals, timers, remote activities and runs as a real life had, and nothing of what they are for."""

    def __init__(self) -> None:
        self._signals = 0

    @workflow.run
    async def run(
        self,
        signals: int,
        activities: list[tuple[int, int]],
        timers: int,
        rests: tuple[int, int] | None,
        _carried: bytes,
    ) -> None:
        """Until every signal has come and every activity has been called; the timers run meanwhile."""
        waiting = [asyncio.create_task(workflow.sleep(_LONG)) for _ in range(timers)]
        for sent, answer in activities:
            await workflow.execute_activity(nothing, args=[bytes(sent), answer], start_to_close_timeout=_TIMEOUT)
        if rests:
            before, size = rests
            await workflow.wait_condition(lambda: self._signals >= before)
            workflow.continue_as_new(args=[signals - self._signals, [], 0, None, bytes(size)])
        await workflow.wait_condition(lambda: self._signals >= signals)
        for timer in waiting:
            timer.cancel()

    @workflow.signal
    def said(self, _content: bytes) -> None:
        """Something came."""
        self._signals += 1


async def bare_client(address: str, namespace: str) -> Client:
    """A client that neither encrypts nor reads what is sent, which is nothing but zeros; it connects as ours do."""
    return await Client.connect(address, namespace=namespace, grpc_compression=COMPRESSION)


async def start_bare(client: Client, workflow_id: str, shape: Shape) -> None:
    """Start a life with its first documents, as the dispatcher does."""
    await client.start_workflow(
        BareWorkflow.run,
        args=[len(shape.signals), shape.activities, shape.timers, shape.rests, bytes(shape.start)],
        id=workflow_id,
        task_queue=BARE_QUEUE,
    )


async def main() -> None:
    """Work until SIGTERM, as wide as the worker of the orders and in the same way."""
    from infra.ready import announce_ready  # noqa: PLC0415 - the workflow's sandbox loads this module too
    from infra.worker import ACTIVITY_THREADS, way_of_working  # noqa: PLC0415 - the same

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await bare_client(os.environ[ADDRESS], os.environ[NAMESPACE])
    with ThreadPoolExecutor(ACTIVITY_THREADS) as threads:
        options = way_of_working() | WorkerConfig(
            client=client,
            task_queue=BARE_QUEUE,
            workflows=[BareWorkflow],
            activities=[nothing],
            activity_executor=threads,
        )
        async with Worker(**options):
            announce_ready()
            await stop.wait()


if __name__ == "__main__":
    import uvloop  # as our own worker does

    uvloop.run(main())
