"""`sandan submit`: documents from files through the gateway, and what becomes of their orders."""

import asyncio
import json
import time
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from events.life import OrderView, Stage
from events.values import OrderKey
from infra.cli.running import AsJson, StackName, gateway_of
from infra.gateway_client import GatewayClient
from infra.generate.parties import OPERATOR_PARTNER
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME, StackState, running_stack
from infra.submitting import Submission, files_of, is_taken, prepare, send

_EXAMPLE = (
    "Example:\n\n    sandan submit orders/LYG9610-7-000001-REL --watch\n\nFiles are CEB XML, DxpMsg, the JSON of a "
    "message, or CloudEvents; of a folder all its .xml and .json files are sent, in the order of their names."
)
_RESTS = {Stage.DELIVERED, Stage.MISMATCHED, Stage.REJECTED, Stage.DETAINED}
_POLL_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("submit", epilog=_EXAMPLE)(_submit)


def _submit(
    paths: Annotated[list[Path], typer.Argument(metavar="FILES", help="Files and folders.")],
    *,
    partner: Annotated[str | None, typer.Option(help="Send as this partner, not as the one the code names.")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the orders until they end or wait for someone.")
    ] = False,
    patience: Annotated[float, typer.Option(min=1, help="Seconds to watch at the most.")] = 120,
    as_json: AsJson = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Send documents; exit code 0 only when every file was taken and every watched order came to rest."""
    state = running_stack(name)
    submissions = [prepare(path, partner) for path in files_of(paths)]
    if unknown := {one.partner for one in submissions} - state.partner_keys.keys():
        raise StackError(f"the stack has no partner {', '.join(sorted(unknown))}: {', '.join(state.partner_keys)}")
    answers = asyncio.run(_send_all(state, submissions))
    if as_json:
        rows = [_row(one, answer) for one, answer in zip(submissions, answers, strict=True)]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for one, answer in zip(submissions, answers, strict=True):
            typer.echo(f"{one.path}  as {one.partner}  {_told(answer)}")
    rested = True
    if watch:
        keys = dict.fromkeys(key for one in submissions for key in one.keys)
        rested = asyncio.run(_watch(state, keys, patience))
    raise typer.Exit(0 if rested and all(map(is_taken, answers)) else 1)


async def _send_all(state: StackState, submissions: Iterable[Submission]) -> list[httpx.Response]:
    """One after the other, as they stand: a change must not overtake what it changes."""
    async with gateway_of(state) as gateway:
        return [await send(gateway, submission) for submission in submissions]


def _row(submission: Submission, answer: httpx.Response) -> dict[str, Any]:
    is_json = "json" in answer.headers.get("content-type", "")
    return {
        "file": str(submission.path),
        "partner": submission.partner,
        "status": answer.status_code,
        "taken": is_taken(answer),
        "answer": answer.json() if is_json else answer.text,
    }


def _told(answer: httpx.Response) -> str:
    return "taken" if is_taken(answer) else f"REFUSED (HTTP {answer.status_code}) {answer.text}"


async def _watch(state: StackState, keys: Iterable[OrderKey], patience: float) -> bool:
    """Print every stage once; False when an order had not come to rest in time."""
    shown: dict[OrderKey, int] = dict.fromkeys(keys, 0)
    waiting = set(shown)
    deadline = time.monotonic() + patience
    async with gateway_of(state) as gateway:
        while waiting and time.monotonic() < deadline:
            for key in sorted(waiting, key=str):
                view = await _view(gateway, key)
                if view is None:
                    continue
                for change in view.history[shown[key] :]:
                    typer.echo(f"{key}  {change.stage:18}  {change.reason.en}", err=True)
                shown[key] = len(view.history)
                if view.stage.is_final or view.stage in _RESTS or view.needs_human:
                    waiting.discard(key)
            await asyncio.sleep(_POLL_SECONDS)
    for key in sorted(waiting, key=str):
        typer.echo(f"{key}  still under way after {patience:.0f} s", err=True)
    return not waiting


async def _view(gateway: GatewayClient, key: OrderKey) -> OrderView | None:
    answer = await gateway.get(OPERATOR_PARTNER, f"/v1/orders/{key.ebp_code}/{key.order_no}")
    return OrderView.model_validate_json(answer.content) if answer.status_code == HTTPStatus.OK else None
