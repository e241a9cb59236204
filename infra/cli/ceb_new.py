"""`sandan ceb new`: a message from JSON."""

from pathlib import Path
from typing import Annotated

import typer

from events.ceb import build
from events.ceb.business import Severity, business_problems
from events.problems import InvalidInputError
from infra.ceb.building import Sender, message_from_json
from infra.cli.ceb_files import read_file, unreadable, write_out

_EXAMPLE = (
    "Example:\n\n    sandan ceb new CEB621 --from order.json --out 621.xml\n\n"
    "    sandan ceb new CEB311 --from order.json --sender-code 3207PLAT01 --sender-name 测试平台 "
    "--sender-dxp DXPTEST000000001\n\n"
    "The JSON is a message under the official names, one of its business elements, or a list of them. What is new is "
    "made here: each guid that is left out, and the BaseTransfer from --sender-…. Exit code 0: written; 2: the JSON "
    "is not such a message."
)


def add_new(ceb: typer.Typer) -> None:
    """Add the command `new`."""
    ceb.command("new", epilog=_EXAMPLE)(new_command)


def new_command(
    message: Annotated[str, typer.Argument(help="Which message: CEB311, CEB621 …")],
    *,
    source: Annotated[Path, typer.Option("--from", help="The JSON.", metavar="FILE")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write; standard output by default.", metavar="FILE")
    ] = None,
    sender_code: Annotated[str, typer.Option(help="copCode of the BaseTransfer.")] = "",
    sender_name: Annotated[str, typer.Option(help="copName of the BaseTransfer.")] = "",
    sender_dxp: Annotated[str, typer.Option(help="dxpId of the BaseTransfer.")] = "",
) -> None:
    """Build a message from JSON, as XML in canonical form, ready to be signed."""
    sender = Sender(sender_code, sender_name, sender_dxp) if sender_code or sender_name or sender_dxp else None
    try:
        made = message_from_json(message, read_file(source), sender)
    except InvalidInputError as error:
        raise unreadable("new", source, error) from None
    for problem in business_problems(made):
        if problem.severity is Severity.ERROR:
            typer.echo(f"sandan ceb new: {source}: {problem.path} {problem.message.en}", err=True)
    write_out(out, build(made), "new")
