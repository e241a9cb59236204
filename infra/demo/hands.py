"""What the players of a demonstration work with."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import httpx
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from events.life import LifeLimits
from functions.ledger.account_models import GuaranteeRequest, OpenGuaranteeRequest
from functions.ledger.handler import guarantee, open_guarantee
from infra.demo.subscriber import Subscriber
from infra.gateway_client import GatewayClient

WHO = "demo"
PATIENCE_SECONDS = 90.0
_POLL_SECONDS = 0.3
_Answer = TypeVar("_Answer")


class PlayError(RuntimeError):
    """A party got an answer that its story does not know."""


@dataclass(frozen=True)
class Stagehands:
    """The ways into the stack; guarantees are raised one after the other."""

    gateway: GatewayClient
    sandbox: httpx.AsyncClient
    temporal: Client
    subscriber: Subscriber
    limits: LifeLimits
    raising: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def raise_guarantee(self, code: str, amount: Decimal) -> None:
        """A guarantor gives so much more than before."""
        async with self.raising:
            await asyncio.to_thread(_raise, code, amount)

    async def forward(self, handle: WorkflowHandle[Any, Any], duration: timedelta) -> None:
        """Let a workflow's own clock run on, once there is such a workflow; it stands still while an activity runs."""
        async for _ in patience():
            try:
                skipping = TimeSkipper(self.temporal).fast_forward(handle, duration)
                await within_patience(skipping, f"{handle.id}: its clock to run on by {duration}")
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            else:
                return
        raise PlayError(f"{handle.id}: there is no such workflow")


async def within_patience(awaited: Awaitable[_Answer], what: str) -> _Answer:
    """What is awaited, which nothing else bounds. Raises PlayError that says `what` it was when patience ends."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await awaited
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):  # the latter is how an update that is left ends
        raise PlayError(f"waited {PATIENCE_SECONDS:.0f} s for {what}") from None


async def patience() -> AsyncIterator[None]:
    """Again and again, until patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        await asyncio.sleep(_POLL_SECONDS)


def _raise(code: str, amount: Decimal) -> None:
    there = guarantee(GuaranteeRequest(guarantor=code)).amount or Decimal(0)
    found = open_guarantee(OpenGuaranteeRequest(guarantor=code, amount=there + amount))
    if found.findings:
        raise PlayError(found.findings[0].message.en)
