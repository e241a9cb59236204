"""Nothing in a demonstration waits without an end, and what was waited for is told."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from events.life import Stage
from events.tax_payment import TaxPaymentRunResult, TaxPaymentRunStart
from functions.payloads.keys import PayloadKeyError
from functions.settings import Settings
from infra.demo.demo import while_watched
from infra.demo.hands import PlayError
from infra.demo.month_end import pay_tax
from infra.demo.player import Player
from infra.demo.subscriber import Subscriber
from infra.generate.orders import generate
from infra.generate.scenarios import Scenario
from infra.stack.errors import StackError
from tests.infra.demo.stage import stagehands

AS_OF = "2026-12-30T00:00:00+08:00"


async def test_what_does_not_come_is_named() -> None:
    with pytest.raises(PlayError, match=r"^waited 0 s for LYG-1: its end$"):
        await stagehands().asked(asyncio.Event().wait, "LYG-1: its end")


async def test_an_update_that_is_left_is_named_as_well() -> None:
    """The client of Temporal makes another error of the cancellation."""

    async def update() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as left:
            raise WorkflowUpdateRPCTimeoutOrCancelledError from left

    async with asyncio.timeout(5):
        with pytest.raises(PlayError, match="for LYG-1: its answer"):
            await stagehands().asked(update, "LYG-1: its answer")


async def test_an_update_that_is_cancelled_is_not_asked_for_again() -> None:
    """The demonstration ends because a process has died: nothing may swallow that."""
    asked = asyncio.Event()
    times = 0

    async def update() -> None:
        nonlocal times
        times += 1
        asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as left:
            raise WorkflowUpdateRPCTimeoutOrCancelledError from left

    asking = asyncio.create_task(stagehands(patience=60).asked(update, "its answer"))
    await asked.wait()
    asking.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert times == 1


_FAULTS = [
    RPCError("no connection", RPCStatusCode.UNAVAILABLE, b""),
    RPCError("no poller", RPCStatusCode.FAILED_PRECONDITION, b""),
    WorkflowUpdateRPCTimeoutOrCancelledError(),
    PayloadKeyError("the payload keys cannot be read"),
    EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
]


@pytest.mark.parametrize("fault", _FAULTS, ids=lambda fault: type(fault).__name__)
async def test_what_is_away_is_asked_again(fault: Exception) -> None:
    """Temporal, the worker, the keys of payloads, a table."""
    faults = iter([fault, fault])

    async def ask() -> str:
        for one in faults:
            raise one
        return "the answer"

    assert await stagehands(patience=5).asked(ask, "its answer") == "the answer"


async def test_what_stays_away_is_told_with_the_last_fault() -> None:
    async def ask() -> None:
        raise RPCError("no connection", RPCStatusCode.UNAVAILABLE, b"")

    with pytest.raises(PlayError, match="for LYG-1: its answer; the last fault: RPCError no connection"):
        await stagehands().asked(ask, "LYG-1: its answer")


async def test_a_refusal_is_not_asked_again() -> None:
    times = 0

    async def ask() -> None:
        nonlocal times
        times += 1
        raise RPCError("no such workflow", RPCStatusCode.NOT_FOUND, b"")

    with pytest.raises(RPCError, match="no such workflow"):
        await stagehands(patience=5).asked(ask, "its answer")
    assert times == 1


async def test_what_the_one_who_watches_raises_ends_the_play() -> None:
    """A worker that died, for instance: without it everything would wait until its patience ends."""
    ended = asyncio.Event()

    async def playing() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def watching() -> None:
        raise StackError("worker ended with signal SIGKILL")

    async with asyncio.timeout(5):
        with pytest.raises(StackError, match="worker ended"):
            await while_watched(playing(), watching())
    assert ended.is_set()


async def test_the_play_ends_the_watch() -> None:
    async def playing() -> str:
        return "played"

    async with asyncio.timeout(5):
        assert await while_watched(playing(), asyncio.sleep(60)) == "played"


class Never:
    """A Temporal whose runs of payments do not come to an end."""

    async def execute_workflow(self, *_: object, **__: object) -> None:
        """Wait."""
        await asyncio.Event().wait()


class UnderWay:
    """A Temporal whose run ends before a guarantor's payment does."""

    async def execute_workflow(self, _: str, start: TaxPaymentRunStart, **__: object) -> TaxPaymentRunResult:
        """After its patience, which is shorter than the demonstration's."""
        assert timedelta() < start.patience < timedelta(seconds=stagehands().patience)
        return TaxPaymentRunResult.model_validate({"as_of": AS_OF, "guarantors": [], "under_way": ["G1"], "failed": []})


