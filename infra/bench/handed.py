"""The workflow part alone: recorded documents straight to the dispatcher's function, customs a sink that answers."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from events.catalogue import BY_KIND
from events.ceb.dxp import unwrap
from events.documents import InboundDocument
from events.values import key_of_cop_msg_id
from functions.aws import dynamodb
from functions.bus import OutboundEvent
from functions.dispatch.handler import handler
from functions.dispatch.record import GATEWAY_SOURCE
from infra.bench.lives import AT_ONCE, BenchError, Work, at_once
from infra.bench.record_orders import Life, Recording
from infra.bench.recording import parameters
from infra.demo.hands import PATIENCE_SECONDS
from infra.demo.month_end import LATER
from infra.lambda_context import LocalContext

_LIST = "CEB621Message"
_BATCH = 200


class HandedOver:
    """Recorded lives, lived again on a stack whose sandbox has been replaced by `customs`."""

    def __init__(self, temporal: Client, recording: Recording) -> None:
        self._temporal = temporal
        self._recording = recording
        self._loop = asyncio.get_running_loop()
        self._declared = {life.key: asyncio.Event() for life in recording.lives}
        self._waiting: list[tuple[InboundDocument, asyncio.Future[None]]] = []
        self._came = asyncio.Event()

    def prepare(self) -> None:
        """What the door has remembered when it has accepted the documents."""
        for call in self._recording.memory:
            asked = parameters(call)
            dynamodb().put_item(TableName=asked["TableName"], Item=asked["Item"])

    def customs(self) -> Starlette:
        """Takes every message, and tells when the list of an order has come."""

        async def take(request: Request) -> Response:
            info = unwrap(await request.body()).trans_info
            if info.cop_msg_id.endswith(_LIST):
                self._loop.call_soon_threadsafe(self._declared[key_of_cop_msg_id(info.cop_msg_id)].set)
            return Response(status_code=202)

        return Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])

    async def run(self) -> float:
        """Every life from its documents to closed; the seconds they took."""
        started = time.monotonic()
        dispatching = asyncio.create_task(self._dispatch())
        await at_once(AT_ONCE, [self._living(life) for life in self._recording.lives])
        seconds = time.monotonic() - started
        dispatching.cancel()
        return seconds

    def _living(self, life: Life) -> Work:
        async def live() -> None:
            handle = self._temporal.get_workflow_handle(life.key.workflow_id)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._hand(life.handed_over[0])
                for documents in life.handed_over[1:-1]:
                    await self._declared_or_more(life, documents)
                    await self._hand(documents)
                await TimeSkipper(self._temporal).fast_forward(handle, LATER)
                await self._hand(life.handed_over[-1])
                await handle.result()

        return live

    async def _declared_or_more(self, life: Life, documents: Sequence[InboundDocument]) -> None:
        """Receipts come after the list has gone to customs; documents of the parties may come before."""
        if any(document.kind.is_receipt for document in documents):
            await self._declared[life.key].wait()

    async def _hand(self, documents: Sequence[InboundDocument]) -> None:
        loop = asyncio.get_running_loop()
        waiting = [(document, loop.create_future()) for document in documents]
        self._waiting.extend(waiting)
        self._came.set()
        await asyncio.gather(*(future for _, future in waiting))

    async def _dispatch(self) -> None:
        """Batch after batch, each as large as what has come meanwhile, as the dispatcher's process does."""
        with ThreadPoolExecutor(1) as thread:
            while True:
                await self._came.wait()
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                if not self._waiting:
                    self._came.clear()
                event = {"Records": [_record(number, document) for number, (document, _) in enumerate(batch)]}
                answer = await self._loop.run_in_executor(thread, handler, event, LocalContext("dispatch"))
                for _, future in batch:
                    if answer["batchItemFailures"]:
                        future.set_exception(BenchError(f"the dispatcher refused {answer['batchItemFailures']}"))
                    else:
                        future.set_result(None)


def _record(number: int, document: InboundDocument) -> dict[str, Any]:
    """A document as the queue brings it: an event of the gateway."""
    event = OutboundEvent(
        document.document_id, BY_KIND[document.kind].name, document.document_id, document.received_at, document
    )
    body = f'{{"source": "{GATEWAY_SOURCE}", "detail": {event.detail(GATEWAY_SOURCE)}}}'
    return {"messageId": str(number), "body": body, "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
