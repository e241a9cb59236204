"""`sandan generate`: made-up orders as files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from infra.cli.counted import counted
from infra.generate import files
from infra.generate.files import Format
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.scenarios import LIVES, Mode, Scenario

_EXAMPLE = (
    "Example:\n\n    sandan generate --orders 10 --seed 7 --mode 9610 --scenario release --out orders\n\n"
    "writes orders/<orderNo>/{311,411,511,621}.xml. The same seed always makes the same orders.\n\n"
    f"The lives: {', '.join(LIVES)}. Besides, told apart only when somebody returns goods or pays the tax: "
    f"{', '.join(one for one in Scenario if one not in LIVES)}."
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("generate", epilog=_EXAMPLE)(_generate)


def _generate(
    *,
    out: Annotated[Path, typer.Option(help="Folder to write to; files of the same name are replaced.")],
    orders: Annotated[int, typer.Option(min=1, help="How many orders.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="What the orders are made from.")] = 7,
    mode: Annotated[list[Mode] | None, typer.Option(help="Repeatable; both by default.")] = None,
    scenario: Annotated[
        list[Scenario] | None, typer.Option(help="Repeatable; all lives by default.", metavar="SCENARIO")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Of the customs messages.")] = Format.XML,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary as JSON.")] = False,
) -> None:
    """Write made-up orders with all their documents, for any mix of modes and scenarios."""
    written = []
    try:
        for order in generate(orders, seed, mode or tuple(Mode), scenario or LIVES):
            written.append(_summary(order, files.write(order, out, form)))
            if not as_json:
                typer.echo(f"{order.key.order_no}  {order.scenario} → {order.scenario.expected}")
    except OSError as error:
        typer.echo(f"cannot write to {error.filename or out}: {error.strerror}; choose another --out", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(written, ensure_ascii=False, indent=2))
    typer.echo(f"{counted(orders, 'order')} in {out}", err=True)


def _summary(order: GeneratedOrder, paths: list[Path]) -> dict[str, object]:
    return {
        "orderNo": order.key.order_no,
        "ebpCode": order.key.ebp_code,
        "mode": order.mode.value,
        "scenario": order.scenario.value,
        "expected": order.scenario.expected.value,
        "files": [str(path) for path in paths],
    }
