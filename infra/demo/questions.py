"""Customs' questions for payment data as they can be played: asked through the sandbox, followed in Temporal."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from events.ceb.frame import CebMessage
from events.cloudevents import STRUCTURED
from events.payment_data_life import PaymentDataResult, PaymentDataSnapshot, SessionKey
from events.values import OrderKey
from infra.demo.hands import PlayError, Stagehands
from infra.gateway_client import GatewayClient
from infra.generate.files import event_json
from infra.generate.orders import GeneratedOrder, message_xml
from infra.generate.parties import CARRIER, DECLARANT, PAYMENT_FIRM
from infra.sandbox.questions import QuestionReport, Story
from workflows.payment_data import PaymentDataWorkflow

_SENDERS = {"4": PAYMENT_FIRM.partner_id, "5": CARRIER.partner_id, "6": DECLARANT.partner_id}


async def hand_in(gateway: GatewayClient, order: GeneratedOrder) -> None:
    """Send an order's documents to the gateway, each as its sender. Raises PlayError when one is not taken."""
    platform = order.facts.platform.partner_id
    for stem, document in order.documents.items():
        if isinstance(document, CebMessage):
            sender = _SENDERS.get(stem[0], platform)
            answer = await gateway.post(sender, "/v1/messages", message_xml(document), "application/xml")
        else:
            answer = await gateway.post(platform, "/v1/events", event_json(document), STRUCTURED)
        if answer.status_code != HTTPStatus.ACCEPTED:
            raise PlayError(f"{order.key}: {stem}: HTTP {answer.status_code}: {answer.text[:300]}")


class Questions:
    """What customs asks of a running stack. Raises PlayError when something takes longer than the hands' patience."""

    def __init__(self, hands: Stagehands) -> None:
        self._hands = hands

    async def ask(self, order: OrderKey, story: Story = Story.PLAIN) -> SessionKey:
        """Let customs ask for an order and take the upload as the story says."""
        wanted = {"ebpCode": order.ebp_code, "orderNo": order.order_no, "story": story}
        answer = (await self._hands.sandbox.post("/customs/questions", json=wanted)).raise_for_status()
        return SessionKey(session_id=answer.json()["sessionID"], order_no=order.order_no)

    async def report(self) -> list[QuestionReport]:
        """Every question that customs has asked, with what came of it."""
        answer = (await self._hands.sandbox.get("/customs/questions")).raise_for_status()
        return [QuestionReport.model_validate(one) for one in answer.json()]

    async def asked(self, order: OrderKey) -> SessionKey:
        """The question that customs asks of its own accord when the order is released."""
        async for _ in self._hands.again():
            for one in await self.report():
                if one.order_no == order.order_no:
                    return SessionKey(session_id=one.session_id, order_no=one.order_no)
        raise PlayError(f"customs has not asked for {order}: it was not released, or is not sampled")

    def handle(self, key: SessionKey) -> WorkflowHandle[PaymentDataWorkflow, PaymentDataResult]:
        """The workflow that answers."""
        return self._hands.temporal.get_workflow_handle_for(PaymentDataWorkflow.run, key.workflow_id)

    async def until(self, key: SessionKey, condition: Callable[[PaymentDataSnapshot], bool]) -> PaymentDataSnapshot:
        """Wait until a condition holds of the answer; the error says where it stands."""
        state = None
        async for _ in self._hands.again():
            state = await self._state(key)
            if state and condition(state):
                return state
        raise PlayError(f"{key} stands at {state}")

    async def _state(self, key: SessionKey) -> PaymentDataSnapshot | None:
        """Where it stands; None while the question is still on its way."""
        handle = self.handle(key)
        try:
            return await self._hands.asked(lambda: handle.query(PaymentDataWorkflow.state), f"{handle.id}: its state")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def forward(self, key: SessionKey, duration: timedelta) -> None:
        """Let the answer's own clock run on."""
        await self._hands.forward(self.handle(key), duration)

    async def result(self, key: SessionKey) -> PaymentDataResult:
        """How it ended."""
        await self.until(key, lambda _: True)
        handle = self.handle(key)
        return await self._hands.asked(handle.result, f"{handle.id}: its end")
