"""Recorded histories: `python -m infra.replay FOLDER` lives one order per scenario and keeps its history, decrypted.

A changed workflow must still replay every one of them (tests/replay), or the change wants a patch
(`workflow.patched`), which `docs/operations.md` explains.
"""

import asyncio
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from temporalio.client import Client, WorkflowHistory

from events.return_life import return_workflow_id
from infra.demo.demo import run_demo
from infra.demo.player import Played
from infra.demo.returns import ENDS
from infra.demo.subscriber import Subscriber
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import LIVES
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to, decrypted_history

_SUFFIX = ".json.gz"
_SEED = 1


def save(history: WorkflowHistory, path: Path) -> None:
    """Write a history, the same bytes for the same history."""
    path.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))


def load(path: Path) -> WorkflowHistory:
    """A history that `save` wrote."""
    return WorkflowHistory.from_json(path.name.removesuffix(_SUFFIX), gzip.decompress(path.read_bytes()).decode())


def recorded(folder: Path) -> list[Path]:
    """The histories in a folder."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


async def record(state: StackState, orders: Sequence[GeneratedOrder], folder: Path) -> None:
    """Live the orders and keep their histories under mode and scenario, and those of their returns."""
    report = await run_demo(state, orders, _SEED, _quiet)
    if not report.is_right:
        raise RuntimeError(f"not recorded, these ended otherwise: {report.wrong}")
    client = await connect_to(state)
    for order in orders:
        name = f"{order.mode}-{order.scenario}"
        await _keep(client, order.key.workflow_id, folder / f"{name}{_SUFFIX}")
        if order.scenario in ENDS:
            await _keep(client, return_workflow_id(order.key, 1), folder / f"return-{order.scenario}{_SUFFIX}")


async def _keep(client: Client, workflow_id: str, path: Path) -> None:
    save(await decrypted_history(client, workflow_id), path)


def _quiet(_subscriber: Subscriber, _played: Sequence[Played]) -> None:
    """Nobody watches."""


def main() -> None:
    """Record one order of every life, modes by turns."""
    folder = Path(sys.argv[1])
    orders = list(generate(len(LIVES), _SEED))
    with Stack("record") as stack:
        asyncio.run(record(stack.state, orders, folder))
    print(f"{len(orders)} histories in {folder}")  # noqa: T201 - the word of a command


if __name__ == "__main__":
    main()
