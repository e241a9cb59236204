"""Plays the parties of made-up orders: who sends what, when, and how each answers to what happens."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import httpx
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from events.ceb.message import CebMessage
from events.cloudevents import STRUCTURED
from events.life import CancelRequest, ImportOrderResult, LifeLimits, OrderSnapshot, Stage
from infra.demo.subscriber import Subscriber
from infra.gateway_client import GatewayClient
from infra.generate.files import event_json
from infra.generate.orders import GeneratedOrder, cancellation, message_xml
from infra.generate.parties import DECLARANT
from infra.generate.scenarios import Mode, Scenario
from workflows.import_order import ImportOrderWorkflow

XML = "application/xml"
_PATIENCE_SECONDS = 90.0
_POLL_SECONDS = 0.3
_LATER = timedelta(minutes=1)
_BY_SANDBOX = {"411": "/payment/messages", "511": "/carrier/messages"}
_RETURN_WINDOW = timedelta(days=31)


class PlayError(RuntimeError):
    """A party got an answer that its story does not know."""


@dataclass
class Played:
    """One order's life as it was: how it ended, and how long that took on the wall clock."""

    order: GeneratedOrder
    final: Stage | None
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Stagehands:
    """What the player works with."""

    gateway: GatewayClient
    sandbox: httpx.AsyncClient
    temporal: Client
    subscriber: Subscriber
    limits: LifeLimits


