"""`sandan ceb receipt`: what a receipt means and what to do about it."""

import json
from typing import Annotated

import typer

from events.ceb.receipt_codes import Classified, classify
from events.problems import InvalidInputError

_BAD_INPUT = 2
_EXAMPLE = (
    "Example:\n\n"
    '    sandan ceb receipt --message CEB622 --status 100 --info "[Code:13035;Desc:支付企业不一致]"\n\n'
    "    sandan ceb receipt --message CEB622 --status -621018 --json\n\n"
    "    sandan ceb receipt --message DXP --status 1001\n\n"
    "Exit code 0: the receipt was read, whatever it says; 2: the message is no receipt, or the status is empty."
)


def add_receipt(ceb: typer.Typer) -> None:
    """Add the command `receipt` to the commands of `sandan ceb`."""
    ceb.command("receipt", epilog=_EXAMPLE)(receipt_command)


def receipt_command(
    *,
    message: Annotated[str, typer.Option(help="The receipt: CEB622, CEB312 …; DXP for the exchange platform.")],
    status: Annotated[str, typer.Option(help="Its returnStatus: 100, 800, -621018 …; of DXP its code: 0001 …")],
    info: Annotated[str, typer.Option(help="Its returnInfo.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say what a receipt means: retry, fix, human, duplicate, final, or progress where it is no error."""
    try:
        found = classify(message, status, info)
    except InvalidInputError as error:
        for problem in error.problems:
            given = "" if problem.value is None else f" {problem.value!r}"
            typer.echo(f"sandan ceb receipt: --{problem.path}{given} {problem.message}", err=True)
        raise typer.Exit(_BAD_INPUT) from None
    if as_json:
        typer.echo(json.dumps(found.model_dump(mode="json", by_alias=True), ensure_ascii=False, indent=2))
    else:
        typer.echo(_words(found))


def _words(found: Classified) -> str:
    detail = f", detail code {found.detail_code}" if found.detail_code else ""
    lines = [
        f"{found.code}{detail}: {found.receipt_class}",
        found.explanation.zh,
        found.explanation.en,
        f"fix: {found.fix.document}.{found.fix.field}" if found.fix else "",
        f"the order goes to: {found.stage}" if found.stage else "",
    ]
    return "\n".join(line for line in lines if line)
