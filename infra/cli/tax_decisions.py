"""What a person decides about the tax of one order: leave it out of payments, take it in again, accept its bill."""

import asyncio
from typing import TYPE_CHECKING

import typer

from events.life import Resolution, ResolveRequest
from events.values import OrderKey
from infra.cli.order_updates import Order, Who, Why, updated
from infra.cli.running import InAws, Place, StackName, order_key, place
from infra.direct_calls import functions_on
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from temporalio.client import WorkflowHandle

    from events.life import ImportOrderResult, UpdateAnswer
    from functions.ledger.models import OrderCharge
    from workflows.import_order import ImportOrderWorkflow

_LEFT_OUT, _TAKEN_IN, _BILL_ACCEPTED = "left-out", "taken-in", "bill-accepted"
_CASE = "tax-bill-differs"


def leave_out(order: Order, *, who: Who, why: Why, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Leave an order's bill out of every payment until it is taken in again; the others are paid."""
    _decide(place(name, in_aws=aws), order_key(order), _LEFT_OUT, who, why)
    typer.echo(f"{order}: no payment takes its tax; sandan tax-payment list shows it from the day on which it is due")


def take_in(order: Order, *, who: Who, why: Why, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Have the next payment take an order's bill again."""
    _decide(place(name, in_aws=aws), order_key(order), _TAKEN_IN, who, why)
    typer.echo(f"{order}: the next payment takes its tax when it is due")


def accept_bill(order: Order, *, who: Who, why: Why, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Customs' bill is right: hold its sum instead of the tax assessed, and let the order go on."""
    state, key = place(name, in_aws=aws), order_key(order)
    charge = _decide(state, key, _BILL_ACCEPTED, who, why)
    assert charge.bill
    typer.echo(f"{order}: the tax held is {charge.charge.tax:.2f} CNY, as tax bill {charge.bill.tax_no} says")
    if not charge.findings:
        asyncio.run(_go_on(state, key, who, f"accepted tax bill {charge.bill.tax_no}: {why}"))


def _decide(state: Place, key: OrderKey, what: str, who: str, why: str) -> "OrderCharge":
    from pydantic import ValidationError  # noqa: PLC0415 - not every command needs the models

    from functions.ledger.handler import decide  # noqa: PLC0415 - loads boto3
    from functions.ledger.models import DecideRequest  # noqa: PLC0415 - the same

    try:
        request = DecideRequest.model_validate({"key": key, "what": what, "who": who, "why": why})
    except ValidationError:
        raise typer.BadParameter("say who decides and why: --who and --why must not be empty") from None
    with functions_on(state):
        decided = decide(request)
    if decided.refused:
        raise StackError(f"order {key}: {decided.refused[0].message.en}")
    return decided.charge


async def _go_on(state: Place, key: OrderKey, who: str, why: str) -> None:
    """End the case that the bill has made; an order without such a case, or at its end, needs nothing."""

    async def resolve(handle: "WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]") -> "UpdateAnswer | None":
        from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

        case = (await handle.query(ImportOrderWorkflow.state)).needs_human
        if case != _CASE:
            return None
        request = ResolveRequest(case=_CASE, resolution=Resolution.CONTINUE, who=who, why=why)
        return await handle.execute_update(ImportOrderWorkflow.resolve, request)

    answer = await updated(state, key, resolve)
    if answer:
        typer.echo(f"{key}: {answer.text.en}")
