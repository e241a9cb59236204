"""`sandan bench`: measurements as ratios, to be compared between machines and versions."""

from pathlib import Path
from typing import Annotated

import typer
from lxml import etree
from rich.console import Console

from infra.bench.ceb import CebBench, run
from infra.bench.measure import Spread
from infra.cli import bench_all, bench_parts, bench_stack
from infra.cli.bench_stack import targets_table

_BAD_INPUT = 2
_EXAMPLE = (
    "Example:\n\n    sandan bench ceb --xsd ../shared/ceb/xsd --json\n\n"
    "Takes about half a minute. Exit code 0 whatever is measured; 2: the schema cannot be read."
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    bench = typer.Typer(help="Measure what things cost, as ratios in one run.", no_args_is_help=True)
    bench.callback()(_group)
    bench.command("ceb", epilog=_EXAMPLE)(bench_ceb)
    bench_parts.register(bench)
    bench_stack.register(bench)
    bench_all.register(bench)
    app.add_typer(bench, name="bench")


def _group() -> None:
    """Makes even a single command a subcommand."""


def bench_ceb(
    *,
    xsd: Annotated[
        Path | None, typer.Option(help="Folder of the official schemas, to compare with them.", metavar="DIR")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Customs messages: validation against the official schema, signatures against bare SM2, memory against size."""
    try:
        found = run(xsd)
    except (OSError, etree.LxmlError) as error:
        typer.echo(
            f"sandan bench ceb: --xsd {xsd} holds no import_business_node.xsd that can be read: {error}", err=True
        )
        raise typer.Exit(_BAD_INPUT) from None
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print(found)


def _print(found: CebBench) -> None:
    typer.echo(
        f"a CEB621 with one list, {found.message_bytes} bytes; microseconds, median of {found.repeats} (least–most)"
    )
    for name, spread in found.steps.items():
        typer.echo(f"  {name:<16} {_said(spread)}")
    if not found.validation:
        typer.echo("validation: give --xsd DIR to compare with the official schema")
    Console().print(targets_table(found.targets))


def _said(spread: Spread) -> str:
    return f"{spread.median} ({spread.least}–{spread.greatest})"
