"""Plays the parties of made-up orders: who sends what, when, and how each answers to what happens."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import httpx
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError

from events.ceb.frame import CebMessage
from events.cloudevents import STRUCTURED
from events.life import CancelRequest, ImportOrderResult, OrderSnapshot, Stage
from functions.data_keys.models import NoDataKeyError, ShreddedError
from infra.demo.hands import WHO, PlayError, Stagehands
from infra.demo.month_end import LATER
from infra.demo.returns import ENDS, ReturnPlay
from infra.generate.files import event_json
from infra.generate.orders import GeneratedOrder, cancellation, message_xml
from infra.generate.parties import DECLARANT
from infra.generate.scenarios import Mode, Scenario
from workflows.import_order import ImportOrderWorkflow

XML = "application/xml"
_LATER = timedelta(minutes=1)
_BY_SANDBOX = {"411": "/payment/messages", "511": "/carrier/messages"}
AFTER_DELIVERY = frozenset(ENDS)
_FAILURES = (RPCError, WorkflowFailureError, WorkflowUpdateFailedError, NoDataKeyError, ShreddedError)


@dataclass
class Played:
    """One order's life as it was: how it ended, and how long that took on the wall clock."""

    order: GeneratedOrder
    final: Stage | None
    seconds: float
    error: str | None = None


