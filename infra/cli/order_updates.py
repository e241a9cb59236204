"""What commands need to send an order an update: whose order, who decides and why, and its answer or refusal."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer

from events.values import OrderKey
from infra.cli.running import temporal_of
from infra.stack.errors import StackError
from infra.stack.state import StackState

Answer = TypeVar("Answer")
Order = Annotated[str, typer.Argument(metavar="ORDER", help="ebpCode/orderNo.")]
Who = Annotated[str, typer.Option(help="Who decides; kept on record.")]
Why = Annotated[str, typer.Option(help="Why; kept on record.")]


async def updated(state: StackState, key: OrderKey, act: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """The answer to an update that `act` sends. Raises StackError in the words of the order when it is refused."""
    from temporalio.client import WorkflowUpdateFailedError  # noqa: PLC0415 - loads the Temporal library
    from temporalio.service import RPCError, RPCStatusCode  # noqa: PLC0415 - the same

    from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - the same

    client = await temporal_of(state)
    try:
        return await act(client.get_workflow_handle_for(ImportOrderWorkflow.run, key.workflow_id))
    except WorkflowUpdateFailedError as error:
        raise StackError(f"order {key}: refused: {getattr(error.cause, 'message', error.cause)}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise StackError(f"order {key} is not known, or its life has ended: see `sandan order show`") from None
        raise StackError(f"order {key}: Temporal: {error.message}") from None
