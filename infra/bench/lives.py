"""Plain import orders through a whole stack, as many at once as keep the machine busy."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from infra.demo.hands import Stagehands
from infra.demo.month_end import pay_tax
from infra.demo.player import Played, Player
from infra.generate.orders import GeneratedOrder, generated
from infra.generate.scenarios import Mode, Scenario

AT_ONCE = 32
ANSWERING_AT_ONCE = {"SANDAN_SANDBOX_DELAY": "0,0", "SANDAN_SANDBOX_SAMPLE": "0"}
"""The sandbox answers without a pause, and customs asks nobody for payment data."""


Work = Callable[[], Awaitable[None]]


class BenchError(RuntimeError):
    """Something did not go as it must go to be measured; the message says what."""


def plain_orders(count: int, seed: int, first: int = 0) -> list[GeneratedOrder]:
    """Orders without exceptions, half of each mode; `first` is the index of the first one."""
    modes = tuple(Mode)
    indexes = range(first, first + count)
    return [generated(seed, index, modes[index % len(modes)], Scenario.RELEASE) for index in indexes]


async def live_whole_lives(hands: Stagehands, orders: Sequence[GeneratedOrder], most: int = AT_ONCE) -> float:
    """From the first document until the last order is closed, its tax paid; the seconds that took.

    At most `most` are under way at once. Raises BenchError when an order does not end so.
    """
    players = [Player(hands, order) for order in orders]
    started = time.monotonic()
    await at_once(most, [player.live for player in players])
    await pay_tax(hands)
    played: list[Played] = []

    def end(player: Player) -> Work:
        async def run() -> None:
            played.append(await player.end())

        return run

    await at_once(most, [end(player) for player in players])
    seconds = time.monotonic() - started
    require_right(played)
    return seconds


async def deliver(hands: Stagehands, orders: Sequence[GeneratedOrder]) -> float:
    """From the first document until every parcel is signed for; the orders stay open. The seconds that took.

    Raises BenchError when an order does not come so far.
    """

    def one(player: Player) -> Work:
        async def run() -> None:
            if error := await player.deliver():
                raise BenchError(error)

        return run

    started = time.monotonic()
    await at_once(AT_ONCE, [one(Player(hands, order)) for order in orders])
    return time.monotonic() - started


def require_right(played: Sequence[Played]) -> None:
    """Raises BenchError with the first order that did not end as told."""
    for one in played:
        if one.error or one.final is not one.order.scenario.expected:
            raise BenchError(f"{one.order.key}: ended as {one.final}: {one.error}")


async def at_once(most: int, works: Sequence[Work]) -> None:
    """Do all of the work, so many pieces at once; the first fault is raised."""
    places = asyncio.Semaphore(most)

    async def one(work: Work) -> None:
        async with places:
            await work()

    await asyncio.gather(*(one(work) for work in works))
