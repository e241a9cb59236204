"""`sandan dlq`: the documents that could not be processed."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from infra.cli.running import InAws, place
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from infra.dead_letters import DeadLetter, DeadLetters

_LIST_EXAMPLE = "Example:\n\n    sandan dlq list --json"
_SHOW_EXAMPLE = "Example:\n\n    sandan dlq show 5beb3568-1347-4778-b63a-725fce38869b"
_REDRIVE_EXAMPLE = (
    "Example:\n\n    sandan dlq redrive --all\n\nsends them again once their cause is gone; an entry that fails again "
    "comes back."
)

_Name = Annotated[str, typer.Option(help="Of the stack.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    dlq = typer.Typer(no_args_is_help=True, help="Look at documents that could not be processed, and send them again.")
    dlq.command("list", epilog=_LIST_EXAMPLE)(_list)
    dlq.command("show", epilog=_SHOW_EXAMPLE)(_show)
    dlq.command("redrive", epilog=_REDRIVE_EXAMPLE)(_redrive)
    app.add_typer(dlq, name="dlq")


def _list(
    *,
    limit: Annotated[int, typer.Option(min=1, help="The most entries to show.")] = 100,
    as_json: _Json = False,
    aws: InAws = False,
    name: _Name = DEFAULT_NAME,
) -> None:
    """Every entry with its reason; all of them stay where they are."""
    entries = _dead_letters(name, in_aws=aws).entries(limit)
    if as_json:
        _print_json([entry.model_dump(mode="json") for entry in entries])
        return
    for entry in entries:
        typer.echo(_line(entry))
    more = f", perhaps more: --limit {limit * 10}" if len(entries) == limit else ""
    typer.echo(f"{len(entries)} in the dead-letter queue{more}", err=True)


def _show(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Of the entry or of its document.")],
    *,
    as_json: _Json = False,
    aws: InAws = False,
    name: _Name = DEFAULT_NAME,
) -> None:
    """One entry with its event; personal values are masked."""
    entry, event = _dead_letters(name, in_aws=aws).show(wanted)
    if as_json:
        _print_json({**entry.model_dump(mode="json"), "event": event})
        return
    typer.echo(_line(entry))
    if event is None:
        typer.echo("the body is not JSON", err=True)
    else:
        _print_json(event)


def _redrive(
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Of entries or documents.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every entry.")] = False,
    as_json: _Json = False,
    aws: InAws = False,
    name: _Name = DEFAULT_NAME,
) -> None:
    """Send entries through the documents queue again."""
    if everything == bool(wanted):
        raise typer.BadParameter("give the ids of entries, or --all")
    sent = _dead_letters(name, in_aws=aws).redrive(None if everything else wanted)
    if as_json:
        _print_json([entry.model_dump(mode="json") for entry in sent])
    typer.echo(f"{len(sent)} sent again", err=True)


def _dead_letters(name: str, *, in_aws: bool) -> "DeadLetters":
    from functions.aws import sqs  # noqa: PLC0415 - loads boto3
    from functions.settings import settings  # noqa: PLC0415 - not every command needs it
    from infra.aws import StackClients  # noqa: PLC0415 - loads boto3
    from infra.dead_letters import DeadLetters  # noqa: PLC0415 - loads the models

    state = place(name, in_aws=in_aws)
    if state is None:
        return DeadLetters(sqs(), settings())
    return DeadLetters(StackClients(state.aws_endpoint).sqs)


def _line(entry: "DeadLetter") -> str:
    since = entry.since.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    attempts = "" if entry.attempts is None else f"  {entry.attempts} attempts"
    about = f"{entry.event_type or 'not an event'}  {entry.order or 'order unknown'}"
    return f"{entry.id}  {since}  {about}{attempts}\n    {entry.reason}"


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2, default=str))
