"""The Temporal server dies with its database on disk while documents come: all are accepted, wait, and live on."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from events.ceb.frame import CebMessage
from events.cloudevents import STRUCTURED
from events.life import OrderView, Stage
from functions.dispatch.coming_again import pause_seconds
from functions.settings import Settings
from infra.aws import StackClients
from infra.gateway_client import GatewayClient
from infra.generate.files import event_json
from infra.generate.orders import GeneratedOrder, generate, message_xml
from infra.generate.parties import DECLARANT, OPERATOR_PARTNER
from infra.generate.scenarios import Scenario
from infra.stack.servers import TEMPORAL
from infra.stack.stack import Stack

pytestmark = pytest.mark.stack
ORDERS = 12
RECEIVES = 3
_PATIENCE_SECONDS = 120
_XML = "application/xml"
_BY_SANDBOX = {"411": "/payment/messages", "511": "/carrier/messages"}


class Parties:
    """Who sends documents, and asks where orders stand."""

    def __init__(self, gateway: GatewayClient, sandbox: httpx.AsyncClient) -> None:
        self._gateway = gateway
        self._sandbox = sandbox

    async def send(self, order: GeneratedOrder, stem: str) -> int:
        """One document of an order; the status of the answer."""
        document, platform = order.documents[stem], order.facts.platform.partner_id
        if not isinstance(document, CebMessage):
            return (await self._gateway.post(platform, "/v1/events", event_json(document), STRUCTURED)).status_code
        body = message_xml(document)
        if stem in _BY_SANDBOX:
            headers = {"Content-Type": _XML}
            return (await self._sandbox.post(_BY_SANDBOX[stem], content=body, headers=headers)).status_code
        sender = platform if stem == "311" else DECLARANT.partner_id
        return (await self._gateway.post(sender, "/v1/messages", body, _XML)).status_code

    async def stage(self, order: GeneratedOrder) -> Stage | None:
        """Where it stands."""
        path = f"/v1/orders/{order.key.ebp_code}/{order.key.order_no}"
        answer = await self._gateway.get(OPERATOR_PARTNER, path)
        return OrderView.model_validate_json(answer.content).stage if answer.is_success else None


@asynccontextmanager
async def parties_of(stack: Stack) -> AsyncIterator[Parties]:
    """The parties of a stack."""
    sandbox = httpx.AsyncClient(base_url=stack.state.sandbox_url, timeout=30, trust_env=False)
    async with GatewayClient(stack.state.gateway_url, stack.state.partner_keys) as gateway, sandbox:
        yield Parties(gateway, sandbox)


def waiting(stack: Stack, queue: str) -> int:
    """How many messages a queue holds, those that are put off included."""
    sqs = StackClients(stack.state.aws_endpoint).sqs
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(counted["ApproximateNumberOfMessages"]) + int(counted["ApproximateNumberOfMessagesNotVisible"])


async def until_delivered(parties: Parties, orders: Sequence[GeneratedOrder]) -> list[str]:
    """The orders that are not delivered when patience ends."""
    until = time.monotonic() + _PATIENCE_SECONDS
    left = list(orders)
    while left and time.monotonic() < until:
        stages = await asyncio.gather(*(parties.stage(order) for order in left))
        left = [order for order, stage in zip(left, stages, strict=True) if stage is not Stage.DELIVERED]
        await asyncio.sleep(0.5)
    return [order.key.order_no for order in left]


async def test_what_comes_while_temporal_is_down_is_accepted_and_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every document is tried several times meanwhile, none is refused, lost or given up."""
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))
    orders = list(generate(ORDERS, seed=11, scenarios=[Scenario.RELEASE]))
    begun, fresh = orders[: ORDERS // 2], orders[ORDERS // 2 :]
    names = Settings()
    async with Stack("backpressure", persist=True) as stack, parties_of(stack) as parties:
        before = [await parties.send(order, "311") for order in begun]
        stack.kill(TEMPORAL)
        rest = [(order, stem) for order in orders for stem in order.documents if (order in fresh or stem != "311")]
        during = await asyncio.gather(*(parties.send(order, stem) for order, stem in rest))
        assert {*before, *during} == {HTTPStatus.ACCEPTED}

        await asyncio.sleep(sum(map(pause_seconds, range(1, RECEIVES))))
        assert waiting(stack, names.documents_queue) >= len(rest)
        assert waiting(stack, names.documents_dead_letters) == 0

        stack.start(TEMPORAL)
        assert await until_delivered(parties, orders) == []
        assert waiting(stack, names.documents_dead_letters) == 0
