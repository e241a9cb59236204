"""The demonstration: made-up orders through the whole stack, each checked against its scenario."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from events.tax_payment import TaxPayment
from functions.ledger.account_models import Verified
from functions.settings import Settings
from infra.actions import count_actions, count_transactions, workers_of
from infra.aws import StackClients
from infra.demo.hands import PATIENCE_SECONDS, PlayError, Stagehands
from infra.demo.month_end import check_books, pay_tax
from infra.demo.player import Played, Player
from infra.demo.report import DemoReport, OrderReport, mean_kinds
from infra.demo.stage import Door, on_stage
from infra.demo.subscriber import Subscriber
from infra.direct_calls import functions_on
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder
from infra.http_in_threads import CONNECTIONS
from infra.stack.state import StackState
from infra.temporal import life_of

Progress = Callable[[Subscriber, Sequence[Played]], None]
_PROGRESS_SECONDS = 0.25
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Conditions:
    """Under which the orders are played: how many at a time, over how many connections, with how much patience.

    `has_lived` is told of each order that waits for nothing but the end of the month, `month_ends` is called when all
    do.
    """

    at_once: int = 16
    connections: int = CONNECTIONS
    patience: float = PATIENCE_SECONDS
    door: Door = GatewayClient
    has_lived: Callable[[GeneratedOrder], None] = lambda _order: None
    month_ends: Callable[[], None] = lambda: None


_USUAL = Conditions()
_WITH_LAMBDAS = Conditions(at_once=4, connections=2)  # each request there is a process of its own


async def run_demo(
    state: StackState,
    orders: Sequence[GeneratedOrder],
    seed: int,
    progress: Progress,
    conditions: Conditions | None = None,
) -> DemoReport:
    """Play the orders, a few at a time; answers when every one has ended or been given up.

    What is due after the days for returns is paid when all orders wait for that. `progress` is called several times a
    second; what it raises ends the demonstration.
    """
    usual = _WITH_LAMBDAS if state.lambdas else _USUAL
    with functions_on(state):
        return await _run(state, orders, seed, progress, conditions or usual)


async def _run(
    state: StackState,
    orders: Sequence[GeneratedOrder],
    seed: int,
    progress: Progress,
    conditions: Conditions,
) -> DemoReport:
    started = time.monotonic()
    played: list[Played] = []
    async with on_stage(state, conditions.door, conditions.connections, conditions.patience) as hands:
        playing = _play(hands, orders, conditions, played)
        payments = await while_watched(playing, _watch(progress, hands.subscriber, played))
        progress(hands.subscriber, played)
    seconds = time.monotonic() - started
    books = await asyncio.to_thread(check_books)
    dead_letters = _dead_letters(StackClients(state.aws_endpoint))
    return await _report(hands.temporal, played, _Run(seed, seconds, dead_letters, payments, books))


async def while_watched(playing: Coroutine[Any, Any, _Answer], watching: Coroutine[Any, Any, None]) -> _Answer:
    """The answer of what is played; whatever the one who watches raises ends it."""
    player, watcher = asyncio.create_task(playing), asyncio.create_task(watching)
    try:
        await asyncio.wait((player, watcher), return_when=asyncio.FIRST_COMPLETED)
        if watcher.done():
            watcher.result()
        return await player
    finally:
        for task in (player, watcher):
            task.cancel()
        await asyncio.gather(player, watcher, return_exceptions=True)


async def _play(
    hands: Stagehands, orders: Sequence[GeneratedOrder], conditions: Conditions, played: list[Played]
) -> Sequence[TaxPayment]:
    """All lives, the payment of their tax, all ends; the payments."""
    players = [Player(hands, order) for order in orders]
    places = asyncio.Semaphore(conditions.at_once)

    async def live(order: GeneratedOrder, player: Player) -> None:
        async with places:
            await player.live()
        conditions.has_lived(order)

    async def end(player: Player) -> None:
        async with places:
            played.append(await player.end())

    await asyncio.gather(*(live(order, player) for order, player in zip(orders, players, strict=True)))
    conditions.month_ends()
    payments = await _end_of_month(hands, players)
    await asyncio.gather(*(end(player) for player in players))
    return payments


async def _end_of_month(hands: Stagehands, players: Sequence[Player]) -> Sequence[TaxPayment]:
    """The payments of the month; what they fail of is said of every order that waits for one."""
    try:
        return await pay_tax(hands)
    except (PlayError, RPCError, WorkflowFailureError) as failure:
        for player in players:
            player.give_up(str(failure))
        return ()


@dataclass(frozen=True)
class _Run:
    """What the orders have in common."""

    seed: int
    seconds: float
    dead_letters: int
    payments: Sequence[TaxPayment]
    books: Verified


async def _watch(progress: Progress, subscriber: Subscriber, played: list[Played]) -> None:
    while True:
        progress(subscriber, played)
        await asyncio.sleep(_PROGRESS_SECONDS)


async def _report(temporal: Client, played: Sequence[Played], run: _Run) -> DemoReport:
    counted: dict[str, list[Counter[str]]] = defaultdict(list)
    workers: set[str] = set()
    reports = []
    for one in sorted(played, key=lambda played: played.order.key.order_no):
        runs = [run.events for run in await life_of(temporal, one.order.key.workflow_id)]
        actions = sum((count_actions(events) for events in runs), Counter())
        workers |= {worker for events in runs for worker in workers_of(events)}
        counted[one.order.scenario].append(actions)
        reports.append(
            OrderReport(
                orderNo=one.order.key.order_no,
                mode=one.order.mode,
                scenario=one.order.scenario,
                expectedStage=one.order.scenario.expected,
                finalStage=one.final,
                actions=actions.total(),
                transactions=sum(map(count_transactions, runs)),
                seconds=round(one.seconds, 3),
                error=one.error,
            )
        )
    return DemoReport(
        seed=run.seed,
        seconds=run.seconds,
        orders=reports,
        action_kinds=mean_kinds(counted),
        dead_letters=run.dead_letters,
        payments=list(run.payments),
        books=run.books,
        workers=sorted(workers),
    )


def _dead_letters(aws: StackClients) -> int:
    url = aws.sqs.get_queue_url(QueueName=Settings().documents_dead_letters)["QueueUrl"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])
