"""`sandan retention`: how long the data of orders are kept, who holds them longer, and the end of their keys."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from events.values import utc_now
from infra.cli.counted import counted
from infra.cli.order_updates import Order, Who, Why
from infra.cli.retention_orders import Due, Limit, On, Person, found, functions_of, moment
from infra.cli.retention_shred import shred, verify
from infra.cli.running import AsJson, InAws, StackName, china_time, order_key
from infra.stack.errors import StackError
from infra.stack.state import DEFAULT_NAME

if TYPE_CHECKING:
    from functions.retention.models import Held, HoldRequest, OrderRetention

_ORDER = "3207SDPT01/LYG9610-7-000001-REL"
_OneOrder = Annotated[str | None, typer.Argument(metavar="[ORDER]", help="ebpCode/orderNo.")]
_Matter = Annotated[str, typer.Option(help="The case or inquiry that it is for; one hold for each.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    retention = typer.Typer(no_args_is_help=True, help="Terms, legal holds and the shredding of orders' data.")
    retention.command("list", epilog="Example:\n\n    sandan retention list --due --on 2029-11-28")(_list)
    retention.command("show", epilog=f"Example:\n\n    sandan retention show {_ORDER}")(_show)
    retention.command(
        "hold",
        epilog=f"Example:\n\n    sandan retention hold {_ORDER} --matter 'case 7' --who counsel --why 'a claim'",
    )(_hold)
    retention.command(
        "release",
        epilog=f"Example:\n\n    sandan retention release {_ORDER} --matter 'case 7' --who counsel --why settled",
    )(_release)
    retention.command(
        "shred",
        epilog=f"Example:\n\n    sandan retention shred {_ORDER} --who op-1 --why 'its time is over'\n\n"
        "It cannot be undone. Exit code 0: all were shredded, now or before; 1: some were refused.",
    )(shred)
    retention.command(
        "verify",
        epilog=f"Example:\n\n    sandan retention verify {_ORDER}\n\nExit code 0: it holds; 1: something does not; "
        "2: it could not look.",
    )(verify)
    app.add_typer(retention, name="retention")


def _list(
    *,
    person: Person = None,
    due: Due = False,
    on: On = None,
    limit: Limit = 100,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Orders that have ended or are held, with the day from which their keys may be destroyed."""
    orders, more = found(person, moment(on), limit, due=due, name=name, in_aws=aws)
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in orders], ensure_ascii=False, indent=2))
        return
    for one in orders:
        typer.echo(f"{one.key}  {_standing(one)}")
    typer.echo(f"{counted(len(orders), 'order')}{', and more' if more else ''}", err=True)


def _show(
    order: Order,
    *,
    on: On = None,
    as_json: AsJson = False,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """An order's terms with their rules, its holds, its record, and what stands against its shredding."""
    from functions.retention.handler import show  # noqa: PLC0415 - loads boto3
    from functions.retention.models import OrderRequest  # noqa: PLC0415 - the same

    with functions_of(name, in_aws=aws):
        seen = show(OrderRequest(key=order_key(order), at=moment(on)))
    if as_json:
        typer.echo(seen.model_dump_json(indent=2))
        return
    typer.echo(f"{seen.key}  {_standing(seen)}")
    for term in seen.terms:
        typer.echo(f"  {term.topic}: {term.years} years, free from {term.free_from}  [{term.row}: {term.basis}]")
    for refusal in seen.refusals:
        typer.echo(f"  against it: {refusal.text.en}")
    for entry in seen.record:
        matter = f" for {entry.matter}" if entry.matter else ""
        typer.echo(f"  {china_time(entry.at)}  {entry.what}{matter}  {entry.who}: {entry.why}")


def _hold(
    order: _OneOrder = None,
    *,
    matter: _Matter,
    who: Who,
    why: Why,
    person: Person = None,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """Keep the data of an order, or of all orders of a person, beyond their terms. Name nobody in --why."""
    from functions.retention.handler import hold  # noqa: PLC0415 - loads boto3

    request = _about(order, person, matter, who, why)
    with functions_of(name, in_aws=aws):
        _tell_holds(order or person, hold(request))


def _release(
    order: _OneOrder = None,
    *,
    matter: _Matter,
    who: Who,
    why: Why,
    person: Person = None,
    aws: InAws = False,
    name: StackName = DEFAULT_NAME,
) -> None:
    """End the hold of a matter. Other matters, and the terms, go on; a matter that never held it is refused."""
    from functions.retention.handler import release  # noqa: PLC0415 - loads boto3

    request = _about(order, person, matter, who, why)
    with functions_of(name, in_aws=aws):
        _tell_holds(order or person, release(request))


def _about(order: str | None, person: str | None, matter: str, who: str, why: str) -> "HoldRequest":
    from pydantic import ValidationError  # noqa: PLC0415 - not every command needs the models

    from functions.retention.models import HoldRequest  # noqa: PLC0415 - the same

    if bool(order) == bool(person):
        raise typer.BadParameter("say what is held: an order, or --person")
    key = order_key(order) if order else None
    try:
        return HoldRequest(key=key, person=person, matter=matter, who=who, why=why, at=utc_now())
    except ValidationError as error:
        wrong = ", ".join(f"--{one['loc'][0]}: {one['msg']}" for one in error.errors(include_input=False))
        raise typer.BadParameter(wrong) from None


def _tell_holds(what: str | None, held: "Held") -> None:
    if held.refused:
        raise StackError(f"{what}: {held.refused.text.en}")
    typer.echo(f"{what}  {'held for ' + ', '.join(held.holds) if held.holds else 'not held'}")


def _standing(one: "OrderRetention") -> str:
    if one.shredded_at:
        return f"shredded {china_time(one.shredded_at)}" + ("" if one.cleaned_at else ", not cleared away: repeat it")
    held = f"  held for {', '.join(one.holds)}" if one.holds else ""
    if not one.terms:
        return f"{one.refusals[0].text.en}{held}"
    return f"free from {max(term.free_from for term in one.terms)}{held}"
