"""`sandan ledger`: recompute the books, and have the tax that is held follow a bill of customs."""

import json
from typing import Annotated

import typer

from infra.cli.counted import counted
from infra.cli.running import InAws, StackName, place
from infra.cli.tax_decisions import accept_bill
from infra.stack.state import DEFAULT_NAME

_NOT_BALANCED = 1


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    ledger = typer.Typer(no_args_is_help=True, help="Check the ledger of quotas, guarantees and tax payments.")
    ledger.command(
        "verify",
        epilog="Example:\n\n    sandan ledger verify --json\n\nExit code 0: balanced; 1: not balanced; "
        "2: it could not look.",
    )(_verify)
    ledger.command(
        "accept-bill",
        epilog="Example:\n\n    sandan ledger accept-bill 3207SDPT01/LYG9610-7-000001-REL --who op-1 --why hotline\n\n"
        "For a tax bill of customs that differs from the tax assessed and is right. Refused when the guarantee does "
        "not cover it, or a payment has claimed the tax. May be repeated.",
    )(accept_bill)
    app.add_typer(ledger, name="ledger")


def _verify(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Recompute every balance from the postings; name each difference. Orders may go on meanwhile."""
    from functions.ledger.account_models import VerifyRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import verify  # noqa: PLC0415 - loads boto3
    from infra.direct_calls import functions_on  # noqa: PLC0415 - the same

    with functions_on(place(name, in_aws=aws)):
        found = verify(VerifyRequest())
    if as_json:
        shown = {"balanced": found.balanced, **found.model_dump(mode="json")}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        for difference in found.differences:
            typer.echo(f"{difference.partition}: {difference.what}: {difference.found}, not {difference.expected}")
        verdict = "balanced" if found.balanced else counted(len(found.differences), "difference")
        typer.echo(
            f"{verdict}: {counted(found.accounts, 'account')}, {counted(found.orders, 'order')}, "
            f"{counted(found.payments, 'payment')}, {counted(found.postings, 'posting')}"
        )
    raise typer.Exit(0 if found.balanced else _NOT_BALANCED)
