"""Customs' questions for payment data as they can be played: asked through the sandbox, followed in Temporal."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import httpx
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from events.ceb.frame import CebMessage
from events.cloudevents import STRUCTURED
from events.payment_data_life import PaymentDataResult, PaymentDataSnapshot, SessionKey
from events.values import OrderKey
from infra.gateway_client import GatewayClient
from infra.generate.files import event_json
from infra.generate.orders import GeneratedOrder, message_xml
from infra.generate.parties import CARRIER, DECLARANT, PAYMENT_FIRM
from infra.sandbox.questions import QuestionReport, Story
from workflows.payment_data import PaymentDataWorkflow

_PATIENCE_SECONDS = 60.0
_SENDERS = {"4": PAYMENT_FIRM.partner_id, "5": CARRIER.partner_id, "6": DECLARANT.partner_id}
_POLL_SECONDS = 0.2


async def hand_in(gateway: GatewayClient, order: GeneratedOrder) -> None:
    """Send an order's documents to the gateway, each as its sender. Raises RuntimeError when one is not taken."""
    platform = order.facts.platform.partner_id
    for stem, document in order.documents.items():
        if isinstance(document, CebMessage):
            sender = _SENDERS.get(stem[0], platform)
            answer = await gateway.post(sender, "/v1/messages", message_xml(document), "application/xml")
        else:
            answer = await gateway.post(platform, "/v1/events", event_json(document), STRUCTURED)
        if answer.status_code != HTTPStatus.ACCEPTED:
            raise RuntimeError(f"{order.key}: {stem}: HTTP {answer.status_code}: {answer.text[:300]}")


class Questions:
    """What customs asks of a running stack."""

    def __init__(self, sandbox: httpx.AsyncClient, temporal: Client) -> None:
        self._sandbox = sandbox
        self._temporal = temporal
        self._skipper = TimeSkipper(temporal)

    async def ask(self, order: OrderKey, story: Story = Story.PLAIN) -> SessionKey:
        """Let customs ask for an order and take the upload as the story says."""
        wanted = {"ebpCode": order.ebp_code, "orderNo": order.order_no, "story": story}
        answer = (await self._sandbox.post("/customs/questions", json=wanted)).raise_for_status()
        return SessionKey(session_id=answer.json()["sessionID"], order_no=order.order_no)

    async def report(self) -> list[QuestionReport]:
        """Every question that customs has asked, with what came of it."""
        answer = (await self._sandbox.get("/customs/questions")).raise_for_status()
        return [QuestionReport.model_validate(one) for one in answer.json()]

    async def asked(self, order: OrderKey) -> SessionKey:
        """The question that customs asks of its own accord when the order is released. Raises TimeoutError."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for one in await self.report():
                if one.order_no == order.order_no:
                    return SessionKey(session_id=one.session_id, order_no=one.order_no)
            await asyncio.sleep(_POLL_SECONDS)
        raise TimeoutError(f"customs has not asked for {order}: it was not released, or is not sampled")

    def handle(self, key: SessionKey) -> WorkflowHandle[PaymentDataWorkflow, PaymentDataResult]:
        """The workflow that answers."""
        return self._temporal.get_workflow_handle_for(PaymentDataWorkflow.run, key.workflow_id)

    async def until(self, key: SessionKey, condition: Callable[[PaymentDataSnapshot], bool]) -> PaymentDataSnapshot:
        """Wait until a condition holds of the answer. Raises TimeoutError with where it stands."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        state = None
        while time.monotonic() < deadline:
            try:
                state = await self.handle(key).query(PaymentDataWorkflow.state)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # the question is still on its way
                    raise
            if state and condition(state):
                return state
            await asyncio.sleep(_POLL_SECONDS)
        raise TimeoutError(f"{key} stands at {state}")

    async def forward(self, key: SessionKey, duration: timedelta) -> None:
        """Let the answer's own clock run on."""
        await self._skipper.fast_forward(self.handle(key), duration)

    async def result(self, key: SessionKey) -> PaymentDataResult:
        """How it ended."""
        await self.until(key, lambda _: True)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.handle(key).result()
