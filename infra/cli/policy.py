"""`sandan policy`: the rows of policy that are in force on a day."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from events.problems import InvalidInputError, Problem
from functions.policy.pack import PolicyAtDate, Row
from infra.cli.told import chosen_pack, day, mistakes_told

_EXAMPLE = (
    "Example:\n\n    sandan policy at 2018-12-31 --topic quota\n\n"
    "A topic also stands for all that begin with it. `--pack DIR` shows what would hold with the rows of DIR."
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    policy = typer.Typer(help="Limits, rates, day counts and thresholds, by date.", no_args_is_help=True)
    policy.callback()(_group)
    policy.command("at", epilog=_EXAMPLE)(_at)
    app.add_typer(policy, name="policy")


def _group() -> None:
    """Keeps `at` a subcommand."""


def _at(
    on: Annotated[str, typer.Argument(metavar="DATE", help="Day, as 2026-11-23.")],
    *,
    topic: Annotated[str | None, typer.Option(help="Only this topic, such as tax.rounding or tax.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")] = False,
    pack: Annotated[Path | None, typer.Option(help="Folder whose rows replace their topics.", metavar="DIR")] = None,
) -> None:
    """Print the rows of policy in force on a day: id, value, and the regulation or setting behind it."""
    with mistakes_told("policy at"):
        policy = chosen_pack(pack).at(day(on, "DATE"))
        rows = _of_topic(policy, topic)
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], ensure_ascii=False, indent=2))
        return
    table = Table(show_lines=True)
    for name in ("id", "value", "basis, note"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(row.id, Text(value_text(row)), Text(f"{row.basis}\n{row.note}".strip()))
    Console().print(table)


def value_text(row: Row) -> str:
    """A value as people read it."""
    if isinstance(row.value, dict):
        return ", ".join(f"{name}: {value}" for name, value in row.value.items())
    return ", ".join(map(str, row.value)) if isinstance(row.value, list) else str(row.value)


def _of_topic(policy: PolicyAtDate, topic: str | None) -> list[Row]:
    wanted = topic.rstrip(".") if topic else None
    found = [
        row for row in policy.rows() if wanted is None or row.topic == wanted or row.topic.startswith(f"{wanted}.")
    ]
    if not found:
        topics = ", ".join(policy.in_effect) or "none"
        message = f"no such topic is in force on {policy.on}; in force are: {topics}"
        raise InvalidInputError([Problem(path="--topic", rule="unknown", value=topic, message=message)])
    return found