class Player:
    """Plays one order after its scenario."""

    def __init__(self, hands: Stagehands, order: GeneratedOrder) -> None:
        self._hands = hands
        self._order = order
        self._no = order.key.order_no
        self._skipper = TimeSkipper(hands.temporal)

    async def play(self) -> Played:
        """From the first document to the end; a mistake on the way is told, not raised."""
        started = time.monotonic()
        error = None
        try:
            await self._send_documents()
            await self._react()
            final = await self._end()
        except (PlayError, httpx.HTTPError, RPCError, TimeoutError) as failure:
            final, error = self._hands.subscriber.stage(self._no), str(failure)
        return Played(self._order, final, time.monotonic() - started, error)

    async def _send_documents(self) -> None:
        stems = [stem for stem in self._order.documents if not stem.endswith("-corrected")]
        if self._order.scenario is Scenario.OUT_OF_ORDER:
            for stem in reversed(stems):
                await self._send(stem)
            return
        await asyncio.gather(*(self._send(stem) for stem in stems))
        if self._order.scenario is Scenario.DUPLICATES:
            await asyncio.gather(*(self._send(stem) for stem in stems if stem not in _BY_SANDBOX))

    async def _send(self, stem: str) -> None:
        document = self._order.documents[stem]
        platform = self._order.facts.platform.partner_id
        if not isinstance(document, CebMessage):
            answer = await self._hands.gateway.post(platform, "/v1/events", event_json(document), STRUCTURED)
        elif stem in _BY_SANDBOX:
            headers = {"Content-Type": XML}
            answer = await self._hands.sandbox.post(_BY_SANDBOX[stem], content=message_xml(document), headers=headers)
        else:
            sender = platform if stem == "311" else DECLARANT.partner_id
            answer = await self._hands.gateway.post(sender, "/v1/messages", message_xml(document), XML)
        self._require(answer, f"sending {stem}")

    def _require(self, answer: httpx.Response, doing: str) -> None:
        if answer.status_code != HTTPStatus.ACCEPTED:
            raise PlayError(f"{self._no}: {doing}: HTTP {answer.status_code}: {answer.text[:300]}")

    async def _react(self) -> None:
        match self._order.scenario:
            case Scenario.PAYMENT_CORRECTED:
                await self._ask_for_correction(HTTPStatus.ACCEPTED)
            case Scenario.PAYMENT_MISMATCH:
                await self._ask_for_correction(HTTPStatus.CONFLICT)
                await self._forward(self._hands.limits.correction + _LATER)
            case Scenario.PAYMENT_MISSING:
                await self._until(Stage.COLLECTING)
                await self._forward(self._hands.limits.documents + _LATER)
            case Scenario.CUSTOMS_REJECTION:
                await self._until(Stage.REJECTED, Stage.MISMATCHED)
                await self._send("621-corrected")
            case Scenario.SILENCE:
                await self._until(Stage.DECLARED)
                await self._quiet()
                await self._forward(self._hands.limits.silence + _LATER)
            case Scenario.CANCELLATION:
                await self._cancel()

    async def _ask_for_correction(self, expected: HTTPStatus) -> None:
        """The platform hands the payment firm the fix that the finding proposes."""
        await self._until(Stage.MISMATCHED)
        told = next(event for event in self._hands.subscriber.stages[self._no] if event.findings)
        fix = told.findings[0].fix
        if fix is None:
            raise PlayError(f"{self._no}: the finding {told.findings[0].rule} proposes no fix")
        asked = {
            "ebpCode": self._order.key.ebp_code,
            "orderNo": self._no,
            "field": fix.field,
            "value": fix.value,
        }
        answer = await self._hands.sandbox.post("/payment/corrections", json=asked)
        if answer.status_code != expected:
            raise PlayError(f"{self._no}: correction: HTTP {answer.status_code}: {answer.text[:300]}")

    async def _quiet(self) -> None:
        """Until the list was sent and customs keeps silent."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            description = await self._handle().describe()
            if not description.raw_description.pending_activities:
                return
            await asyncio.sleep(_POLL_SECONDS)
        raise PlayError(f"{self._no}: the list was never sent")

    async def _cancel(self) -> None:
        """Half of the cancellations come as CEB623 from the declarant, half as an update from the operator."""
        await self._until(Stage.DECLARED)
        if self._order.mode is Mode.BONDED:
            request = CancelRequest(who="demo", why="订购人取消订单")
            await self._handle().execute_update(ImportOrderWorkflow.cancel, request)
            return
        snapshot = await self._numbered()
        assert snapshot.invt_no
        assert snapshot.pre_no
        message = cancellation(self._order, snapshot.invt_no, snapshot.pre_no)
        sender = DECLARANT.partner_id
        answer = await self._hands.gateway.post(sender, "/v1/messages", message_xml(message), XML)
        self._require(answer, "sending 623")

    async def _numbered(self) -> OrderSnapshot:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            snapshot = await self._handle().query(ImportOrderWorkflow.state)
            if snapshot.invt_no:
                return snapshot
            await asyncio.sleep(_POLL_SECONDS)
        raise PlayError(f"{self._no}: customs gave no list number")

    async def _end(self) -> Stage | None:
        expected = self._order.scenario.expected
        if expected is Stage.CLOSED:
            await self._until(Stage.DELIVERED)
            await self._forward(_RETURN_WINDOW)
        await self._until(expected)
        if not expected.is_final:
            return (await self._handle().query(ImportOrderWorkflow.state)).stage
        async with asyncio.timeout(_PATIENCE_SECONDS):
            result = await self._handle().result()
        return result.stage

    async def _forward(self, duration: timedelta) -> None:
        """Let the order's own clock run on."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                await self._skipper.fast_forward(self._handle(), duration)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND or time.monotonic() > deadline:
                    raise
            else:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _until(self, *stages: Stage) -> None:
        if not await self._hands.subscriber.reached(self._no, frozenset(stages), _PATIENCE_SECONDS):
            stage = self._hands.subscriber.stage(self._no)
            names = " or ".join(stages)
            raise PlayError(f"{self._no}: waited {_PATIENCE_SECONDS:.0f} s for {names}, it stands at {stage}")

    def _handle(self) -> WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]:
        return self._hands.temporal.get_workflow_handle_for(ImportOrderWorkflow.run, self._order.key.workflow_id)
