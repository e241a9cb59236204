"""`sandan payment-data`: customs' questions for raw payment data, and the decision of those that need a person."""

import asyncio
import json
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from events.payment_data_life import (
    PaymentDataResolution,
    PaymentDataSnapshot,
    PaymentDataStage,
    ResolvePaymentData,
)
from infra.cli.counted import counted
from infra.cli.running import AsJson, InAws, Place, StackName, answered, china_time, place, temporal_of
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle

    from events.payment_data_life import PaymentDataResult
    from workflows.payment_data import PaymentDataWorkflow

_SESSION_ID = re.compile(r"[\w.\-]{1,36}")
_SESSION = "SD4b6294e348ae4760a0e0a9b8f313-OK"
_Session = Annotated[str, typer.Argument(metavar="SESSION", help="The sessionID of customs' question.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    questions = typer.Typer(no_args_is_help=True, help="Customs' questions for raw payment data (公告2018-179).")
    questions.command("list", epilog="Example:\n\n    sandan payment-data list --needs-human --json")(_list)
    questions.command("show", epilog=f"Example:\n\n    sandan payment-data show {_SESSION}")(_show)
    questions.command(
        "resolve",
        epilog=f"Example:\n\n    sandan payment-data resolve {_SESSION} --case payment-data-refused "
        "--resolution retry --who op-1 --why hotline",
    )(_resolve)
    app.add_typer(questions, name="payment-data")


def _list(
    *,
    stage: Annotated[PaymentDataStage | None, typer.Option(help="Only questions in this stage.")] = None,
    needs_human: Annotated[bool, typer.Option("--needs-human", help="Only those that wait for a person.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most questions to show.")] = 50,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Questions by their search attributes, the latest first."""
    query = ["WorkflowType = 'PaymentData'"]
    if stage:
        query.append(f"Stage = '{stage}'")
    if needs_human:
        query.append("NeedsHuman = true")
    rows = asyncio.run(_rows(place(name, in_aws=aws), " AND ".join(query), limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        human = "  needs a person" if row["needsHuman"] else ""
        typer.echo(f"{row['sessionID']}  {row['orderNo']}  {row['stage']}{human}")
    typer.echo(counted(len(rows), "question"), err=True)


async def _rows(state: Place, query: str, limit: int) -> list[dict[str, Any]]:
    from functions.dispatch import search_attributes as attributes  # noqa: PLC0415 - loads the Temporal library

    client = await temporal_of(state)
    rows = []
    async for found in client.list_workflows(query, limit=limit):
        _, session_id, order_no = found.id.split("/", 2)
        given = found.typed_search_attributes
        rows.append(
            {
                "sessionID": session_id,
                "orderNo": order_no,
                "stage": given.get(attributes.STAGE),
                "needsHuman": given.get(attributes.NEEDS_HUMAN, default=False),
                "running": found.close_time is None,
            }
        )
    return rows


def _show(session: _Session, *, as_json: AsJson = False, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """How far the answer to a question has come; no payment data."""
    shown = asyncio.run(_snapshots(place(name, in_aws=aws), session))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in shown], ensure_ascii=False, indent=2))
        return
    for one in shown:
        typer.echo(f"{one.key}  {one.ebp_code or 'platform unknown'}  {one.stage}")
        for change in one.history:
            typer.echo(f"  {change.number:3}  {china_time(change.at)}  {change.stage:10}  {change.reason.en}")
        if one.needs_human:
            typer.echo(f"  waits for a person: {one.needs_human}")
        if one.wanted:
            typer.echo(f"  waits for the payment data of: {', '.join(one.wanted)}")
        if not one.stage.is_final:
            typer.echo(f"  deadline: {china_time(one.due_by)} (China Standard Time)")


async def _snapshots(state: Place, session: str) -> list[PaymentDataSnapshot]:
    from workflows.payment_data import PaymentDataWorkflow  # noqa: PLC0415 - loads the Temporal library

    client = await temporal_of(state)
    return [await handle.query(PaymentDataWorkflow.state) for handle in await _handles(client, session)]


async def _handles(client: "Client", session: str) -> "list[WorkflowHandle[PaymentDataWorkflow, PaymentDataResult]]":
    """The workflows of a session: one, unless customs asked for several orders under it."""
    from workflows.payment_data import PaymentDataWorkflow  # noqa: PLC0415 - loads the Temporal library

    if not _SESSION_ID.fullmatch(session):
        raise typer.BadParameter(f"{session!r} is no sessionID: up to 36 letters, digits, points and hyphens")
    query = f"WorkflowType = 'PaymentData' AND WorkflowId STARTS_WITH 'payment-data/{session}/'"
    found = [one.id async for one in client.list_workflows(query)]
    if not found:
        raise StackError(f"customs asked nothing under the session {session}: see `sandan payment-data list`")
    return [client.get_workflow_handle_for(PaymentDataWorkflow.run, one) for one in found]


def _resolve(
    session: _Session,
    *,
    case: Annotated[str, typer.Option(help="What the question waits with, as `payment-data show` says.")],
    resolution: Annotated[PaymentDataResolution, typer.Option(help="What is decided.")],
    who: Annotated[str, typer.Option(help="Who decides; kept in the history.")],
    why: Annotated[str, typer.Option(help="Why; kept in the history.")],
    ebp_code: Annotated[str | None, typer.Option(help="Whose order it is, where several platforms have it.")] = None,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Decide a case that needs a person."""
    request = ResolvePaymentData(case=case, resolution=resolution, who=who, why=why, ebp_code=ebp_code)
    for text in asyncio.run(_resolved(place(name, in_aws=aws), session, request)):
        typer.echo(f"{session}: {text}")


async def _resolved(state: Place, session: str, request: ResolvePaymentData) -> list[str]:
    from workflows.payment_data import PaymentDataWorkflow  # noqa: PLC0415 - loads the Temporal library

    handles = await _handles(await temporal_of(state), session)
    gone = f"{session} has ended: see `sandan payment-data show`"
    updates = (handle.execute_update(PaymentDataWorkflow.resolve, request) for handle in handles)
    return [(await answered(session, gone, update)).en for update in updates]
