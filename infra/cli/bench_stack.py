"""`sandan bench orders`, `actions`, `steady` and `growth`: measurements on a whole local stack of their own."""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol

import typer
from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.bench.measure import REPEATS, Spread, Target
from infra.cli.interrupts import end_like_ctrl_c

_AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_FAILED = 1
_ORDERS_EXAMPLE = "Example:\n\n    sandan bench orders --orders 150 --repeats 5\n\nAbout a minute a repeat."
_ACTIONS_EXAMPLE = "Example:\n\n    sandan bench actions --orders 60 --json\n\nTakes about a minute."
_STEADY_EXAMPLE = "Example:\n\n    sandan bench steady --minutes 2 --rate 3\n\nEnds early where the pace is too much."
_GROWTH_EXAMPLE = "Example:\n\n    sandan bench growth --batch 20\n\nTakes about five minutes."


class Measured(Protocol):
    """The result of a part: a model that knows its targets."""

    @property
    def targets(self) -> Sequence[Target]:
        """What was to be reached."""


def register(bench: typer.Typer) -> None:
    """Add the commands to the group."""
    bench.command("orders", epilog=_ORDERS_EXAMPLE)(bench_orders)
    bench.command("actions", epilog=_ACTIONS_EXAMPLE)(bench_actions)
    bench.command("steady", epilog=_STEADY_EXAMPLE)(bench_steady)
    bench.command("growth", epilog=_GROWTH_EXAMPLE)(bench_growth)


def bench_orders(
    *,
    orders: Annotated[int, typer.Option(min=1, help="Orders of each run.")] = 150,
    repeats: Annotated[int, typer.Option(min=1, help="How often each side is measured.")] = REPEATS,
    as_json: _AsJson = False,
) -> None:
    """Import orders from documents to closed on the whole stack, against the least that the same servers could do."""
    from infra.bench.orders import run  # noqa: PLC0415 - loads the Temporal client, which --help does not need

    _measure("orders", lambda: run(orders, repeats), as_json=as_json)


def bench_actions(
    *,
    orders: Annotated[int, typer.Option(min=1, help="Orders of the run.")] = 60,
    as_json: _AsJson = False,
) -> None:
    """Temporal Actions, history, table transactions and request units of one order."""
    from infra.bench.actions import run  # noqa: PLC0415 - the same

    _measure("actions", lambda: run(orders), as_json=as_json)


def bench_steady(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long orders are sent.")] = 10.0,
    rate: Annotated[float, typer.Option(min=0.1, help="Orders per second.")] = 5.6,
    as_json: _AsJson = False,
) -> None:
    """Orders at a steady pace: p50 and p99 of our own time in each stage."""
    from infra.bench.steady import run  # noqa: PLC0415 - the same

    _measure("steady", lambda: run(minutes, rate), as_json=as_json)


def bench_growth(
    *,
    batch: Annotated[int, typer.Option(min=1, help="Orders of each measured batch.")] = 20,
    repeats: Annotated[int, typer.Option(min=1, help="Batches of each side.")] = REPEATS,
    as_json: _AsJson = False,
) -> None:
    """Processor time of an order with ten times as many orders open."""
    from infra.bench.growth import run  # noqa: PLC0415 - the same

    _measure("growth", lambda: run(batch, repeats), as_json=as_json)


def _measure(name: str, run: Callable[[], Measured], *, as_json: bool) -> None:
    """Run one part; exit code 1 with the reason where it cannot be measured."""
    from infra.bench.lives import BenchError  # noqa: PLC0415 - the same
    from infra.stack.errors import StackError  # noqa: PLC0415 - the same

    end_like_ctrl_c()
    try:
        found = run()
    except (BenchError, StackError) as error:
        typer.echo(f"sandan bench {name}: {error}", err=True)
        raise typer.Exit(_FAILED) from None
    assert isinstance(found, BaseModel)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        Console().print(targets_table(found.targets))
        typer.echo("the whole result: --json")


def targets_table(targets: Sequence[Target]) -> Table:
    """What was measured, what should be, and whether it is."""
    shown = Table(box=SIMPLE_HEAD, header_style="bold", show_edge=False)
    for name in ("figure", "measured", "least–greatest", "target", ""):
        shown.add_column(name)
    for target in targets:
        shown.add_row(
            target.reading,
            f"{target.value.median:g} {target.unit}",
            spread_said(target.value),
            f"{target.sense} {target.limit:g}",
            "[green]met[/]" if target.met else "[red]missed[/]",
        )
    return shown


def spread_said(value: Spread) -> str:
    """From the least to the greatest repeat."""
    return f"{value.least:g}–{value.greatest:g}"
