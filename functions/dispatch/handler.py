"""The Lambda of the documents queue: read, find the order, signal its workflow; failures are told one by one."""

import asyncio
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from events.documents import InboundDocument
from events.values import OrderKey
from functions.dispatch import payment_data, temporal
from functions.dispatch.dead_letters import put_aside
from functions.dispatch.gathering import Gathering
from functions.dispatch.record import UnprocessableError, document_of
from functions.intake.handler import route, settle
from functions.intake.models import Routed, RouteRequest, SettleRequest
from functions.intake.rules import UnroutableError

if TYPE_CHECKING:
    from temporalio.client import Client

logger = Logger(service="dispatch")


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Take a batch; answers which records are to come again (`batchItemFailures`).

    A record that no repetition can help goes to the dead-letter queue at once, with its reason.
    """
    dispatcher = Dispatcher(len(event["Records"]))
    return async_process_partial_response(
        event=event,
        record_handler=dispatcher.handle,
        processor=AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


class Dispatcher:
    """One batch on its way to the workflows."""

    def __init__(self, records: int) -> None:
        self._gathering = Gathering(records, self._deliver)
        self._client: Client | None = None

    async def handle(self, record: SQSRecord) -> None:
        """One record; raises what makes it come again."""
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
        if self._client is None:
            self._client = await temporal.connect(lazy=True)
        return self._client


def _read(body: str) -> Routed | InboundDocument | None:
    """The order of a document; the document itself where it belongs to no order's workflow."""
    document = document_of(body)
    if document is None or document.kind in payment_data.KINDS:
        return document
    return route(RouteRequest(document=document))


def _ids(documents: list[InboundDocument]) -> list[str]:
    return [document.document_id for document in documents]
