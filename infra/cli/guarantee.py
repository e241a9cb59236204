"""`sandan guarantee`: open the guarantees that cover the tax of import orders, and look at them."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.running import AsJson, InAws, StackName, place
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from functions.ledger.account_models import Guarantee

_Code = Annotated[str, typer.Argument(metavar="CODE", help="assureCode of the lists.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    guarantee = typer.Typer(no_args_is_help=True, help="Open and look at the guarantees for the tax of import orders.")
    guarantee.command(
        "open",
        epilog="Example:\n\n    sandan guarantee open 3207SDPT01 --amount 1000000\n\nThe amount is the whole "
        "guarantee: the command may be repeated, and raises or lowers it, though not below what is in use.",
    )(_open)
    guarantee.command("show", epilog="Example:\n\n    sandan guarantee show 3207SDPT01 --json")(_show)
    app.add_typer(guarantee, name="guarantee")


def _open(
    code: _Code,
    *,
    amount: Annotated[str, typer.Option(metavar="CNY", help="The whole guarantee, such as 1000000 or 2500.50.")],
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Open a guarantee, or set it to another amount."""
    from pydantic import ValidationError  # noqa: PLC0415 - not every command needs the models

    from functions.ledger.account_models import OpenGuaranteeRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import open_guarantee  # noqa: PLC0415 - loads boto3
    from infra.direct_calls import functions_on  # noqa: PLC0415 - the same

    try:
        request = OpenGuaranteeRequest(guarantor=code, amount=Decimal(amount))
    except (InvalidOperation, ValidationError):
        raise typer.BadParameter(
            f"{code!r} with {amount!r}: a code has 1 to 30 characters without blanks and #, an amount is a number such "
            "as 1000000 or 2500.50, not below 0"
        ) from None
    with functions_on(place(name, in_aws=aws)):
        found = open_guarantee(request)
    if found.findings:
        raise StackError(found.findings[0].message.en)
    _print(found, as_json=as_json)


def _show(code: _Code, *, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """A guarantee: its amount, what declared orders have reserved, what released ones hold, and what is left."""
    from functions.ledger.account_models import GuaranteeRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import guarantee  # noqa: PLC0415 - loads boto3
    from infra.direct_calls import functions_on  # noqa: PLC0415 - the same

    with functions_on(place(name, in_aws=aws)):
        found = guarantee(GuaranteeRequest(guarantor=code))
    if found.amount is None:
        raise StackError(f"{code} has given no guarantee: sandan guarantee open {code} --amount …")
    _print(found, as_json=as_json)


def _print(found: "Guarantee", *, as_json: bool) -> None:
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
        return
    low = "  nearly used up" if found.alerted else ""
    typer.echo(f"{found.guarantor}  {found.amount:,.2f} CNY{low}")
    typer.echo(f"  reserved {found.reserved:,.2f}  held {found.held:,.2f}  available {found.available:,.2f}")
