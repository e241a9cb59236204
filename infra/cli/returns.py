"""`sandan return`: ask for returns of goods, look at them, and decide those that need a person."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any

import typer

from events.life import Resolution, ResolveRequest
from events.return_life import ReturnAsked, ReturnLine, ReturnRequest, ReturnSnapshot, return_workflow_id
from events.values import OrderKey
from infra.cli.counted import counted
from infra.cli.order_updates import updated
from infra.cli.running import AsJson, InAws, Place, StackName, answered, china_time, order_key, place, temporal_of
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from temporalio.client import Client


_ORDER = "3207SDPT01/LYG9610-7-000021-RTN"
_Order = Annotated[str, typer.Argument(metavar="ORDER", help="ebpCode/orderNo.")]
_Who = Annotated[str, typer.Option(help="Who asks or decides; kept in the dossier.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    returns = typer.Typer(no_args_is_help=True, help="Return goods of released orders (海关总署公告2020-45).")
    returns.command(
        "request", epilog=f'Example:\n\n    sandan return request {_ORDER} --items 1:2 --reason "too small"'
    )(_request)
    returns.command("show", epilog=f"Example:\n\n    sandan return show {_ORDER}")(_show)
    returns.command(
        "resolve",
        epilog=f"Example:\n\n    sandan return resolve {_ORDER} --number 1 --case return-quantity "
        "--resolution continue --who op-1 --why counted",
    )(_resolve)
    returns.command("list", epilog="Example:\n\n    sandan return list --needs-human --json")(_list)
    app.add_typer(returns, name="return")


def _request(
    order: _Order,
    *,
    items: Annotated[
        str, typer.Option(metavar="GNUM:QTY[,GNUM:QTY…]", help="Lines of the list, and how much of each.")
    ],
    reason: Annotated[str, typer.Option(help="Why; goes to customs and is kept in the dossier.")],
    who: _Who = "operator",
    exchange_for: Annotated[
        str | None, typer.Option(help="orderNo, on the same platform, of the order with the goods that come instead.")
    ] = None,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Ask for goods to come back: within 30 days of the release, at the site they left within 45."""
    lines = _lines(items)
    if not reason.strip() or not who.strip():
        raise typer.BadParameter("say who asks (--who) and why (--reason)")
    if exchange_for is not None and not exchange_for.strip():
        raise typer.BadParameter("--exchange-for: give the number of the new order")
    request = ReturnRequest(lines=lines, who=who, why=reason, exchange_for=exchange_for)
    asked = asyncio.run(_asked(place(name, in_aws=aws), order_key(order), request))
    if as_json:
        typer.echo(asked.model_dump_json(indent=2))
    else:
        typer.echo(f"{order}: return {asked.number} is applied for as {asked.return_no}")


def _lines(text: str) -> list[ReturnLine]:
    return [_line(part.strip()) for part in text.split(",")]


def _line(text: str) -> ReturnLine:
    gnum, colon, qty = text.partition(":")
    try:
        if not colon or not gnum.isdecimal():
            raise InvalidOperation
        quantity = Decimal(qty)
        if not quantity.is_finite() or quantity <= 0:
            raise InvalidOperation
    except InvalidOperation:
        raise typer.BadParameter(
            f"--items: {text!r} is no line: write gnum:quantity, such as 1:2, or 1:2,2:1 for two lines"
        ) from None
    return ReturnLine(gnum=int(gnum), qty=quantity)


async def _asked(state: Place, key: OrderKey, request: ReturnRequest) -> ReturnAsked:
    from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

    return await updated(state, key, lambda handle: handle.execute_update(ImportOrderWorkflow.request_return, request))


