"""`sandan bench orders`: import orders from documents to closed on the whole stack, against the floor beneath it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from events.values import Value
from infra.bench.bare import bare_client
from infra.bench.floor import Floor, run_bare
from infra.bench.handed import HandedOver
from infra.bench.listening import Listening, sink
from infra.bench.lives import ANSWERING_AT_ONCE, live_whole_lives, plain_orders
from infra.bench.measure import REPEATS, Spread, Target
from infra.bench.processes import spent
from infra.bench.record_orders import Recording, record
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.stack.services import SERVICES, Service
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import connect_to

ORDERS = 150
LEAST_SHARE = 0.8
_RECORDED_SEED, _FIRST_SEED = 61, 62
_BARE = Service("bare", "infra.bench.bare")
_STACK = "bench"
_EVEN = ("whole", "floor", "workflow", "bare")
_ODD = ("floor", "whole", "bare", "workflow")
Measured = Callable[[], Awaitable[float]]


class Pace(Value):
    """Orders per second, and seconds of processor time per order by process, medians of the repeats."""

    per_second: Spread
    processor: dict[str, float]


class OrdersBench(Value):
    """One run. `whole` is the stack from documents to closed and `floor` what it is held against.

    `workflow` is the dispatcher, the worker and Temporal, from documents handed to the dispatcher, against the `bare`
    workflow. `processor_share` is the processor time of the floor over that of the whole stack. `requests` are the
    recorded ones of one order by service and operation, `refused` what the floor's tables refused in one repeat (the
    recorded run had refusals too).
    """

    orders: int
    repeats: int
    whole: Pace
    floor: Pace
    share_of_floor: Spread
    processor_share: Spread
    workflow: Pace
    bare: Pace
    share_of_bare: Spread
    requests: dict[str, float]
    refused: dict[str, int]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class _Timed:
    seconds: float
    processor: Counter[str]


def run(orders: int = ORDERS, repeats: int = REPEATS) -> OrdersBench:
    """Record one run, then measure `repeats` times on a fresh stack, ours and the floor in turn.

    Raises BenchError when an order does not end as it must, StackError when a stack does not start.
    """
    recording = record(orders, _RECORDED_SEED)
    found = [_repeat(recording, orders, number) for number in range(repeats)]
    timed = {name: [one.timed[name] for one in found] for name in found[0].timed}
    share = _share(timed["whole"], timed["floor"])
    of_bare = _share(timed["workflow"], timed["bare"])
    return OrdersBench(
        orders=orders,
        repeats=repeats,
        whole=_pace(timed["whole"], orders),
        floor=_pace(timed["floor"], orders),
        share_of_floor=share,
        processor_share=_processor_share(timed["whole"], timed["floor"]),
        workflow=_pace(timed["workflow"], orders),
        bare=_pace(timed["bare"], orders),
        share_of_bare=of_bare,
        requests=recording.per_order(),
        refused=dict(found[-1].refused),
        targets=(
            Target(
                name="orders",
                reading="whole stack / floor, orders per second",
                value=share,
                unit="ratio",
                sense="at least",
                limit=LEAST_SHARE,
            ),
        ),
    )


@dataclass(frozen=True)
class _Repeat:
    timed: dict[str, _Timed]
    refused: Counter[str]


def _repeat(recording: Recording, orders: int, number: int) -> _Repeat:
    services = (*SERVICES, _BARE)
    with Stack(_STACK, environment=ANSWERING_AT_ONCE, services=services) as stack, functions_on(stack.state):
        return asyncio.run(_measure(stack, recording, orders, number))


async def _measure(stack: Stack, recording: Recording, orders: int, number: int) -> _Repeat:
    """Whole stack and floor, in one repeat this first, in the next that; then the workflow part, likewise."""
    client = await bare_client(stack.state.temporal_address, stack.state.temporal_namespace)
    floor = Floor(stack.state, client, recording.recorded)
    floor.prepare()

    async def whole() -> _Timed:
        async with on_stage(stack.state) as hands:
            made = plain_orders(orders, _FIRST_SEED + number)
            return await _timed(stack.state, lambda: live_whole_lives(hands, made))

    async def floor_run() -> _Timed:
        with _replaced(stack, "gateway", stack.state.gateway_url):
            return await _timed(stack.state, floor.run)

    async def bare() -> _Timed:
        return await _timed(stack.state, lambda: run_bare(client, recording.recorded.shapes))

    async def workflow() -> _Timed:
        handed = HandedOver(await connect_to(stack.state), recording)
        handed.prepare()
        stack.kill("sandbox")
        with Listening(handed.customs(), _port_of(stack.state.sandbox_url)):
            return await _timed(stack.state, handed.run)

    order = _ODD if number % 2 else _EVEN
    parts = {"whole": whole, "floor": floor_run, "bare": bare, "workflow": workflow}
    return _Repeat({name: await parts[name]() for name in order}, floor.refused)


async def _timed(state: StackState, work: Measured) -> _Timed:
    before = spent(state.pids)
    seconds = await work()
    return _Timed(seconds, spent(state.pids) - before)


@contextmanager
def _replaced(stack: Stack, service: str, url: str) -> Iterator[None]:
    """A sink in the place of a service."""
    stack.kill(service)
    with Listening(sink(), _port_of(url)):
        yield
    stack.start(service)


def _port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


def _pace(timed: Sequence[_Timed], orders: int) -> Pace:
    names = sorted({name for one in timed for name in one.processor})
    return Pace(
        per_second=Spread.of([orders / one.seconds for one in timed], 2),
        processor={name: round(median(one.processor[name] for one in timed) / orders, 4) for name in names},
    )


def _processor_share(ours: Sequence[_Timed], floor: Sequence[_Timed]) -> Spread:
    return Spread.of(
        [beneath.processor.total() / mine.processor.total() for mine, beneath in zip(ours, floor, strict=True)]
    )


def _share(ours: Sequence[_Timed], floor: Sequence[_Timed]) -> Spread:
    """How quick ours is, as a share of the floor, repeat by repeat."""
    return Spread.of([beneath.seconds / mine.seconds for mine, beneath in zip(ours, floor, strict=True)])
