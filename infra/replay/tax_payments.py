"""Payments of tax: one of each kind."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from events.life import TASK_QUEUE
from events.tax_payment import TaxPaymentRunResult, TaxPaymentRunStart
from events.values import utc_now
from infra.demo.month_end import LATER
from infra.demo.player import Player
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Scenario
from infra.replay.files import save
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to, decrypted_life
from workflows.tax_payment import TaxPaymentRunWorkflow

KINDS = ("run", "refused", "silent", "paid", "dies")
_SEED = 1
_STORIES = (Scenario.BANK_REFUSAL, Scenario.RELEASE, Scenario.BANK_DIES)
_SILENCE, _PAUSE_SECONDS = timedelta(seconds=1), 4.0


async def record(state: StackState, orders: Sequence[GeneratedOrder], folder: Path) -> None:
    """Pay the tax of three orders of one guarantor, one after the other.

    Of the first one the bank refuses it, then answers late; of the second one it pays; at the third one it dies.
    """
    first, second, third = orders
    temporal = await connect_to(state)
    await _live(state, first)
    await _run(temporal, "refused", folder)
    with _asleep(state.pids["sandbox"]):
        await _run(temporal, "silent", folder, silence=_SILENCE)
    await _live(state, second)
    run_id = await _run(temporal, "paid", folder)
    save(await decrypted_life(temporal, run_id), folder, "run")
    await _live(state, third)
    await _run(temporal, "dies", folder)


@contextmanager
def _asleep(pid: int) -> Iterator[None]:
    """Within it a process begins by sleeping."""
    os.kill(pid, signal.SIGSTOP)
    waking = threading.Timer(_PAUSE_SECONDS, os.kill, (pid, signal.SIGCONT))
    waking.start()
    try:
        yield
    finally:
        waking.join()


async def _live(state: StackState, order: GeneratedOrder) -> None:
    async with on_stage(state) as hands:
        await Player(hands, order).live()


async def _run(temporal: Client, kind: str, folder: Path, silence: timedelta = timedelta(minutes=30)) -> str:
    """A run a month from now; keeps the history of the one payment in it, and answers the run's id."""
    run_id = f"tax-payment-run/{kind}-{uuid4()}"
    start = TaxPaymentRunStart(as_of=utc_now() + LATER, silence=silence)
    result: TaxPaymentRunResult = await temporal.execute_workflow(
        TaxPaymentRunWorkflow.run, start, id=run_id, task_queue=TASK_QUEUE
    )
    (guarantor,) = result.guarantors
    if not guarantor.payments:
        raise RuntimeError(f"not recorded, nothing was paid: {result}")
    save(await decrypted_life(temporal, f"tax-payment/{guarantor.guarantor}"), folder, kind)
    return run_id


def record_tax_payments(folder: Path) -> None:
    """Record one payment of each kind."""
    made = list(generate(30, _SEED, scenarios=_STORIES))
    of_one = [one for one in made if one.key.ebp_code == made[0].key.ebp_code]  # of the same guarantor
    orders = [next(one for one in of_one if one.scenario is story) for story in _STORIES]
    with Stack("record-tax-payments") as stack, functions_on(stack.state):
        asyncio.run(record(stack.state, orders, folder))
