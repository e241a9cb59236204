"""A running stack as the players of made-up orders need it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from events.values import utc_now
from functions.policy.rules import life_limits
from functions.settings import Settings
from infra.aws import StackClients
from infra.demo.hands import PATIENCE_SECONDS, Stagehands
from infra.demo.subscriber import Subscriber
from infra.gateway_client import GatewayClient
from infra.http_in_threads import CONNECTIONS, client_in_threads
from infra.stack.state import StackState
from infra.temporal import connect_to

Door = Callable[[str, dict[str, bytes], int], GatewayClient]
"""Makes the parties' client of the gateway, from its address, their keys and a number of connections."""


@asynccontextmanager
async def on_stage(
    state: StackState,
    door: Door = GatewayClient,
    connections: int = CONNECTIONS,
    patience: float = PATIENCE_SECONDS,
) -> AsyncIterator[Stagehands]:
    """The ways into the stack, open as long as the context is."""
    temporal = await connect_to(state)
    async with (
        Subscriber(StackClients(state.aws_endpoint), Settings()) as subscriber,
        door(state.gateway_url, state.partner_keys, connections) as gateway,
        client_in_threads(state.sandbox_url) as sandbox,
    ):
        yield Stagehands(gateway, sandbox, temporal, subscriber, life_limits(utc_now().date()), patience)