@pytest.mark.parametrize(
    ("temporal", "told"), [(Never(), "what is due, and its payment"), (UnderWay(), "the tax payment of G1 is still")]
)
async def test_a_payment_of_tax_that_does_not_end_is_told(temporal: Any, told: str) -> None:
    with pytest.raises(PlayError, match=told):
        await pay_tax(stagehands(temporal=temporal))


class Interrupted:
    """A Temporal that goes away while a run is under way, and still has it when it is back."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.starts: list[TaxPaymentRunStart] = []

    async def execute_workflow(
        self, workflow: str, start: TaxPaymentRunStart, *, id: str, **kept: object
    ) -> TaxPaymentRunResult:
        """The run begins, its result does not come."""
        assert kept["id_reuse_policy"] is WorkflowIDReusePolicy.REJECT_DUPLICATE
        self.starts.append(start)
        if id in self.runs:
            raise WorkflowAlreadyStartedError(id, workflow)
        self.runs.append(id)
        raise RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")

    def get_workflow_handle(self, workflow_id: str, **_: object) -> "Interrupted":
        """Of the run that there is."""
        assert self.runs == [workflow_id]
        return self

    async def result(self) -> TaxPaymentRunResult:
        """Nothing was due."""
        return TaxPaymentRunResult.model_validate({"as_of": AS_OF, "guarantors": [], "under_way": [], "failed": []})


async def test_a_run_of_payments_is_found_again_and_not_begun_twice() -> None:
    temporal = Interrupted()
    assert await pay_tax(stagehands(patience=5, temporal=temporal)) == []
    assert len(temporal.runs) == 1
    assert len(temporal.starts) == 2
    assert temporal.starts[0] == temporal.starts[1]


class Deaf:
    """AWS whose queue cannot be reached."""

    sqs = property(lambda self: self)

    def receive_message(self, **_: object) -> None:
        """Nothing answers."""
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


async def test_an_order_that_cannot_be_heard_of_says_why() -> None:
    """The subscriber goes on listening: a fault that passes is none."""
    subscriber = Subscriber(cast("Any", Deaf()), Settings())
    hands = stagehands(subscriber=subscriber)
    (order,) = generate(1, seed=3, scenarios=(Scenario.RELEASE,))
    following = asyncio.create_task(subscriber._follow())
    try:
        with pytest.raises(PlayError, match=r"for closed, it stands at None; its events cannot be heard: Endpoint"):
            await Player(hands, order)._until(Stage.CLOSED)
        assert not following.done()
    finally:
        following.cancel()


async def test_orders_that_wait_for_a_payment_that_failed_are_given_up_at_once() -> None:
    """Those that end otherwise are not: they are looked at as ever."""
    subscriber = Subscriber(cast("Any", Deaf()), Settings())
    hands = stagehands(subscriber=subscriber)
    closing, expiring = generate(2, seed=3, scenarios=(Scenario.RELEASE, Scenario.PAYMENT_MISSING))
    players = [Player(hands, closing), Player(hands, expiring)]
    for one in players:
        one.give_up("the tax payment of G1 is still under way")
    first, second = [await one.end() for one in players]
    assert (first.final, first.error) == (None, "the tax payment of G1 is still under way")
    assert second.error
    assert "for expired" in second.error


async def test_a_request_that_fails_says_of_which_order_and_where_to() -> None:
    """The sandbox is away: ReadError alone would tell nothing."""

    async def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("", request=request)

    subscriber = Subscriber(cast("Any", Deaf()), Settings())
    async with httpx.AsyncClient(transport=httpx.MockTransport(fail), base_url="http://sandbox") as sandbox:
        hands = stagehands(sandbox=sandbox, subscriber=subscriber)
        (order,) = generate(1, seed=3, scenarios=(Scenario.RELEASE,))
        player = Player(hands, order)
        async with player._watched():
            await player._send("411")
        played = await player.end()
    assert played.error == f"{order.key.order_no}: POST http://sandbox/payment/messages: ReadError "
