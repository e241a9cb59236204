"""A run under blows: the stack with lines and an unruly queue around it, the orders, the striker, the proofs."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from infra.aws import StackClients
from infra.chaos.door import Doubters
from infra.chaos.evidence import Evidence, gather, until_quiet
from infra.chaos.functions import kill_functions
from infra.chaos.line import Line, Lines
from infra.chaos.plan import LAMBDAS, PROCESSES, Blow, Phase, plan
from infra.chaos.promise import all_orders
from infra.chaos.proofs import prove
from infra.chaos.queue import UnrulyQueue
from infra.chaos.report import ChaosReport, Disturbed, Struck
from infra.chaos.striker import Course, Striker
from infra.demo.demo import Conditions, run_demo
from infra.demo.player import Played
from infra.demo.stage import Door
from infra.demo.subscriber import Subscriber
from infra.generate.orders import GeneratedOrder
from infra.stack.stack import Stack
from infra.stack.state import StackState, stack_folder

STACK = "chaos"
PATIENCE_SECONDS = 300.0
_AT_ONCE, _CONNECTIONS = 48, 32
_AT_ONCE_WITH_LAMBDAS, _CONNECTIONS_WITH_LAMBDAS = 4, 2
_CUT_AT_THE_DOOR, _CUT_AT_CUSTOMS = 0.03, 0.06
_LINE_SECONDS = 0.05
_SANDBOX = {"SANDAN_SANDBOX_OVERTAKEN": "0.15", "SANDAN_SANDBOX_REPEATED": "0.25"}
_STAGES = 6  # of an order without exceptions; no phase depends on the exact number
Say = Callable[[str], None]
"""Takes a line about what happens."""


@dataclass(frozen=True)
class Surroundings:
    """A stack with lines before its door and before the counterparties."""

    stack: Stack
    door: Line
    counterparties: Line

    @property
    def state(self) -> StackState:
        """The stack as those see it who come over the line."""
        return (
            self.stack.state
            if self.stack.state.lambdas
            else self.stack.state.model_copy(update={"gateway_url": self.door.url})
        )


@contextmanager
def disturbed_stack(seed: int, *, lambdas: bool) -> Iterator[Surroundings]:
    """A stack with a clean disk, on which messages are lost, late and repeated; its data stay until the next one."""
    shutil.rmtree(stack_folder(STACK) / "data", ignore_errors=True)
    door = Line(f"{seed}/door", _CUT_AT_THE_DOOR, _LINE_SECONDS)
    counterparties = Line(f"{seed}/counterparties", _CUT_AT_CUSTOMS, _LINE_SECONDS)
    with Lines(door, counterparties):
        there = counterparties.url
        environment = _SANDBOX | {
            "SANDAN_SANDBOX_SEED": str(seed),
            "SANDAN_CUSTOMS_URL": f"{there}/customs/messages",
            "SANDAN_PAYMENT_FIRM_URL": f"{there}/payments/refunds",
            "SANDAN_BANK_URL": f"{there}/bank/payments",
            "SANDAN_PAYMENT_DATA_URL": f"{there}/customs/realTimeDataUpload",
        }
        if not lambdas:
            environment["SANDAN_GATEWAY_URL"] = door.url
        with Stack(STACK, persist=True, environment=environment, lambdas=lambdas) as stack:
            door.leads_to = _port(stack.state.gateway_url)
            counterparties.leads_to = _port(stack.state.sandbox_url)
            yield Surroundings(stack, door, counterparties)


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


@dataclass
class _Watch:
    """Follows a run, so that the striker knows how far it is."""

    orders: Sequence[GeneratedOrder]
    course: Course
    lived: set[str] = field(default_factory=set)
    subscriber: Subscriber | None = None

    def progress(self, subscriber: Subscriber, played: Sequence[Played]) -> None:
        self.subscriber = subscriber
        done = sum(self._share(subscriber, order) for order in self.orders)
        self.course.shares[Phase.LIVES] = done / len(self.orders)
        self.course.shares[Phase.ENDS] = len(played) / len(self.orders)
        if played:
            self.course.phase = Phase.ENDS

    def _share(self, subscriber: Subscriber, order: GeneratedOrder) -> float:
        number = order.key.order_no
        if number in self.lived:
            return 1.0
        return min(len(subscriber.heard.get(number, ())), _STAGES - 1) / _STAGES

    def has_lived(self, order: GeneratedOrder) -> None:
        self.lived.add(order.key.order_no)

    def month_ends(self) -> None:
        self.course.phase = Phase.MONTH_END


async def run_chaos(
    around: Surroundings, orders: Sequence[GeneratedOrder], seed: int, blows: int, say: Say
) -> ChaosReport:
    """Play the orders under so many blows, and prove what must hold. StackError when something does not come back."""
    began = time.monotonic()
    stack, state = around.stack, around.state
    course = Course()
    watch = _Watch(orders, course)
    doubters: list[Doubters] = []

    def door(url: str, keys: dict[str, bytes], connections: int) -> Doubters:
        doubters.append(Doubters(url, keys, connections, seed))
        return doubters[-1]

    planned = plan(seed, blows, LAMBDAS if state.lambdas else PROCESSES)
    functions = partial(kill_functions, stack, seed)
    striker = Striker(stack, planned, course, functions, lambda blow: say(_told(blow, began)))
    with UnrulyQueue(StackClients(state.aws_endpoint), seed) as queue:
        striking = asyncio.create_task(asyncio.to_thread(striker.run))
        playing = asyncio.create_task(run_demo(state, orders, seed, watch.progress, _conditions(state, watch, door)))
        try:
            await asyncio.wait({striking, playing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            course.is_over = True  # the striker ends by itself only when something has not come back
            playing.cancel()
        await striking
        demo = await playing
    say("looking at everything that is left")
    await until_quiet(stack.state, PATIENCE_SECONDS)
    stages = watch.subscriber.stages if watch.subscriber else {}
    evidence = await gather(stack.state, orders, demo, stages)
    (parties,) = doubters
    return ChaosReport(
        seed=seed,
        orders=len(all_orders(evidence)),
        seconds=round(time.monotonic() - began, 1),
        planned=len(planned),
        dealt=striker.dealt,
        struck=Struck(root=dict(striker.struck)),
        unbidden=striker.unbidden,
        disturbed=_disturbed(around, parties, queue, evidence),
        proofs=prove(evidence),
        logs=stack.state.folder / "logs",
        scenarios=dict(Counter(order.scenario.value for order in orders)),
    )


def _conditions(state: StackState, watch: _Watch, door: Door) -> Conditions:
    return Conditions(
        at_once=_AT_ONCE_WITH_LAMBDAS if state.lambdas else _AT_ONCE,
        connections=_CONNECTIONS_WITH_LAMBDAS if state.lambdas else _CONNECTIONS,
        patience=PATIENCE_SECONDS,
        door=door,
        has_lived=watch.has_lived,
        month_ends=watch.month_ends,
    )


def _disturbed(around: Surroundings, parties: Doubters, queue: UnrulyQueue, evidence: Evidence) -> Disturbed:
    return Disturbed(
        sent=parties.sent,
        repeated=parties.repeated,
        repetitions_overtaken=parties.overtaken,
        refused=parties.refused,
        answers_lost_at_the_door=around.door.broken,
        answers_lost_by_counterparties=around.counterparties.broken,
        queue_delayed=queue.delayed,
        queue_repeated=queue.repeated,
        overtaken=evidence.outbox["overtaken"],
        repeated_by_counterparties=evidence.outbox["repeated"],
        repetitions_refused=evidence.outbox["repetitions_refused"],
        customs_received=sum(one.received for one in evidence.received),
        customs_repeated=sum(one.received - 1 for one in evidence.received),
        activity_retries=evidence.histories.retries,
        task_timeouts=evidence.histories.timeouts,
        history_events=evidence.histories.events,
    )


def _told(blow: Blow, began: float) -> str:
    victims = " and ".join(blow.victims)
    return f"{time.monotonic() - began:6.1f} s  blow {blow.number:>3}  {blow.phase:<9}  {victims} for {blow.down:.1f} s"


def forget_data() -> None:
    """Delete what the last run has left on disk but its logs."""
    shutil.rmtree(stack_folder(STACK) / "data", ignore_errors=True)
