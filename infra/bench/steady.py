"""`sandan bench steady`: orders at a steady pace, and how long our own part of each stage takes."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import httpx

from events.values import Value
from infra.bench.lives import ANSWERING_AT_ONCE, deliver, plain_orders
from infra.bench.measure import REPEATS, Spread, Target
from infra.bench.own_time import DOOR, STAGES, own_times
from infra.bench.processes import spent
from infra.demo.hands import Stagehands
from infra.demo.player import Player
from infra.demo.report import percentile
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import decrypted_life

MINUTES, RATE = 10.0, 5.6
LIMIT = 1.0
_STACK, _SEED = "bench", 65
_BEHIND_SECONDS = 30
_DRAIN_SECONDS = 60
_WARM_UP = 10
_EVERY_SECONDS = 10


class StageTime(Value):
    """Seconds of our own time in one stage: the median, the 99th percentile, the longest, of so many.

    `p99_in_parts` are the 99th percentiles of the five parts of the run, one after the other.
    """

    stage: str
    count: int
    p50: float
    p99: float
    longest: float
    p99_in_parts: Spread


class SteadyRun(Value):
    """Orders at one pace. `delivered` of those `sent` came through.

    `fell_behind` says after how many seconds we gave up, because more than half a minute's orders were under way.
    `backlog` is how many were under way, every ten seconds; `processor` is seconds per delivered order by process.
    """

    rate: float
    seconds: float
    sent: int
    delivered: int
    fell_behind: float | None
    stages: list[StageTime]
    backlog: list[int]
    processor: dict[str, float]

    @property
    def worst(self) -> StageTime:
        """The stage with the longest 99th percentile."""
        return max(self.stages, key=lambda stage: stage.p99_in_parts.median)


class SteadyBench(Value):
    """One run at the pace that was asked for and, where that was too much, one at half of it."""

    full: SteadyRun
    half: SteadyRun | None
    targets: tuple[Target, ...]


def run(minutes: float = MINUTES, rate: float = RATE) -> SteadyBench:
    """Measure. Raises BenchError, StackError; an order that does not come through is counted, not raised."""
    full = _at(rate, minutes)
    missed = full.fell_behind is not None or full.worst.p99_in_parts.median >= LIMIT
    half = _at(rate / 2, min(minutes, 2)) if missed else None
    kept_pace = Spread.of([full.delivered / full.sent])
    worst = full.worst
    return SteadyBench(
        full=full,
        half=half,
        targets=(
            Target(
                name="steady",
                reading=f"99th percentile of our own time in the slowest stage ({worst.stage}) at {rate} orders/s",
                value=worst.p99_in_parts,
                unit="s",
                sense="at most",
                limit=LIMIT,
            ),
            Target(
                name="steady-pace",
                reading=f"orders that came through at {rate} orders/s",
                value=kept_pace,
                unit="ratio",
                sense="at least",
                limit=1.0,
            ),
        ),
    )


def _at(rate: float, minutes: float) -> SteadyRun:
    with Stack(_STACK, environment=ANSWERING_AT_ONCE) as stack, functions_on(stack.state):
        return asyncio.run(_Pace(stack.state, rate, minutes * 60).run())


class _Pace:
    """One run: an order every 1/`rate` seconds for so many `seconds`."""

    def __init__(self, state: StackState, rate: float, seconds: float) -> None:
        self._state, self._rate, self._seconds = state, rate, seconds
        self._sent: list[GeneratedOrder] = []
        self._delivered: list[GeneratedOrder] = []
        self._backlog: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> SteadyRun:
        async with on_stage(self._state) as hands:
            await deliver(hands, plain_orders(_WARM_UP, _SEED))
            door = _Door(hands.gateway)
            before, started = spent(self._state.pids), time.monotonic()
            fell_behind = await self._send(replace(hands, gateway=door))
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_DRAIN_SECONDS)
            seconds, used = time.monotonic() - started, spent(self._state.pids) - before
            for task in self._tasks:
                task.cancel()
            times = await self._times(hands)
        times[DOOR] = door.seconds
        return SteadyRun(
            rate=self._rate,
            seconds=round(seconds, 1),
            sent=len(self._sent),
            delivered=len(self._delivered),
            fell_behind=fell_behind,
            stages=[_stage_time(stage, times[stage]) for stage in STAGES if times[stage]],
            backlog=self._backlog,
            processor={name: round(value / max(1, len(self._delivered)), 4) for name, value in used.items()},
        )

    async def _send(self, hands: Stagehands) -> float | None:
        """Send at the pace; the seconds after which too much was under way, if that came."""
        started = time.monotonic()
        for number in range(max(1, round(self._seconds * self._rate))):
            due = started + number / self._rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            (order,) = plain_orders(1, _SEED, _WARM_UP + number)
            self._sent.append(order)
            task = asyncio.create_task(self._live(hands, order))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            if number % round(_EVERY_SECONDS * self._rate) == 0:
                self._backlog.append(len(self._tasks))
            if len(self._tasks) > _BEHIND_SECONDS * self._rate:
                return round(time.monotonic() - started, 1)
        return None

    async def _live(self, hands: Stagehands, order: GeneratedOrder) -> None:
        if await Player(hands, order).deliver() is None:
            self._delivered.append(order)

    async def _times(self, hands: Stagehands) -> dict[str, list[float]]:
        """The own times of the orders that came through, in that order."""
        times = defaultdict(list)
        for order in self._delivered:
            first_run, *_ = await decrypted_life(hands.temporal, order.key.workflow_id)
            for stage, seconds in own_times(first_run.events):
                times[stage].append(seconds)
        return times


def _stage_time(stage: str, seconds: Sequence[float]) -> StageTime:
    bounds = [len(seconds) * part // REPEATS for part in range(REPEATS + 1)]
    parts = [seconds[first:last] for first, last in pairwise(bounds) if last > first]
    return StageTime(
        stage=stage,
        count=len(seconds),
        p50=round(percentile(seconds, 50), 3),
        p99=round(percentile(seconds, 99), 3),
        longest=round(max(seconds), 3),
        p99_in_parts=Spread.of([percentile(part, 99) for part in parts]),
    )


class _Door(GatewayClient):
    """A partner's client that notes how long each answer takes."""

    def __init__(self, inner: GatewayClient) -> None:
        self._inner = inner
        self.seconds: list[float] = []

    async def post(self, partner: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        """As the client does."""
        started = time.monotonic()
        answer = await self._inner.post(partner, path, body, content_type)
        self.seconds.append(time.monotonic() - started)
        return answer
