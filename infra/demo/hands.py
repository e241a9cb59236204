"""What the players of a demonstration work with."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
_FAULTS = (RPCError, WorkflowUpdateRPCTimeoutOrCancelledError, PayloadKeyError, BotoCoreError, ClientError)
"""What asking ends with while something is away; the last two: a table, be it that of the orders' keys."""
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
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            yield
            await asyncio.sleep(_POLL_SECONDS)

    async def asked(self, ask: Callable[[], Awaitable[_Answer]], what: str) -> _Answer:
        """The answer, asked for again while Temporal, the worker, a table or the payload keys are away.

        Ask for nothing that may not be twice. Raises PlayError that says `what` it was when patience ends, be it that
        no answer comes or none but faults.
        """
        fault: Exception | None = None
        try:
            async with asyncio.timeout(self.patience) as limit:
                while True:
                    try:
                        return await _uncovered(ask)
                    except _FAULTS as error:
                        if isinstance(error, RPCError) and error.status not in _AWAY:
                            raise
                        fault = error
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            if not limit.expired():
                raise
            last = f"; the last fault: {type(fault).__name__} {fault}".rstrip() if fault else ""
            raise PlayError(f"waited {self.patience:.0f} s for {what}{last}") from fault

    async def raise_guarantee(self, code: str, amount: Decimal) -> None:
        """A guarantor gives so much more than before."""
        what = f"the guarantee of {code} to be raised"
        async with self.raising:
            there = await self.asked(lambda: asyncio.to_thread(guarantee, GuaranteeRequest(guarantor=code)), what)
            whole = OpenGuaranteeRequest(guarantor=code, amount=(there.amount or Decimal(0)) + amount)
            found = await self.asked(lambda: asyncio.to_thread(open_guarantee, whole), what)
        if found.findings:
            raise PlayError(found.findings[0].message.en)

    async def forward(self, handle: WorkflowHandle[Any, Any], duration: timedelta) -> None:
        """Let a workflow's own clock run on by so much, once there is such a workflow, whatever interrupts it.

        It stands still while an activity runs.
        """
        skipper = TimeSkipper(self.temporal)
        until: datetime | None = None

        async def run_on() -> None:
            nonlocal until
            now = await skipper.get_current_time(handle)
            until = until or now + duration
            if now < until:
                await skipper.fast_forward(handle, until - now)

        async for _ in self.again():
            try:
                await self.asked(run_on, f"{handle.id}: its clock to run on by {duration}")
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
            else:
                return
        raise PlayError(f"{handle.id}: there is no such workflow")


async def _uncovered(ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """The answer; a cancellation stays one, of which the client of Temporal makes an error of its own in updates."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        return await ask()
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError from error
        raise
