"""`sandan bench growth`: what an order costs when ten times as many are open."""

import asyncio
from collections import Counter
from statistics import mean, median

from events.values import Value
from infra.bench.lives import ANSWERING_AT_ONCE, deliver, on_stage, plain_orders
from infra.bench.measure import REPEATS, Spread, Target
from infra.bench.processes import spent
from infra.demo.hands import Stagehands
from infra.direct_calls import functions_on
from infra.stack.stack import Stack
from infra.stack.state import StackState

BATCH, TIMES = 20, 10
LIMIT = 1.1
_STACK, _SEED = "bench", 64


class Cost(Value):
    """Seconds of processor time of one order from documents to delivered, while so many orders were open (mean)."""

    open_orders: float
    total: Spread
    processor: dict[str, float]


class GrowthBench(Value):
    """One run: batches of orders with few open orders, then with `times` as many; an order is open until it is closed.

    The ratio is that of the medians: the batches of the two do not belong together in pairs.
    """

    batch: int
    repeats: int
    times: int
    few: Cost
    many: Cost
    ratio: Spread
    targets: tuple[Target, ...]


def run(batch: int = BATCH, repeats: int = REPEATS, times: int = TIMES) -> GrowthBench:
    """Measure on one stack; orders that were delivered stay open, as they do for a month. Raises BenchError."""
    with Stack(_STACK, environment=ANSWERING_AT_ONCE) as stack, functions_on(stack.state):
        few, many = asyncio.run(_measure(stack.state, batch, repeats, times))
    base = median(_sums(few.spent))
    ratio = Spread.of([total / base for total in _sums(many.spent)])
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


async def _measure(state: StackState, batch: int, repeats: int, times: int) -> tuple[_Batches, _Batches]:
    few, many = _Batches(), _Batches()
    async with on_stage(state) as hands:
        opened = _Opened(state, hands)
        await opened.more(batch)  # the first orders load what is loaded once
        for _ in range(repeats):
            await opened.measured(batch, few)
        wanted = times * mean(few.open_orders) - batch * repeats / 2
        await opened.more(max(0, round(wanted) - opened.count))
        for _ in range(repeats):
            await opened.measured(batch, many)
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
