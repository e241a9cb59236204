"""`sandan quota`: what a buyer has bought in a year, known only by the keyed hash of the document's number."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.counted import counted
from infra.cli.running import AsJson, InAws, Place, StackName, china_time, place
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from functions.ledger.account_models import Quota

_HASH = "1456626cdc98e0ed26249b4266a827078a168fd516abbdf8c657ac7b1eb82899"
_Buyer = Annotated[str, typer.Argument(metavar="BUYER_HASH", help="As `sandan quota hash` prints it.")]
_Year = Annotated[int | None, typer.Option(min=2014, max=2999, help="A calendar year (China); all by default.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    quota = typer.Typer(no_args_is_help=True, help="Look at what a buyer has bought in a year.")
    quota.command("show", epilog=f"Example:\n\n    sandan quota show {_HASH} --year 2026")(_show)
    quota.command("history", epilog=f"Example:\n\n    sandan quota history {_HASH} --json")(_history)
    quota.command(
        "hash",
        epilog="Example:\n\n    sandan quota hash --id-type 1 --id - < number.txt\n\nThe number is read from standard "
        "input, so that it stands in no list of processes and in no history of a shell.",
    )(_hash)
    app.add_typer(quota, name="quota")


def _show(
    buyer: _Buyer, *, year: _Year = None, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME
) -> None:
    """The accounts of a buyer: reserved by declared orders, used by released ones, and what is left."""
    found = _quota(buyer, year, place(name, in_aws=aws))
    if as_json:
        typer.echo(found.model_dump_json(indent=2, exclude={"history"}))
        return
    for account in found.accounts:
        form = ",f" if account.goods else ",.2f"
        left = "" if account.left is None else f"  left {account.left:{form}} of {account.limit:{form}}"
        used = f"reserved {account.reserved:{form}}  used {account.held:{form}} {account.unit}"
        typer.echo(f"{account.year}  {account.goods or 'money'}  {used}{left}")
    typer.echo(counted(len(found.accounts), "account"), err=True)


def _history(
    buyer: _Buyer, *, year: _Year = None, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME
) -> None:
    """Everything that was posted to a buyer's accounts, the earliest first."""
    found = _quota(buyer, year, place(name, in_aws=aws))
    if as_json:
        typer.echo(found.model_dump_json(indent=2, exclude={"accounts"}))
        return
    for posted in found.history:
        at = china_time(posted.at)
        typer.echo(f"{at}  {posted.account}  {posted.part:8}  {posted.amount:+,f} {posted.unit}  {posted.order}")
        typer.echo(f"    {posted.reason}")
    typer.echo(counted(len(found.history), "posting"), err=True)


def _hash(
    *,
    id_type: Annotated[str, typer.Option("--id-type", help="buyerIdType: 1 identity card, 2 others.")] = "1",
    id_number: Annotated[str, typer.Option("--id", help="Only -: the number comes by standard input.")] = "-",
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """The keyed hash of a document's number, under which the ledger knows its owner."""
    if id_number != "-":
        raise typer.BadParameter("give - and the number by standard input: others can read a command line")
    state = place(name, in_aws=aws)
    number = sys.stdin.readline().strip()
    if not number:
        raise typer.BadParameter("standard input is empty: it must hold the number, in one line")
    from functions.ledger.account_models import BuyerRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import hash_buyer  # noqa: PLC0415 - loads boto3
    from infra.direct_calls import functions_on  # noqa: PLC0415 - the same

    with functions_on(state):
        typer.echo(hash_buyer(BuyerRequest(buyer_id_type=id_type, buyer_id=number)).buyer)


def _quota(buyer: str, year: int | None, state: Place) -> "Quota":
    from functions.ledger.account_models import QuotaRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import quota  # noqa: PLC0415 - loads boto3
    from infra.direct_calls import functions_on  # noqa: PLC0415 - the same

    with functions_on(state):
        return quota(QuotaRequest(buyer=buyer, year=year))