class Player:
    """Plays one order after its scenario."""

    def __init__(self, hands: Stagehands, order: GeneratedOrder) -> None:
        self._hands = hands
        self._order = order
        self._no = order.key.order_no
        self._seconds = 0.0
        self._error: str | None = None
        exchanged = order.exchanged_for
        self._partner = Player(hands, exchanged) if exchanged else None

    async def live(self) -> None:
        """From the first document until nothing but the end of the month is awaited; a mistake is kept."""
        async with self._watched():
            await self._send_documents()
            await self._react()
            if self._order.scenario in AFTER_DELIVERY:
                await self._return()
            elif self._order.scenario.expected is Stage.CLOSED:
                await self._until(Stage.DELIVERED)
            else:
                await self._until(self._order.scenario.expected)
            if self._order.scenario.expected is Stage.CLOSED:
                await self._hands.forward(self._handle(), LATER)
                if self._order.scenario is Scenario.RETURN_LATE:
                    await ReturnPlay(self._hands, self._order).ask_too_late()
        if self._partner:
            await self._partner.live()

    async def deliver(self) -> str | None:
        """From the first document until the parcel of a plain order is signed for; what went wrong, if anything."""
        async with self._watched():
            await self._send_documents()
            await self._until(Stage.DELIVERED)
        return self._error

    def give_up(self, reason: str) -> None:
        """What an order waits for at the end of the month has not happened: do not wait for it."""
        if self._order.scenario.expected is Stage.CLOSED:
            self._error = self._error or reason
        if self._partner:
            self._partner.give_up(reason)

    async def end(self) -> Played:
        """After the end of the month: how it ended; a mistake on the way is told, not raised."""
        final = None
        async with self._watched():
            if self._error is None:
                final = await self._end()
        if self._error is not None:
            final = self._hands.subscriber.stage(self._no)
        if self._partner:
            partner = await self._partner.end()
            self._error = self._error or partner.error
        return Played(self._order, final, self._seconds, self._error)

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Count the time, and keep what goes wrong."""
        started = time.monotonic()
        try:
            yield
        except httpx.RequestError as failure:
            self._error = (
                f"{self._no}: {failure.request.method} {failure.request.url}: {type(failure).__name__} {failure}"
            )
        except PlayError as failure:
            self._error = str(failure)
        except _FAILURES as failure:
            cause = f": {failure.__cause__}" if failure.__cause__ else ""
            self._error = f"{self._no}: {type(failure).__name__} {failure}{cause}"
        self._seconds += time.monotonic() - started

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
                await self._hands.forward(self._handle(), self._hands.limits.correction + _LATER)
            case Scenario.PAYMENT_MISSING:
                await self._until(Stage.COLLECTING)
                await self._hands.forward(self._handle(), self._hands.limits.documents + _LATER)
            case Scenario.CUSTOMS_REJECTION:
                await self._until(Stage.REJECTED, Stage.MISMATCHED)
                await self._send("621-corrected")
            case Scenario.SILENCE:
                await self._until(Stage.DECLARED)
                await self._quiet()
                await self._hands.forward(self._handle(), self._hands.limits.silence + _LATER)
            case Scenario.CANCELLATION:
                await self._cancel()
            case Scenario.ANNUAL_LIMIT:
                await self._until(Stage.MISMATCHED)
                await self._hands.forward(self._handle(), self._hands.limits.correction + _LATER)
            case Scenario.GUARANTEE_WAIT:
                await self._be_covered()

    async def _be_covered(self) -> None:
        """Have the guarantee raised by what this order needs, and let it ask again until that is there.

        Another order of the guarantor may ask first and take it, and this one may have taken another's: each raises its
        own part, so the last one is covered as well.
        """
        await self._until(Stage.AWAITING_GUARANTEE, Stage.DECLARED)
        await self._hands.raise_guarantee(self._order.facts.guarantor, self._order.facts.tax)
        async for _ in self._hands.again():
            if (await self._state()).stage is not Stage.AWAITING_GUARANTEE:
                return
            await self._hands.forward(self._handle(), self._hands.limits.guarantee_retry + _LATER)
        raise PlayError(f"{self._no}: its guarantee stays short")

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
        async for _ in self._hands.again():
            description = await self._hands.asked(self._handle().describe, f"{self._no}: its description")
            if not description.raw_description.pending_activities:
                return
        raise PlayError(f"{self._no}: the list was never sent")

    async def _cancel(self) -> None:
        """Half of the cancellations come as CEB623 from the declarant, half as an update from the operator."""
        await self._until(Stage.DECLARED)
        if self._order.mode is Mode.BONDED:
            request = CancelRequest(who=WHO, why="订购人取消订单")
            name = f"cancel-{self._no}"
            await self._hands.asked(
                lambda: self._handle().execute_update(ImportOrderWorkflow.cancel, request, id=name),
                f"{self._no}: its answer to the cancellation",
            )
            return
        snapshot = await self._numbered()
        assert snapshot.invt_no
        assert snapshot.pre_no
        message = cancellation(self._order, snapshot.invt_no, snapshot.pre_no)
        sender = DECLARANT.partner_id
        answer = await self._hands.gateway.post(sender, "/v1/messages", message_xml(message), XML)
        self._require(answer, "sending 623")

    async def _numbered(self) -> OrderSnapshot:
        async for _ in self._hands.again():
            snapshot = await self._state()
            if snapshot.invt_no:
                return snapshot
        raise PlayError(f"{self._no}: customs gave no list number")

    async def _return(self) -> None:
        await self._until(Stage.DELIVERED)
        new = self._order.exchanged_for
        await ReturnPlay(self._hands, self._order).play(new.key.order_no if new else None)

    async def _end(self) -> Stage | None:
        expected = self._order.scenario.expected
        await self._until(expected)
        if not expected.is_final:
            return (await self._state()).stage
        result = await self._hands.asked(self._handle().result, f"{self._no}: its end")
        return result.stage

    async def _state(self) -> OrderSnapshot:
        return await self._hands.asked(
            lambda: self._handle().query(ImportOrderWorkflow.state), f"{self._no}: its state"
        )

    async def _until(self, *stages: Stage) -> None:
        if not await self._hands.subscriber.reached(self._no, frozenset(stages), self._hands.patience):
            stage = self._hands.subscriber.stage(self._no)
            names = " or ".join(stages)
            fault = self._hands.subscriber.fault
            deaf = f"; its events cannot be heard: {fault}" if fault else ""
            raise PlayError(f"{self._no}: waited {self._hands.patience:.0f} s for {names}, it stands at {stage}{deaf}")

    def _handle(self) -> WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]:
        return self._hands.temporal.get_workflow_handle_for(ImportOrderWorkflow.run, self._order.key.workflow_id)
