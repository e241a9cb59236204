"""`sandan bench growth`: what an order costs when ten times as many are open."""

import asyncio
from collections import Counter
from statistics import mean, median

from events.values import Value
from infra.bench.lives import ANSWERING_AT_ONCE, deliver, plain_orders
from infra.bench.measure import REPEATS, Spread, Target
from infra.bench.processes import spent
from infra.demo.hands import Stagehands
from infra.demo.stage import on_stage
from infra.stack.stack import Stack
from infra.stack.state import StackState

BATCH, TIMES = 20, 10
LIMIT = 1.1
_STACK, _OTHER, _SEED = "bench", "bench-crowded", 64


class Cost(Value):
    """Seconds of processor time of one order from documents to delivered, while so many orders were open (mean)."""

    open_orders: float
    total: Spread
    processor: dict[str, float]


class GrowthBench(Value):
    """One run: batches of orders on a stack with few open orders and, in turn, on one with `times` as many.

    The ratio is taken batch by batch.
    """

    batch: int
    repeats: int
    times: int
    few: Cost
    many: Cost
    ratio: Spread
    targets: tuple[Target, ...]


def run(batch: int = BATCH, repeats: int = REPEATS, times: int = TIMES) -> GrowthBench:
    """Measure on two stacks in turn, batch by batch: orders that were delivered stay open, as they do for a month.

    Raises BenchError, StackError.
    """
    with Stack(_STACK, environment=ANSWERING_AT_ONCE) as one, Stack(_OTHER, environment=ANSWERING_AT_ONCE) as other:
        few, many = asyncio.run(_measure(one.state, other.state, batch, repeats, times))
    shares = [beyond / within for beyond, within in zip(_sums(many.spent), _sums(few.spent), strict=True)]
    ratio = Spread.of(shares)
    target = Target(
        name="growth",
        reading=f"processor time of an order with {times} times as many open",
        value=ratio,
        unit="ratio",
        sense="at most",
        limit=LIMIT,
    )
    return GrowthBench(
        batch=batch,
        repeats=repeats,
        times=times,
        few=few.cost(batch),
        many=many.cost(batch),
        ratio=ratio,
        targets=(target,),
    )


class _Batches:
    """Batches that were measured, each with how many orders were open in its middle."""

    def __init__(self) -> None:
        self.spent: list[Counter[str]] = []
        self.open_orders: list[float] = []

    def cost(self, batch: int) -> Cost:
        names = sorted({name for one in self.spent for name in one})
        return Cost(
            open_orders=mean(self.open_orders),
            total=Spread.of([total / batch for total in _sums(self.spent)], 4),
            processor={name: round(median(one[name] for one in self.spent) / batch, 4) for name in names},
        )


async def _measure(
    one: StackState, other: StackState, batch: int, repeats: int, times: int
) -> tuple[_Batches, _Batches]:
    few, many = _Batches(), _Batches()
    async with on_stage(one) as hands, on_stage(other) as other_hands:
        quiet, crowded = _Opened(one, hands), _Opened(other, other_hands)
        await quiet.more(batch)  # the first orders load what is loaded once
        middle = batch + batch * repeats / 2
        await crowded.more(max(batch, round(times * middle - batch * repeats / 2)))
        for number in range(repeats):
            turns = [(quiet, few), (crowded, many)]
            for opened, batches in turns[:: -1 if number % 2 else 1]:
                await opened.measured(batch, batches)
    return few, many


class _Opened:
    """How many orders are open, and more of them."""

    def __init__(self, state: StackState, hands: Stagehands) -> None:
        self._state, self._hands = state, hands
        self.count = 0

    async def more(self, orders: int) -> None:
        await deliver(self._hands, plain_orders(orders, _SEED, self.count))
        self.count += orders

    async def measured(self, orders: int, batches: _Batches) -> None:
        made = plain_orders(orders, _SEED, self.count)
        before = spent(self._state.pids)
        await deliver(self._hands, made)
        batches.spent.append(spent(self._state.pids) - before)
        batches.open_orders.append(self.count + orders / 2)
        self.count += orders


def _sums(spent_by_process: list[Counter[str]]) -> list[float]:
    return [sum(one.values()) for one in spent_by_process]
