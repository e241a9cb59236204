"""Nothing in a demonstration waits without an end, and what was waited for is told."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError

from events.life import Stage
from events.tax_payment import TaxPaymentRunResult, TaxPaymentRunStart
from functions.policy.rules import life_limits
from functions.settings import Settings
from infra.demo import hands as hands_module
from infra.demo import player
from infra.demo.demo import while_watched
from infra.demo.hands import PATIENCE_SECONDS, PlayError, Stagehands, within_patience
from infra.demo.month_end import pay_tax
from infra.demo.player import Player
from infra.demo.subscriber import Subscriber
from infra.generate.orders import generate
from infra.generate.scenarios import Scenario
from infra.stack.errors import StackError
from tests.functions.ledger.samples import TODAY

AS_OF = "2026-12-30T00:00:00+08:00"


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (hands_module, player):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)


async def test_what_does_not_come_is_named() -> None:
    with pytest.raises(PlayError, match="waited 0 s for LYG-1: its end"):
        await within_patience(asyncio.Event().wait(), "LYG-1: its end")


async def test_an_update_that_is_left_is_named_as_well() -> None:
    """The client of Temporal makes another error of the cancellation."""

    async def update() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as left:
            raise WorkflowUpdateRPCTimeoutOrCancelledError from left

    with pytest.raises(PlayError, match="for LYG-1: its answer"):
        await within_patience(update(), "LYG-1: its answer")


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
        assert start.patience < timedelta(seconds=PATIENCE_SECONDS)
        return TaxPaymentRunResult.model_validate({"as_of": AS_OF, "guarantors": [], "under_way": ["G1"], "failed": []})


@pytest.mark.parametrize(
    ("temporal", "told"), [(Never(), "what is due, and its payment"), (UnderWay(), "the tax payment of G1 is still")]
)
async def test_a_payment_of_tax_that_does_not_end_is_told(temporal: Any, told: str) -> None:
    with pytest.raises(PlayError, match=told):
        await pay_tax(temporal)


class Deaf:
    """AWS whose queue cannot be reached."""

    sqs = property(lambda self: self)

    def receive_message(self, **_: object) -> None:
        """Nothing answers."""
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


async def test_an_order_that_cannot_be_heard_of_says_why() -> None:
    """The subscriber goes on listening: a fault that passes is none."""
    subscriber = Subscriber(cast("Any", Deaf()), Settings())
    hands = Stagehands(cast("Any", None), cast("Any", None), cast("Any", None), subscriber, life_limits(TODAY))
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
    hands = Stagehands(cast("Any", None), cast("Any", None), cast("Any", None), subscriber, life_limits(TODAY))
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
        hands = Stagehands(cast("Any", None), sandbox, cast("Any", None), subscriber, life_limits(TODAY))
        (order,) = generate(1, seed=3, scenarios=(Scenario.RELEASE,))
        player = Player(hands, order)
        async with player._watched():
            await player._send("411")
        played = await player.end()
    assert played.error == f"{order.key.order_no}: POST http://sandbox/payment/messages: ReadError "
