"""What commands need of a running stack: its door as a partner, its Temporal server."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from events.values import CHINA, OrderKey
from infra.gateway_client import GatewayClient
from infra.stack.errors import StackError, UnreachableError
from infra.stack.state import StackState, running_stack

if TYPE_CHECKING:
    from temporalio.client import Client

Answer = TypeVar("Answer")
StackName = Annotated[str, typer.Option("--name", help="Of the stack.")]
InAws = Annotated[bool, typer.Option("--aws", help="Of the AWS account of the environment, not of a local stack.")]
Place = StackState | None
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def gateway_of(state: StackState) -> GatewayClient:
    """A client of the stack's door that can speak as each of its partners."""
    return GatewayClient(state.gateway_url, state.partner_keys)


def place(name: str, *, in_aws: bool) -> Place:
    """The running stack of that name, or, as None, the deployment that the environment names. UnreachableError."""
    return None if in_aws else running_stack(name)


async def temporal_of(state: Place) -> "Client":
    """A client of the Temporal server there. Raises UnreachableError when it does not answer, or a setting is wrong."""
    # loads 0.5 s of library that not every command needs
    from functions.dispatch.connection import TemporalConnectionError, connect  # noqa: PLC0415
    from infra.temporal import connect_to  # noqa: PLC0415

    if state is not None:
        return await connect_to(state)
    try:
        return await connect()
    except TemporalConnectionError as error:
        raise UnreachableError(str(error)) from None


async def answered(subject: str, gone: str, update: Awaitable[Answer]) -> Answer:
    """The answer to an update of a workflow. Raises StackError in the words of who refused it, `gone` if nobody did;

    RPCError when Temporal does not answer.
    """
    from temporalio.client import WorkflowUpdateFailedError  # noqa: PLC0415 - loads the Temporal library
    from temporalio.service import RPCError  # noqa: PLC0415 - the same

    from functions.dispatch.connection import is_missing  # noqa: PLC0415 - the same

    try:
        return await update
    except WorkflowUpdateFailedError as error:
        raise StackError(f"{subject}: refused: {getattr(error.cause, 'message', error.cause)}") from None
    except RPCError as error:
        if is_missing(error):
            raise StackError(gone) from None
        raise


def china_time(at: datetime) -> str:
    """A moment as people in the pilot zone read it."""
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def order_key(text: str) -> OrderKey:
    """`ebpCode/orderNo` as a key. Raises typer.BadParameter for anything else."""
    ebp_code, slash, order_no = text.partition("/")
    if not slash or not ebp_code or not order_no:
        raise typer.BadParameter(
            f"{text!r} names no order: write ebpCode/orderNo, such as 3207SDPT01/LYG9610-7-000001-REL"
        )
    return OrderKey(ebp_code=ebp_code, order_no=order_no)
