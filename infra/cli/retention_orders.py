"""What the commands of the retention share: where the functions are, which orders, as of when."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from events.values import CHINA, utc_now
from infra.cli.running import place
from infra.cli.told import day, mistakes_told

if TYPE_CHECKING:
    from functions.retention.models import OrderRetention

Person = Annotated[str | None, typer.Option(metavar="HASH", help="A buyer or payer, as `sandan quota hash` prints it.")]
Due = Annotated[bool, typer.Option("--due", help="Every order whose terms have ended and that nobody holds.")]
On = Annotated[str | None, typer.Option(metavar="DATE", help="As of that day (China), 2029-11-28; today by default.")]
Limit = Annotated[int, typer.Option(min=1, help="The most orders.")]


@contextmanager
def functions_of(name: str, *, in_aws: bool) -> Iterator[None]:
    """Within it the functions find the resources of a stack, or of the account that the environment names."""
    from infra.direct_calls import functions_on  # noqa: PLC0415 - loads boto3

    with functions_on(place(name, in_aws=in_aws)):
        yield


def moment(on: str | None) -> datetime:
    """The begin of a day in China, now by default."""
    if on is None:
        return utc_now()
    with mistakes_told("retention"):
        return datetime.combine(day(on, "--on"), time(), CHINA)


def found(
    person: str | None, at: datetime, limit: int, *, due: bool, name: str, in_aws: bool
) -> "tuple[list[OrderRetention], bool]":
    """The orders of a person, those that are due, or all; and whether there are more."""
    from pydantic import ValidationError  # noqa: PLC0415 - not every command needs the models

    from functions.retention.handler import list_orders  # noqa: PLC0415 - loads boto3
    from functions.retention.models import ListRequest  # noqa: PLC0415 - the same

    try:
        request = ListRequest(at=at, most=limit, person=person, due=due)
    except ValidationError:
        raise typer.BadParameter("is no keyed hash: sandan quota hash prints it", param_hint="--person") from None
    with functions_of(name, in_aws=in_aws):
        listed = list_orders(request)
    return listed.orders, listed.more
