"""`sandan order`: look at orders, and act on those that need a person."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import typer

from events.life import CancelRequest, CorrectRequest, OrderView, Resolution, ResolveRequest, Stage, UpdateAnswer
from events.values import OrderKey
from infra.cli.counted import counted
from infra.cli.order_updates import Order, Who, Why, updated
from infra.cli.running import AsJson, InAws, Place, StackName, china_time, gateway_of, order_key, place, temporal_of
from infra.generate.parties import OPERATOR_PARTNER
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from temporalio.client import WorkflowHandle

    from events.findings import Fix
    from events.life import ImportOrderResult
    from workflows.import_order import ImportOrderWorkflow

_ORDER = "3207SDPT01/LYG9610-7-000001-REL"
_LIST_EPILOG = (
    "Example:\n\n    sandan order list --needs-human --json\n\nThe search knows phases: matched orders are listed as "
    "collecting, delivered ones as released, and a list at customs as declared once it was there for half an hour. "
    "sandan order show tells the stage itself."
)
_PHASES = {Stage.MATCHED: Stage.COLLECTING, Stage.DELIVERED: Stage.RELEASED}
_AFTER_RELEASE = "Stage IN ('released', 'delivered')"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    order = typer.Typer(no_args_is_help=True, help="Look at orders, and act on those that need a person.")
    order.command("list", epilog=_LIST_EPILOG)(_list)
    order.command("show", epilog=f"Example:\n\n    sandan order show {_ORDER}")(_show)
    order.command(
        "correct",
        epilog=f"Example:\n\n    sandan order correct {_ORDER} --fix payment.amountPaid=561.89 --who op-1 --why letter",
    )(_correct)
    order.command("cancel", epilog=f"Example:\n\n    sandan order cancel {_ORDER} --who op-1 --why withdrawn")(_cancel)
    order.command(
        "resolve",
        epilog=f"Example:\n\n    sandan order resolve {_ORDER} --case customs-silent --resolution resend "
        "--who op-1 --why hotline",
    )(_resolve)
    app.add_typer(order, name="order")


def _list(
    *,
    stage: Annotated[Stage | None, typer.Option(help="Only orders in this stage; see below.")] = None,
    needs_human: Annotated[bool, typer.Option("--needs-human", help="Only orders that wait for a person.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most orders to show.")] = 50,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Orders by their search attributes, the latest first."""
    rows = asyncio.run(_rows(place(name, in_aws=aws), stage, needs_human=needs_human, limit=limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        human = "  needs a person" if row["needsHuman"] else ""
        typer.echo(f"{row['ebpCode']}/{row['orderNo']}  {row['mode'] or '----'}  {row['stage']}{human}")
    typer.echo(counted(len(rows), "order"), err=True)


async def _rows(state: Place, stage: Stage | None, *, needs_human: bool, limit: int) -> list[dict[str, Any]]:
    from functions.dispatch import search_attributes as attributes  # noqa: PLC0415 - loads the Temporal library

    query = ["WorkflowType = 'ImportOrder'", "ExecutionStatus != 'ContinuedAsNew'"]  # the run that goes on is listed
    if stage:
        query.append(_in_stage(stage))
    if needs_human:
        query.append("NeedsHuman = true")
    client = await temporal_of(state)
    rows = []
    async for found in client.list_workflows(" AND ".join(query), limit=limit):
        key = OrderKey.from_workflow_id(found.id)
        given = found.typed_search_attributes
        rows.append(
            {
                "ebpCode": key.ebp_code,
                "orderNo": key.order_no,
                "mode": given.get(attributes.MODE),
                "stage": _stage_of(given.get(attributes.STAGE), is_running=found.close_time is None),
                "needsHuman": given.get(attributes.NEEDS_HUMAN, default=False),
                "running": found.close_time is None,
            }
        )
    return rows


def _in_stage(stage: Stage) -> str:
    """An order that closes after its release keeps that stage in the search: the change would cost an Action."""
    if stage in _PHASES:
        raise typer.BadParameter(
            f"the search does not tell {stage} orders from {_PHASES[stage]} ones: ask for {_PHASES[stage]}",
            param_hint="--stage",
        )
    if stage is Stage.CLOSED:
        return f"(Stage = 'closed' OR ({_AFTER_RELEASE} AND ExecutionStatus = 'Completed'))"
    if stage is Stage.RELEASED:
        return f"{_AFTER_RELEASE} AND ExecutionStatus = 'Running'"
    if stage is Stage.COLLECTING:
        return "Stage IN ('collecting', 'matched')"
    return f"Stage = '{stage}'"


def _stage_of(phase: str | None, *, is_running: bool) -> str | None:
    shown = _PHASES.get(Stage(phase), Stage(phase)) if phase else None
    return Stage.CLOSED if shown is Stage.RELEASED and not is_running else shown


def _show(order: Order, *, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """An order's stages and findings, as its parties see them."""
    view = asyncio.run(_view(place(name, in_aws=aws), order_key(order)))
    if as_json:
        typer.echo(view.model_dump_json(indent=2))
        return
    typer.echo(f"{view.ebp_code}/{view.order_no}  {view.mode or ''}  {view.stage}")
    for change in view.history:
        typer.echo(f"  {change.number:3}  {china_time(change.at)}  {change.stage:18}  {change.reason.en}")
    for finding in view.findings:
        fix = f"  fix: {finding.fix.document}.{finding.fix.field} = {finding.fix.value}" if finding.fix else ""
        typer.echo(f"  finding {finding.rule} ({finding.code or 'no code'}): {finding.message.en}{fix}")
    if view.needs_human:
        typer.echo(f"  waits for a person: {view.needs_human}")
    if view.due_by:
        typer.echo(f"  next deadline: {china_time(view.due_by)} (China Standard Time)")


async def _view(state: Place, key: OrderKey) -> OrderView:
    if state is None:
        return _on_record(key)
    async with gateway_of(state) as gateway:
        answer = await gateway.get(OPERATOR_PARTNER, f"/v1/orders/{key.ebp_code}/{key.order_no}")
    if answer.status_code != HTTPStatus.OK:
        raise StackError(f"order {key}: {answer.json().get('detail', answer.status_code)}")
    return OrderView.model_validate_json(answer.content)


def _on_record(key: OrderKey) -> OrderView:
    """What the door would show, without the key of a partner who may ask there."""
    from functions.orders.handler import show  # noqa: PLC0415 - loads boto3
    from functions.orders.models import ShowRequest  # noqa: PLC0415 - the same

    found = show(ShowRequest(key=key)).order
    if found is None:
        raise StackError(f"no order {key} is known there: its documents may not have come yet")
    return found


def _correct(
    order: Order,
    *,
    fix: Annotated[list[str] | None, typer.Option(help="document.field=value; repeatable.")] = None,
    proposed: Annotated[bool, typer.Option("--proposed", help="Apply the fixes that the findings propose.")] = False,
    who: Who,
    why: Why,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Put values into fields of an order's documents; they go through the same door as everybody's."""
    given = [_fix(text) for text in fix or []]
    if not given and not proposed:
        raise typer.BadParameter("say what to correct: --fix document.field=value, or --proposed")

    async def correct(handle: "WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]") -> UpdateAnswer:
        from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

        fixes = list(given)
        if proposed:
            state = await handle.query(ImportOrderWorkflow.state)
            fixes += [finding.fix for finding in state.findings if finding.fix and finding.fix.value is not None]
        if not fixes:
            raise StackError(f"order {order}: its findings propose no value; give one with --fix document.field=value")
        return await handle.execute_update(ImportOrderWorkflow.correct, CorrectRequest(fixes=fixes, who=who, why=why))

    _update(place(name, in_aws=aws), order, correct)


def _fix(text: str) -> "Fix":
    from events.findings import Fix  # noqa: PLC0415 - only this command needs it

    place, equals, value = text.partition("=")
    document, dot, field = place.partition(".")
    if not equals or not dot:
        raise typer.BadParameter(f"{text!r}: write document.field=value, such as payment.amountPaid=561.89")
    return Fix(document=document, field=field, value=value)


def _cancel(order: Order, *, who: Who, why: Why, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """End an order before its release; a declared list is cancelled at customs first."""

    async def cancel(handle: "WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]") -> UpdateAnswer:
        from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

        return await handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who=who, why=why))

    _update(place(name, in_aws=aws), order, cancel)


def _resolve(
    order: Order,
    *,
    case: Annotated[str, typer.Option(help="What the order waits with, as `order show` says.")],
    resolution: Annotated[Resolution, typer.Option(help="What is decided.")],
    who: Who,
    why: Why,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Decide a case that needs a person."""
    request = ResolveRequest(case=case, resolution=resolution, who=who, why=why)

    async def resolve(handle: "WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]") -> UpdateAnswer:
        from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

        return await handle.execute_update(ImportOrderWorkflow.resolve, request)

    _update(place(name, in_aws=aws), order, resolve)


def _update(state: Place, order: str, act: Callable[[Any], Awaitable[UpdateAnswer]]) -> None:
    """Send an update and print its answer; a refusal is told in the words of the order."""
    answer = asyncio.run(updated(state, order_key(order), act))
    typer.echo(f"{order}: {answer.text.en}")
