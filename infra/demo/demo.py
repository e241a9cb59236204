"""The demonstration: made-up orders through the whole stack, each checked against its scenario."""

import asyncio
import base64
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import httpx
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from events.values import utc_now
from functions.policy.rules import life_limits
from functions.settings import Settings
from infra.actions import count_actions
from infra.aws import StackClients
from infra.demo.player import Played, Player, Stagehands
from infra.demo.report import DemoReport, OrderReport, mean_kinds
from infra.demo.subscriber import Subscriber
from infra.gateway_client import GatewayClient
from infra.generate.orders import GeneratedOrder
from infra.stack.state import StackState

AT_ONCE = 40
Progress = Callable[[Subscriber, Sequence[Played]], None]
_PROGRESS_SECONDS = 0.25


async def run_demo(state: StackState, orders: Sequence[GeneratedOrder], seed: int, progress: Progress) -> DemoReport:
    """Play the orders, at most AT_ONCE under way at a time; answers when every one has ended or been given up."""
    started = time.monotonic()
    keys = {partner: base64.b64decode(key) for partner, key in state.partner_keys.items()}
    aws = StackClients(state.aws_endpoint)
    temporal = await Client.connect(
        state.temporal_address, namespace=state.temporal_namespace, data_converter=pydantic_data_converter
    )
    sandbox = httpx.AsyncClient(base_url=state.sandbox_url, timeout=30, trust_env=False)
    played: list[Played] = []
    async with Subscriber(aws, Settings()) as subscriber, GatewayClient(state.gateway_url, keys) as gateway, sandbox:
        hands = Stagehands(gateway, sandbox, temporal, subscriber, life_limits(utc_now().date()))
        watching = asyncio.create_task(_watch(progress, subscriber, played))
        places = asyncio.Semaphore(AT_ONCE)

        async def play(order: GeneratedOrder) -> None:
            async with places:
                played.append(await Player(hands, order).play())

        await asyncio.gather(*(play(order) for order in orders))
        watching.cancel()
        progress(subscriber, played)
    seconds = time.monotonic() - started
    return await _report(temporal, played, seed, seconds, _dead_letters(aws))


async def _watch(progress: Progress, subscriber: Subscriber, played: list[Played]) -> None:
    while True:
        progress(subscriber, played)
        await asyncio.sleep(_PROGRESS_SECONDS)


async def _report(
    temporal: Client, played: Sequence[Played], seed: int, seconds: float, dead_letters: int
) -> DemoReport:
    counted: dict[str, list[Counter[str]]] = defaultdict(list)
    reports = []
    for one in sorted(played, key=lambda played: played.order.key.order_no):
        history = await temporal.get_workflow_handle(one.order.key.workflow_id).fetch_history()
        actions = count_actions(history.events)
        counted[one.order.scenario].append(actions)
        reports.append(
            OrderReport(
                orderNo=one.order.key.order_no,
                mode=one.order.mode,
                scenario=one.order.scenario,
                expectedStage=one.order.scenario.expected,
                finalStage=one.final,
                actions=actions.total(),
                seconds=round(one.seconds, 3),
                error=one.error,
            )
        )
    return DemoReport(
        seed=seed, seconds=seconds, orders=reports, action_kinds=mean_kinds(counted), dead_letters=dead_letters
    )


def _dead_letters(aws: StackClients) -> int:
    url = aws.sqs.get_queue_url(QueueName=Settings().documents_dead_letters)["QueueUrl"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])
