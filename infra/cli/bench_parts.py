"""`sandan bench rules`, `coldstart` and `cost`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from infra.bench import coldstart, cost, rules
from infra.bench.measure import Target
from infra.bench.measured_order import MEASURED

_AS_JSON = typer.Option("--json", help="Print the result as JSON.")
_EXAMPLES = "Example:\n\n    sandan bench {} --json\n\nExit code 0 whatever is measured."


def register(bench: typer.Typer) -> None:
    """Add the commands to the group."""
    for name, command in (("rules", bench_rules), ("coldstart", bench_coldstart), ("cost", bench_cost)):
        bench.command(name, epilog=_EXAMPLES.format(name))(command)


def bench_rules(
    *,
    orders: Annotated[int, typer.Option(min=1, help="How many different orders.")] = rules.ORDERS,
    as_json: Annotated[bool, _AS_JSON] = False,
) -> None:
    """JSON of an order's documents to match, limits and tax, in one process."""
    found = rules.run(orders)
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    typer.echo(
        f"{found.orders} orders of {found.message_bytes} bytes, {found.with_findings:.0%} with findings; "
        f"microseconds per order, median of {found.repeats} (least–most)"
    )
    for name, spread in found.steps.items():
        typer.echo(f"  {name:<18} {spread.median} ({spread.least}–{spread.greatest})")
    _print_targets(found.targets)


def bench_coldstart(*, as_json: Annotated[bool, _AS_JSON] = False) -> None:
    """What loading each handler takes, against Powertools and pydantic alone."""
    found = coldstart.run()
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    typer.echo(
        f"milliseconds of processor time, median of {found.repeats}; Powertools and pydantic: {found.base.median}"
    )
    table = Table("handler", "loaded", "ratio", "ready for the first call", "to its own libraries", box=None)
    for one in found.handlers:
        own = f"{one.floor_ratio.median} × {one.floor.median}" if one.floor and one.floor_ratio else ""
        table.add_row(one.handler, str(one.loaded.median), str(one.ratio.median), str(one.ready.median), own)
    Console().print(table)
    _print_targets(found.targets)


def bench_cost(
    *,
    actions: Annotated[
        float, typer.Option(min=1, help="Temporal Actions of one order, as `sandan bench actions` counts them.")
    ] = MEASURED.actions,
    open_days: Annotated[
        float, typer.Option(min=0, help="Days that an order's workflow is open.")
    ] = MEASURED.open_hours / 24,
    delivery_days: Annotated[
        float, typer.Option(min=0, help="Days of them until the goods are delivered.")
    ] = MEASURED.delivery_hours / 24,
    as_json: Annotated[bool, _AS_JSON] = False,
) -> None:
    """A million import orders at list prices, service by service."""
    hours = {"open_hours": open_days * 24, "delivery_hours": delivery_days * 24}
    found = cost.run(MEASURED.model_copy(update={"actions": actions, **hours}))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    typer.echo(
        f"USD for {found.orders} orders, list prices of {found.region} read on {found.read_on} (* to be verified)"
    )
    table = Table("service", "item", "default design", "all remote", box=None)
    for line, remote in zip(found.default, found.all_remote, strict=True):
        mark = "" if line.published else " *"
        table.add_row(line.service, line.item + mark, f"{line.usd:,.2f}", f"{remote.usd:,.2f}")
    table.add_row("total", "", f"{cost.total(found.default):,.2f}", f"{cost.total(found.all_remote):,.2f}")
    Console().print(table)
    typer.echo("* to be verified: see infra/bench/data/prices.yaml")
    _print_targets(found.targets)


def _print_targets(targets: Sequence[Target]) -> None:
    for target in targets:
        verdict = "met" if target.met else "missed"
        typer.echo(f"{target.name}: {target.value.median} {target.unit}, {target.sense} {target.limit}: {verdict}")
