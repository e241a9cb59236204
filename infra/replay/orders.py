"""One order of every scenario, and the returns that belong to them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from events.return_life import return_workflow_id
from infra.demo.demo import run_demo
from infra.demo.player import Played
from infra.demo.returns import ENDS
from infra.demo.subscriber import Subscriber
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import Scenario
from infra.replay.files import save
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to, decrypted_life

_SEED = 1


async def record(state: StackState, orders: Sequence[GeneratedOrder], folder: Path) -> None:
    """Live the orders and keep their histories under mode and scenario, and those of their returns."""
    report = await run_demo(state, orders, _SEED, _quiet)
    if not report.is_right:
        raise RuntimeError(f"not recorded, these ended otherwise: {report.wrong}")
    client = await connect_to(state)
    for order in orders:
        name = f"{order.mode}-{order.scenario}"
        save(await decrypted_life(client, order.key.workflow_id), folder, name)
        if order.scenario in ENDS:
            life = await decrypted_life(client, return_workflow_id(order.key, 1))
            save(life, folder, f"return-{order.scenario}")


def _quiet(_subscriber: Subscriber, _played: Sequence[Played]) -> None:
    """Nobody watches."""


def record_orders(folder: Path) -> None:
    """Live one order of every scenario, modes by turns."""
    orders = list(generate(len(Scenario), _SEED, scenarios=tuple(Scenario)))
    with Stack("record") as stack:
        asyncio.run(record(stack.state, orders, folder))
