"""`sandan tax`: the import tax of a consignment, from JSON on the standard input."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.tax.tariff_csv import default_tariff, read_tariff
from infra.cli.tax_answer import Answer, answer
from infra.cli.tax_goods import Books
from infra.cli.tax_request import read_request
from infra.cli.told import chosen_pack, day, mistakes_told

_REFUSED = 1
_EXAMPLE = """Example:

    echo '{"date":"2026-11-23","regime":"cbec","items":[{"gnum":1,"value":"425","vat_rate":"0.13",
    "consumption_rate":"0.15","duty_rate":"0"}]}' | sandan tax --json

regime is cbec (within the limits), cbec-full (one piece over the limit of one purchase) or personal (a parcel);
"assess": true lets the limits choose, with "used_quota" as what the buyer bought this year. freight and insurance are
shared out by value. A line gives rates, or gcode with quantity, unit, legal_quantity, legal_unit; specific_rate is CNY
per unit; price_with_tax instead of value asks for the price without tax; personal_heading or personal_rate is for
parcels.

Exit code 0: taxed; 1: refused, the goods must go another way; 2: the input is wrong.
"""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("tax", epilog=_EXAMPLE)(_tax)


def _tax(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    policy_date: Annotated[
        str | None, typer.Option(help="What if: policy and tariff of this day.", metavar="DATE")
    ] = None,
    pack: Annotated[Path | None, typer.Option(help="What if: folder of policy rows.", metavar="DIR")] = None,
    tariff: Annotated[
        Path | None, typer.Option(help="CSV file, or folder of them, instead of the tariff in use.", metavar="FILE")
    ] = None,
) -> None:
    """Compute the import tax of one consignment, given as JSON on the standard input."""
    with mistakes_told("tax"):
        request = read_request(sys.stdin.read())
        on = day(policy_date, "--policy-date") if policy_date else request.date
        table = read_tariff(tariff) if tariff else default_tariff()
        found = answer(request, Books(chosen_pack(pack).at(on), table.at(on)))
    if as_json:
        typer.echo(json.dumps(found.content, ensure_ascii=False, separators=(",", ":")))
    else:
        _print(found)
    for finding in found.findings:
        typer.echo(
            f"{finding.message.zh}\n{finding.message.en}{f' [{finding.code}]' if finding.code else ''}", err=True
        )
    raise typer.Exit(_REFUSED if found.findings else 0)


def _print(found: Answer) -> None:
    content = found.content
    console = Console()
    if content["regime"] is None:
        console.print("refused: no tax under these rules")
    else:
        console.print(_table(content))
        if content.get("waived"):
            console.print("waived: the tax is not above the amount that is waived")
    console.print(Text(f"rows used: {', '.join(content['policy'])}"))


def _table(content: dict[str, Any]) -> Table:
    table = Table(title=f"regime {content['regime']}, CNY", show_footer=True)
    sums = {name: content[name] for name in ("duty", "consumption_tax", "vat", "total")}
    table.add_column("line", footer="sum")
    table.add_column("dutiable value", justify="right")
    for name, amount in sums.items():
        table.add_column(name.replace("_", " "), footer=amount, justify="right")
    for item in content["items"]:
        table.add_row(str(item["gnum"]), item["dutiable_value"], *(item[name] for name in sums))
    return table
