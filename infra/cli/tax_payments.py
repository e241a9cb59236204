"""`sandan tax-payment`: pay the import tax that is due, and look at what was paid."""

import asyncio
import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from events.tax_payment import (
    TAX_PAYMENT_RUN_WORKFLOW,
    Attention,
    GuarantorTaxResult,
    LateBill,
    PaymentOutcome,
    TaxPayment,
    TaxPaymentRunResult,
    TaxPaymentRunStart,
)
from events.values import CHINA
from infra.cli.running import AsJson, InAws, Place, StackName, place, temporal_of
from infra.cli.tax_decisions import leave_out, take_in
from infra.cli.told import day, mistakes_told
from infra.direct_calls import functions_on
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from temporalio.client import WorkflowHandle

_REFUSED = 1
_ORDER = "3207SDPT01/LYG9610-7-000001-REL"
_Guarantor = Annotated[str | None, typer.Option("--guarantor", metavar="CODE", help="Only this one (assureCode).")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    payments = typer.Typer(no_args_is_help=True, help="The payment of import tax that is due, by guarantor.")
    payments.command(
        "run",
        epilog="Example:\n\n    sandan tax-payment run --as-of 2027-01-05\n\nThe schedule does the same every day. "
        "Exit code 0: everything was paid; 1: the bank refused, or a payment has not ended.",
    )(_run)
    payments.command("list", epilog="Example:\n\n    sandan tax-payment list --guarantor 3207SDPT01 --json")(_list)
    payments.command(
        "leave-out",
        epilog=f"Example:\n\n    sandan tax-payment leave-out {_ORDER} --who op-1 --why 'unknown to customs'\n\n"
        "For a bill for which the bank or customs refuses the whole file. May be repeated.",
    )(leave_out)
    payments.command(
        "take-in", epilog=f"Example:\n\n    sandan tax-payment take-in {_ORDER} --who op-1 --why 'customs has it now'"
    )(take_in)
    app.add_typer(payments, name="tax-payment")


def _run(
    *,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="Pay what is due on this day (China), such as a later one.")
    ] = None,
    guarantor: _Guarantor = None,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Pay what is due now, wait for the bank, and show the payments."""
    with mistakes_told("tax-payment"):
        moment = _moment(day(as_of, "--as-of")) if as_of else None
    state = place(name, in_aws=aws)
    if guarantor:
        _require_known(state, guarantor)
    result = asyncio.run(_ran(state, TaxPaymentRunStart(as_of=moment, guarantor=guarantor)))
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        _print(result)
    raise typer.Exit(0 if _is_well(result) else _REFUSED)


def _moment(on: date) -> datetime:
    """The start of that day. Raises PolicyError for one without terms: a run would ask for them without end."""
    from functions.policy.pack import default_pack  # noqa: PLC0415 - only this command needs it
    from functions.tax_payment.rules import terms_of  # noqa: PLC0415 - the same

    terms_of(default_pack().at(on))
    return datetime.combine(on, time(), CHINA)


def _require_known(state: Place, guarantor: str) -> None:
    from functions.ledger.account_models import GuaranteeRequest  # noqa: PLC0415 - the same
    from functions.ledger.handler import guarantee  # noqa: PLC0415 - loads boto3

    with functions_on(state):
        if guarantee(GuaranteeRequest(guarantor=guarantor)).amount is None:
            raise StackError(f"{guarantor} has given no guarantee: check the code (assureCode of the lists)")


async def _ran(state: Place, start: TaxPaymentRunStart) -> TaxPaymentRunResult:
    from temporalio.client import WorkflowFailureError  # noqa: PLC0415 - loads the Temporal library

    from events.life import TASK_QUEUE  # noqa: PLC0415 - only this command needs it

    client = await temporal_of(state)
    handle: WorkflowHandle[object, TaxPaymentRunResult] = await client.start_workflow(
        TAX_PAYMENT_RUN_WORKFLOW,
        start,
        id=f"tax-payment-run/{uuid4()}",
        task_queue=TASK_QUEUE,
        result_type=TaxPaymentRunResult,
        static_summary="payment of import tax, asked for by a person",
    )
    typer.echo(f"started {handle.id}; it goes on when this command ends", err=True)
    try:
        return await handle.result()
    except WorkflowFailureError as error:
        raise StackError(f"{handle.id}: {error.cause}") from None


def _is_well(result: TaxPaymentRunResult) -> bool:
    outcomes = {payment.outcome for one in result.guarantors for payment in one.payments}
    findings = any(one.findings for one in result.guarantors)
    return PaymentOutcome.REFUSED not in outcomes and not findings and not result.under_way and not result.failed


def _print(result: TaxPaymentRunResult) -> None:
    for one in result.guarantors:
        _print_guarantor(one)
    for guarantor in result.under_way:
        typer.echo(f"{guarantor}  under way: see the workflow tax-payment/{guarantor}")
    for guarantor in result.failed:
        typer.echo(f"{guarantor}  ended by force: the next run goes on where it was")
    count = sum(len(one.payments) for one in result.guarantors)
    typer.echo(f"{count} payments of what is due on {result.as_of.astimezone(CHINA):%Y-%m-%d} (China)", err=True)


def _print_guarantor(one: GuarantorTaxResult) -> None:
    for payment in one.payments:
        typer.echo(_line(payment))
    for bill in one.late:
        typer.echo(_late(bill))
    for finding in one.findings:
        typer.echo(f"    {finding.message.en}")
    _print_attention(one.attention)


def _print_attention(attention: Attention) -> None:
    for title, count, orders in (
        ("due without a bill that can be paid", attention.unbilled, attention.unbilled_orders),
        ("paid but not summarised by customs", attention.unsummarised, attention.unsummarised_orders),
    ):
        if count:
            typer.echo(f"  {title}: {count}")
        for order in orders:
            typer.echo(f"    {order.order}  {order.reason.en}")


def _line(payment: TaxPayment) -> str:
    if payment.outcome is PaymentOutcome.NOTHING:
        return f"{payment.payment_no}  nothing was due any more"
    if payment.outcome is None:
        return f"{payment.payment_no}  under way since {payment.as_of.astimezone(CHINA):%Y-%m-%d}"
    line = f"{payment.payment_no}  {payment.outcome}  {payment.bills} bills  {payment.total} CNY"
    if payment.refused:
        return f"{line}  {payment.refused.en}"
    if payment.late and payment.late.bills:
        late = payment.late
        line += f"  {late.bills} late by up to {late.days} days, late fee {late.fee} CNY"
    return f"{line}  {payment.bank_reference}"


def _late(bill: LateBill) -> str:
    enforceable = "  customs may take the guarantee" if bill.enforceable else ""
    return (
        f"    {bill.order}  {bill.tax_no}  {bill.tax} CNY, {bill.days_late} days late, "
        f"late fee {bill.late_fee} CNY{enforceable}"
    )


def _list(
    *, guarantor: _Guarantor = None, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME
) -> None:
    """Every payment on record, and the orders that need a person now."""
    state = place(name, in_aws=aws)
    if guarantor:
        _require_known(state, guarantor)
    payments, attention = _known(state, guarantor)
    if as_json:
        content = {
            "payments": [payment.model_dump(mode="json") for payment in payments],
            "attention": {code: seen.model_dump(mode="json") for code, seen in attention.items()},
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    for payment in payments:
        typer.echo(_line(payment))
    for code, seen in attention.items():
        if seen != Attention():
            typer.echo(code)
            _print_attention(seen)
    typer.echo(f"{len(payments)} payments", err=True)


def _known(state: Place, guarantor: str | None) -> tuple[list[TaxPayment], dict[str, Attention]]:
    """The payments, and by guarantor what needs a person."""
    from events.values import utc_now  # noqa: PLC0415 - only this command needs it
    from functions.tax_payment.handler import due, list_payments, review  # noqa: PLC0415 - loads boto3
    from functions.tax_payment.models import ListRequest, ReviewRequest, TaxDueRequest  # noqa: PLC0415 - the same

    now = utc_now()
    with functions_on(state):
        payments = list_payments(ListRequest(guarantor=guarantor)).payments
        concerned = due(TaxDueRequest(as_of=now, guarantor=guarantor)).guarantors
        attention = {one.guarantor: review(ReviewRequest(guarantor=one.guarantor, as_of=now)) for one in concerned}
    return payments, attention
