"""What commands need to send an order an update: whose order, who decides and why, and its answer or refusal."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from events.values import OrderKey
from infra.cli.running import Answer, Place, answered, temporal_of

Order = Annotated[str, typer.Argument(metavar="ORDER", help="ebpCode/orderNo.")]
Who = Annotated[str, typer.Option(help="Who decides; kept on record.")]
Why = Annotated[str, typer.Option(help="Why; kept on record.")]


async def updated(state: Place, key: OrderKey, act: Callable[[Any], Awaitable[Answer]]) -> Answer:
    """The answer to an update that `act` sends. Raises StackError in the words of the order when it is refused."""
    from workflows.import_order import ImportOrderWorkflow  # noqa: PLC0415 - loads the Temporal library

    client = await temporal_of(state)
    gone = f"order {key} is not known, or its life has ended: see `sandan order show`"
    update = act(client.get_workflow_handle_for(ImportOrderWorkflow.run, key.workflow_id))
    return await answered(f"order {key}", gone, update)
