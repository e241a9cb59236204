"""The Lambda of the documents queue: read, find the order, signal its workflow; failures are told one by one.

While Temporal is away documents wait in the queue, however long it takes; see `coming_again`.
"""

import asyncio
import threading
from enum import Enum
from typing import TYPE_CHECKING, Any

from functions.loading import without_collector

with without_collector():
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from botocore.exceptions import BotoCoreError, ClientError
    from temporalio.service import RPCError

    from events.documents import InboundDocument
    from events.values import OrderKey
    from functions.dispatch import payment_data, temporal
    from functions.dispatch.coming_again import GIVEN_UP_AFTER, is_outage, put_off, receives_of
    from functions.dispatch.connection import own_client
    from functions.dispatch.dead_letters import put_aside
    from functions.dispatch.gathering import Gathering
    from functions.dispatch.record import UnprocessableError, document_of
    from functions.intake.handler import route, settle
    from functions.intake.models import Routed, RouteRequest, SettleRequest
    from functions.intake.rules import UnroutableError

if TYPE_CHECKING:
    from temporalio.client import Client

logger = Logger(service="dispatch")
_runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
_at_work = threading.Lock()


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take a batch; answers which records are to come again (`batchItemFailures`).

    A record that no repetition can help goes to the dead-letter queue at once, with its reason; one that fails for
    itself after five receives. Those for which something is away come again later and later.
    """
    dispatcher = Dispatcher(len(event["Records"]))
    answer = async_process_partial_response(
        event=event,
        record_handler=dispatcher.handle,
        processor=_Processor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )
    dispatcher.put_off()
    return answer


class _Processor(AsyncBatchProcessor):
    """Keeps its event loop and the threads of that from batch to batch, not only within Lambda; one batch at a time."""

    def async_process(self) -> list[tuple[Any, ...]]:
        """Handle all records of the batch, side by side."""

        async def handled() -> list[tuple[Any, ...]]:
            return list(await asyncio.gather(*(self._async_process_record(record) for record in self.records)))

        with _at_work:
            return _runner.run(handled())


class Dispatcher:
    """One batch on its way to the workflows."""

    def __init__(self, records: int) -> None:
        self._gathering = Gathering(records, self._deliver)
        self._connecting: asyncio.Task[Client] | None = None
        self._waiting: list[SQSRecord] = []

    async def handle(self, record: SQSRecord) -> None:
        """One record; raises what makes it come again."""
        try:
            await self._take(record)
        except Exception as error:
            logger.warning("comes again", extra={"message_id": record.message_id, **_described(error)})
            if is_outage(error):
                self._waiting.append(record)
                if isinstance(error, RPCError):
                    own_client().drop()
            elif receives_of(record) >= GIVEN_UP_AFTER:
                reason = f"gave up after {receives_of(record)} receives: {type(error).__name__}"
                await asyncio.to_thread(put_aside, record.body, record.message_id, reason)
                return
            raise

    def put_off(self) -> None:
        """Keep away for a while what something away has stopped; where the queue is away too, its own time goes on."""
        try:
            put_off(self._waiting)
        except (BotoCoreError, ClientError) as error:
            logger.warning("not put off", extra=_described(error))

    async def _take(self, record: SQSRecord) -> None:
        try:
            routed = await self._routed(record)
        except BaseException:
            self._gathering.drop_out()
            raise
        if routed is None or routed.key is None:
            self._gathering.drop_out()
            return
        try:
            await self._gathering.join(routed.key, routed.documents)
        except UnprocessableError as error:
            await asyncio.to_thread(put_aside, record.body, record.message_id, str(error))
            return
        if routed.parked:
            await asyncio.to_thread(settle, SettleRequest(parked=routed.parked, document_ids=_ids(routed.documents)))

    async def _routed(self, record: SQSRecord) -> Routed | None:
        """The order of a record's document, or None when there is nothing (more) to deliver."""
        try:
            read = await asyncio.to_thread(_read, record.body)
            if isinstance(read, InboundDocument):
                await payment_data.deliver(await self._connected(), read)
                return None
            return read
        except (UnprocessableError, UnroutableError) as error:
            logger.warning("put aside", extra={"message_id": record.message_id, "reason": str(error)})
            await asyncio.to_thread(put_aside, record.body, record.message_id, str(error))
            return None

    async def _deliver(self, key: OrderKey, documents: list[InboundDocument]) -> None:
        await temporal.deliver(await self._connected(), key, documents)

    async def _connected(self) -> "Client":
        """The client of this process; where none can be had, the batch learns it once."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(own_client().get())
        return await asyncio.shield(self._connecting)


def _read(body: str) -> Routed | InboundDocument | None:
    """The order of a document; the document itself where it belongs to no order's workflow."""
    document = document_of(body)
    if document is None or document.kind in payment_data.KINDS:
        return document
    return route(RouteRequest(document=document))


def _described(error: Exception) -> dict[str, str]:
    """The kind of an error; its text may quote a document."""
    status = getattr(error, "status", None)
    return {"error": type(error).__name__} | ({"status": str(status.name)} if isinstance(status, Enum) else {})


def _ids(documents: list[InboundDocument]) -> list[str]:
    return [document.document_id for document in documents]
