"""What the players of a demonstration work with."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from botocore.exceptions import BotoCoreError, ClientError
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from events.life import LifeLimits
from functions.ledger.account_models import GuaranteeRequest, OpenGuaranteeRequest
from functions.ledger.handler import guarantee, open_guarantee
from functions.payloads.keys import PayloadKeyError
from infra.demo.subscriber import Subscriber
from infra.gateway_client import GatewayClient

WHO = "demo"
PATIENCE_SECONDS = 90.0
_POLL_SECONDS = 0.3
_AWAY = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.FAILED_PRECONDITION,  # a query while no worker polls
}
"""What Temporal answers while it, or the worker that it asks, is away."""
_Answer = TypeVar("_Answer")


class PlayError(RuntimeError):
    """A party got an answer that its story does not know."""


@dataclass(frozen=True)
class Stagehands:
    """The ways into the stack; guarantees are raised one after the other. `patience`: how long anything may take."""

    gateway: GatewayClient
    sandbox: httpx.AsyncClient
    temporal: Client
    subscriber: Subscriber
    limits: LifeLimits
    patience: float = PATIENCE_SECONDS
    raising: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def again(self) -> AsyncIterator[None]:
        """Again and again, until patience ends."""
        async for _ in _again(self.patience):
            yield

    async def asked(self, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """What Temporal answers, asked again while it or the worker is away: ask for nothing that may not be twice."""
        return await patiently(ask, self.patience)

    async def raise_guarantee(self, code: str, amount: Decimal) -> None:
        """A guarantor gives so much more than before."""
        async with self.raising:
            there = await self._stored(lambda: guarantee(GuaranteeRequest(guarantor=code)))
            whole = OpenGuaranteeRequest(guarantor=code, amount=(there.amount or Decimal(0)) + amount)
            found = await self._stored(lambda: open_guarantee(whole))
        if found.findings:
            raise PlayError(found.findings[0].message.en)

    async def forward(self, handle: WorkflowHandle[Any, Any], duration: timedelta) -> None:
        """Let a workflow's own clock run on by so much, once there is such a workflow, whatever interrupts it."""
        skipper = TimeSkipper(self.temporal)
        until = None
        async for _ in self.again():
            try:
                now = await self.asked(lambda: skipper.get_current_time(handle))
                until = until or now + duration
                if now < until:
                    await skipper.fast_forward(handle, until - now)
                return
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND and error.status not in _AWAY:
                    raise
        raise PlayError(f"{handle.id}: there is no such workflow, or its clock does not run on")

    async def _stored(self, ask: Callable[[], _Answer]) -> _Answer:
        """What a function of our own answers, asked again while its table is away."""
        async for _ in self.again():
            try:
                return await asyncio.to_thread(ask)
            except (BotoCoreError, ClientError):
                continue
        raise PlayError("the tables stay away")


async def patiently(ask: Callable[[], Awaitable[_Answer]], patience: float = PATIENCE_SECONDS) -> _Answer:
    """What Temporal answers, asked again while it, the worker or the payload keys are away.

    The last RPCError or PayloadKeyError when patience ends.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return await ask()
        except (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, PayloadKeyError) as error:
            is_away = not isinstance(error, RPCError) or error.status in _AWAY
            if not is_away or time.monotonic() > deadline:
                raise
        await asyncio.sleep(_POLL_SECONDS)


async def _again(patience: float) -> AsyncIterator[None]:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        yield
        await asyncio.sleep(_POLL_SECONDS)