def _show(order: _Order, *, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Every return of an order: its stages, and what it waits for."""
    found = asyncio.run(_returns(place(name, in_aws=aws), order_key(order)))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        exchange = f"  exchange for {one.exchange_for}" if one.exchange_for else ""
        typer.echo(f"{order}  return {one.number}  {one.return_no}  {one.stage}{exchange}")
        lines = ", ".join(f"{line.gnum}:{line.qty:f}" for line in one.lines)
        typer.echo(f"  lines {lines}")
        for change in one.history:
            typer.echo(f"  {change.number:3}  {china_time(change.at)}  {change.stage:18}  {change.reason.en}")
        if one.needs_human:
            typer.echo(f"  waits for a person: {one.needs_human}")
        if one.due_by:
            typer.echo(f"  next deadline: {china_time(one.due_by)} (China Standard Time)")


async def _returns(state: Place, key: OrderKey) -> list[ReturnSnapshot]:
    client = await temporal_of(state)
    found: list[ReturnSnapshot] = []
    async for snapshot in _snapshots(client, key):
        found.append(snapshot)
    if not found:
        raise StackError(f"order {key} has no returns: see `sandan order show`")
    return found


async def _snapshots(client: "Client", key: OrderKey) -> AsyncIterator[ReturnSnapshot]:
    """Returns are numbered from 1 without gaps."""
    from temporalio.service import RPCError  # noqa: PLC0415 - loads the Temporal library

    from functions.dispatch.connection import is_missing  # noqa: PLC0415 - the same
    from workflows.import_return import ImportReturnWorkflow  # noqa: PLC0415 - the same

    for number in count(1):
        handle = client.get_workflow_handle_for(ImportReturnWorkflow.run, return_workflow_id(key, number))
        try:
            yield await handle.query(ImportReturnWorkflow.state)
        except RPCError as error:
            if is_missing(error):
                return
            raise


def _resolve(
    order: _Order,
    *,
    number: Annotated[int, typer.Option(min=1, help="Of the return within its order.")],
    case: Annotated[str, typer.Option(help="What the return waits with, as `return show` says.")],
    resolution: Annotated[Resolution, typer.Option(help="What is decided.")],
    who: _Who,
    why: Annotated[str, typer.Option(help="Why; kept in the history of the return.")],
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Decide a case of a return that needs a person."""
    request = ResolveRequest(case=case, resolution=resolution, who=who, why=why)
    text = asyncio.run(_resolved(place(name, in_aws=aws), order_key(order), number, request))
    typer.echo(f"{order} return {number}: {text}")


async def _resolved(state: Place, key: OrderKey, number: int, request: ResolveRequest) -> str:
    from workflows.import_return import ImportReturnWorkflow  # noqa: PLC0415 - loads the Temporal library

    client = await temporal_of(state)
    handle = client.get_workflow_handle_for(ImportReturnWorkflow.run, return_workflow_id(key, number))
    subject = f"return {number} of order {key}"
    gone = f"{subject} is not known, or has ended: see `sandan return show {key}`"
    answer = await answered(subject, gone, handle.execute_update(ImportReturnWorkflow.resolve, request))
    return answer.text.en


def _list(
    *,
    needs_human: Annotated[bool, typer.Option("--needs-human", help="Only returns that wait for a person.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most returns to show.")] = 50,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Returns, the latest first."""
    rows = asyncio.run(_rows(place(name, in_aws=aws), needs_human=needs_human, limit=limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        human = "  needs a person" if row["needsHuman"] else ""
        ended = "" if row["running"] else "  ended"
        typer.echo(f"{row['order']}  return {row['number']}{human}{ended}")
    typer.echo(counted(len(rows), "return"), err=True)


async def _rows(state: Place, *, needs_human: bool, limit: int) -> list[dict[str, Any]]:
    from functions.dispatch import search_attributes as attributes  # noqa: PLC0415 - loads the Temporal library

    query = "WorkflowType = 'ImportReturn'" + (" AND NeedsHuman = true" if needs_human else "")
    client = await temporal_of(state)
    rows = []
    async for found in client.list_workflows(query, limit=limit):
        _, ebp_code, order_no, number = found.id.split("/")
        rows.append(
            {
                "order": f"{ebp_code}/{order_no}",
                "number": int(number),
                "needsHuman": found.typed_search_attributes.get(attributes.NEEDS_HUMAN, default=False),
                "running": found.close_time is None,
            }
        )
    return rows
