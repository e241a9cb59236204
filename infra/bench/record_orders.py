"""One run of orders through a stack that is listened to: what each asked of the servers, and how Temporal saw it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.client import Client

from events.documents import InboundDocument
from events.values import OrderKey
from functions.settings import Settings
from infra.bench.floor import Recorded
from infra.bench.listening import Listening
from infra.bench.lives import ANSWERING_AT_ONCE, AT_ONCE, live_whole_lives, plain_orders
from infra.bench.recording import Call, Recorder, parameters
from infra.bench.shape import Shape, Weight, handed_over, shape_of, weight_of
from infra.demo.stage import on_stage
from infra.direct_calls import functions_on
from infra.generate.orders import GeneratedOrder, message_xml
from infra.stack.stack import Stack
from infra.stack.state import StackState
from infra.temporal import decrypted_life, life_of

_STACK = "bench"
_QUEUES = "sqs"
_TABLES = "dynamodb"
_READS = {"GetItem", "Query", "BatchGetItem", "Scan", "TransactGetItems"}
_BY_THE_PARTIES = {"411": "/payment/messages", "511": "/carrier/messages"}


@dataclass(frozen=True)
class Life:
    """One order as the dispatcher gave it to Temporal: documents with its start and each signal, what became of it."""

    key: OrderKey
    handed_over: Sequence[Sequence[InboundDocument]]
    shape: Shape
    weight: Weight


@dataclass(frozen=True)
class Recording:
    """What was recorded of the orders: the calls of AWS and the posts to the counterparties, and each life."""

    calls: Sequence[Call]
    posts: Sequence[Call]
    lives: Sequence[Life]

    @property
    def recorded(self) -> Recorded:
        """What the floor repeats."""
        calls = [call for call in self.calls if call.service != _QUEUES]
        return Recorded(len(self.lives), calls, self.posts, [life.shape for life in self.lives])

    @property
    def memory(self) -> list[Call]:
        """The calls by which the door remembers the documents that it accepted."""
        table = Settings().intake_table
        puts = [call for call in self.calls if call.operation == "PutItem" and call.succeeded]
        return [
            call
            for call in puts
            if (asked := parameters(call))["TableName"] == table and asked["Item"]["pk"]["S"].startswith("document#")
        ]

    def per_order(self) -> dict[str, float]:
        """Requests of one order by service and operation; polls of the queue that found nothing are told apart."""
        counted = Counter(_name_of(call) for call in self.calls)
        counted["counterparties post"] = len(self.posts)
        return {name: round(count / len(self.lives), 2) for name, count in sorted(counted.items())}

    def units(self) -> tuple[float, float]:
        """Read and write request units of one order, as the emulator counts them by the sizes of the items."""
        units = {True: 0.0, False: 0.0}
        for call in self.calls:
            if call.service == _TABLES and call.succeeded:
                units[call.operation in _READS] += call.units
        return units[True] / len(self.lives), units[False] / len(self.lives)


def record(orders: int, seed: int, most: int = AT_ONCE) -> Recording:
    """Live the orders on a stack of its own, at most so many at once. Raises BenchError, StackError."""
    stacks: list[Stack] = []
    aws = Recorder(lambda: stacks[0].state.aws_endpoint)
    counterparties = Recorder(lambda: stacks[0].state.sandbox_url)
    with Listening(aws.app) as on_aws, Listening(counterparties.app) as on_counterparties:
        environment = {
            "AWS_ENDPOINT_URL": on_aws.url,
            "SANDAN_CUSTOMS_URL": f"{on_counterparties.url}/customs/messages",
            "SANDAN_BANK_URL": f"{on_counterparties.url}/bank/payments",
        }
        stacks.append(Stack(_STACK, environment=ANSWERING_AT_ONCE | environment))
        with stacks[0] as stack:
            before = len(aws.calls)
            made = plain_orders(orders, seed)
            with functions_on(stack.state):
                lives = asyncio.run(_live(stack.state, made, most))
            return Recording(aws.calls[before:], [*_handed_in(made), *counterparties.calls], lives)


async def _live(state: StackState, orders: Sequence[GeneratedOrder], most: int) -> list[Life]:
    async with on_stage(state) as hands:
        await live_whole_lives(hands, orders, most)
        return [await _life(hands.temporal, order.key) for order in orders]


async def _life(client: Client, key: OrderKey) -> Life:
    encrypted = [run.events for run in await life_of(client, key.workflow_id)]
    clear = [event for run in await decrypted_life(client, key.workflow_id) for event in run.events]
    handed = [documents for _, documents in handed_over(clear)]
    return Life(key, handed, shape_of(encrypted), weight_of(encrypted))


def _handed_in(orders: Sequence[GeneratedOrder]) -> list[Call]:
    """What the players post to payment firm and carrier themselves, past the recorder."""
    headers = {"content-type": "application/xml"}
    return [
        Call("", "POST", path, headers, message_xml(document), 202, b"")  # type: ignore[arg-type]
        for order in orders
        for stem, path in _BY_THE_PARTIES.items()
        if (document := order.documents[stem])
    ]


def _name_of(call: Call) -> str:
    if call.operation == "ReceiveMessage" and b'"Messages"' not in call.received:
        return "sqs ReceiveMessage, empty"
    return f"{call.service} {call.operation}"
