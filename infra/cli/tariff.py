"""`sandan tariff`: checking a tariff table before it is used."""

from pathlib import Path
from typing import Annotated

import typer

from functions.tax.tariff_csv import COLUMNS, read_rows
from infra.cli.told import mistakes_told

_EXAMPLE = (
    "Example:\n\n    sandan tariff check tariff.csv\n\n"
    f"The columns are {', '.join(COLUMNS)}. A folder of such files is used instead of the shipped table when "
    "SANDAN_TARIFF_DIR names it, and a file by `sandan tax --tariff FILE`."
)


def register(app: typer.Typer) -> None:
    """Add the group to the command line."""
    tariff = typer.Typer(help="The tariff table: rates by code and date.", no_args_is_help=True)
    tariff.callback()(_group)
    tariff.command("check", epilog=_EXAMPLE)(_check)
    app.add_typer(tariff, name="tariff")


def _group() -> None:
    """Keeps `check` a subcommand."""


def _check(file: Annotated[Path, typer.Argument(metavar="FILE.csv")]) -> None:
    """Check a tariff table: every mistake with its line and column. Exit code 0: usable; 2: not."""
    with mistakes_told("tariff check"):
        rows = read_rows(file)
    codes = {row.code for _, row in rows}
    typer.echo(f"{file}: {len(rows)} rows, {len(codes)} codes, no mistake")
