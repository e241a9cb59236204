"""`sandan retention shred` and `verify`: the end of an order's key, and what can still be proved without it."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from events.values import OrderKey, utc_now
from infra.cli.counted import counted
from infra.cli.order_updates import Order, Who, Why
from infra.cli.retention_orders import Due, Limit, On, Person, found, functions_of, moment
from infra.cli.running import InAws, StackName, china_time, order_key, place, temporal_of
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from functions.retention.models import Checked, Shredded
    from infra.histories import KeptHistory

_Orders = Annotated[list[str] | None, typer.Argument(metavar="[ORDER]...", help="ebpCode/orderNo.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")]
_REFUSED, _BROKEN = 1, 1


def shred(
    orders: _Orders = None,
    *,
    who: Who,
    why: Why,
    person: Person = None,
    due: Due = False,
    dry_run: _DryRun = False,
    on: On = None,
    limit: Limit = 100,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Destroy the keys of orders for good: nobody can read their people any more, in no copy and no backup."""
    if on and not dry_run:
        raise typer.BadParameter("only a dry run looks at another day: say --dry-run as well", param_hint="--on")
    said = sum((bool(orders), bool(person), due))
    if not said:
        raise typer.BadParameter("say which: orders, or --person, or --due")
    if said > 1:
        raise typer.BadParameter("orders, --person and --due exclude each other: say one of them")
    if not who.strip() or not why.strip():
        raise typer.BadParameter("say who decides and why: --who and --why must not be empty")
    at, more = moment(on), False
    keys = [order_key(order) for order in orders or ()]
    if not orders:
        listed, more = found(person, at, limit, due=due, name=name, in_aws=aws)
        keys = [one.key for one in listed]
    answers = [_shredded(key, who, why, at, trial=dry_run, name=name, in_aws=aws) for key in keys]
    refused = sum(bool(answer.refusals) for answer in answers)
    done = "would be shredded" if dry_run else "shredded"
    more_told = ", and there are more: repeat it" if more else ""
    typer.echo(f"{counted(len(answers) - refused, 'order')} {done}, {refused} refused{more_told}", err=True)
    if refused:
        raise typer.Exit(_REFUSED)


def verify(order: Order, *, aws: InAws = False, name: StackName = DEFAULT_NAME) -> None:
    """Check what is kept of an order: its dossier, its history in Temporal, and the record of holds and shredding.

    All of it without its key, once that is destroyed; while it is there, the contents of the dossier as well.
    """
    from functions.retention.handler import check  # noqa: PLC0415 - loads boto3
    from functions.retention.models import CheckRequest  # noqa: PLC0415 - the same

    key = order_key(order)
    with functions_of(name, in_aws=aws):
        recorded = check(CheckRequest(key=key))
    history = _kept(key, name, in_aws=aws)
    if not (recorded.entries or recorded.head or recorded.problem or history):
        _require_known(key, name, in_aws=aws)
    with functions_of(name, in_aws=aws):
        problems = [recorded.problem, *_dossier(key, recorded.head)]
    typer.echo(f"record   {counted(recorded.entries, 'deed')}: {recorded.problem or 'whole'}")
    problems += _history(recorded, history)
    if recorded.shredded_at:
        typer.echo(f"shredded {china_time(recorded.shredded_at)}: nobody can read it")
    if any(problems):
        raise typer.Exit(_BROKEN)


def _require_known(key: OrderKey, name: str, *, in_aws: bool) -> None:
    """Of an order without record, dossier and history at least data that wait for it. Raises StackError."""
    from functions.retention.handler import show  # noqa: PLC0415 - loads boto3
    from functions.retention.models import OrderRequest, Reason  # noqa: PLC0415 - the same

    with functions_of(name, in_aws=in_aws):
        seen = show(OrderRequest(key=key, at=utc_now()))
    if any(refusal.reason is Reason.UNKNOWN for refusal in seen.refusals):
        raise StackError(
            f"nothing is known of order {key}: no record, no dossier, no key, no history in Temporal. Check its number"
        )


def _shredded(key: OrderKey, who: str, why: str, at: datetime, *, trial: bool, name: str, in_aws: bool) -> "Shredded":
    from functions.retention import handler  # noqa: PLC0415 - loads boto3
    from functions.retention.models import ShredRequest  # noqa: PLC0415 - the same

    trying = ShredRequest(key=key, who=who, why=why, at=at, trial=True)
    with functions_of(name, in_aws=in_aws):
        answer = handler.shred(trying)
    if not trial and not answer.refusals:
        kept = None if answer.again else _kept(key, name, in_aws=in_aws)
        doing = trying.model_copy(update={"trial": False, "history": kept.digest if kept else None})
        with functions_of(name, in_aws=in_aws):
            answer = handler.shred(doing)
    told = "would be shredded" if trial else "was shredded before" if answer.again else "shredded"
    typer.echo(f"{key}  {'refused' if answer.refusals else told}")
    for refusal in answer.refusals:
        typer.echo(f"  {refusal.text.en}")
    return answer


def _dossier(key: OrderKey, head: str | None) -> list[str]:
    from functions.dossier.handler import check  # noqa: PLC0415 - loads boto3
    from functions.dossier.models import CheckRequest  # noqa: PLC0415 - the same

    if head is None:
        typer.echo("dossier  none on record")
        return []
    try:
        checked = check(CheckRequest(key=key, head=head))
    except Exception as error:
        response = getattr(error, "response", {})
        if response.get("Error", {}).get("Code") != "NoSuchKey":
            raise
        typer.echo("dossier  missing in the archive")
        return ["missing"]
    read = "contents read and right" if checked.readable else "contents unreadable"
    typer.echo(f"dossier  {counted(checked.entries, 'link')}: {checked.problem or f'whole, {read}'}")
    return [checked.problem]


def _history(recorded: "Checked", kept: "KeptHistory | None") -> list[str]:
    if kept is None:
        typer.echo("history  Temporal keeps none (any more)")
        return []
    problems = list(kept.problems)
    if recorded.history and recorded.history != kept.digest:
        problems.append("it is not what it was when the key was destroyed")
    same = ", as it was when the key was destroyed" if recorded.history else ""
    counts = (
        f"{counted(kept.workflows, 'workflow')}, {counted(kept.events, 'event')}, {kept.encrypted} encrypted payloads"
    )
    typer.echo(f"history  {counts}: {'; '.join(problems) or f'whole{same}'}")
    return problems


def _kept(key: OrderKey, name: str, *, in_aws: bool) -> "KeptHistory | None":
    from infra.histories import kept_history  # noqa: PLC0415 - loads the Temporal library

    async def read() -> "KeptHistory | None":
        return await kept_history(await temporal_of(place(name, in_aws=in_aws)), key)

    return asyncio.run(read())
