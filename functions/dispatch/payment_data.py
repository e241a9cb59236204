"""Payment data and customs' questions for them on their way to their workflows."""

import asyncio
from datetime import datetime, timedelta

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from events.documents import DocumentKind, InboundDocument
from events.life import TASK_QUEUE
from events.payment_data import PlatDataOpen
from events.payment_data_life import (
    DATA_CAME_SIGNAL,
    PAYMENT_DATA_WORKFLOW,
    PaymentDataStage,
    PaymentDataStart,
    SessionKey,
)
from events.values import CHINA, utc_now
from functions.data_keys.models import ShreddedError
from functions.dispatch import search_attributes as attributes
from functions.dispatch.record import UnprocessableError
from functions.payment_data.handler import keep
from functions.payment_data.models import KeepRequest
from functions.policy.rules import payment_data_limits

KINDS = frozenset({DocumentKind.ORIGINAL_PAYMENT, DocumentKind.PAYMENT_DATA_REQUEST})
_RPC_TIMEOUT = timedelta(seconds=10)


async def deliver(client: Client, document: InboundDocument) -> None:
    """Keep data and wake the questions that wait for them; a question starts a workflow, once. Repeatable.

    Raises UnprocessableError for data of an order that was shredded.
    """
    content = document.parsed()
    if isinstance(content, PlatDataOpen):
        await _start(client, content)
        return
    try:
        kept = await asyncio.to_thread(keep, KeepRequest(document=document))
    except ShreddedError as error:
        raise UnprocessableError(str(error)) from None
    for workflow_id in kept.waiting:
        await _wake(client, workflow_id)


async def _start(client: Client, question: PlatDataOpen) -> None:
    now = utc_now()
    limits = payment_data_limits(now.astimezone(CHINA).date())
    key = SessionKey(session_id=question.session_id, order_no=question.order_no)
    try:
        await client.start_workflow(
            PAYMENT_DATA_WORKFLOW,
            PaymentDataStart(key=key, ebp_code=question.ebp_code, limits=limits),
            id=key.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=_at_start(now + limits.deadline),
            static_summary=f"payment data of order {key.order_no}",
            rpc_timeout=_RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        return  # customs has asked this before


def _at_start(due_by: datetime) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [
            SearchAttributePair(attributes.STAGE, PaymentDataStage.ASKED),
            SearchAttributePair(attributes.NEEDS_HUMAN, value=False),
            SearchAttributePair(attributes.DUE_BY, due_by),
        ]
    )


async def _wake(client: Client, workflow_id: str) -> None:
    try:
        await client.get_workflow_handle(workflow_id).signal(DATA_CAME_SIGNAL, rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended meanwhile
            raise
