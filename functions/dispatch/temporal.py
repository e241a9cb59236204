"""Signals to the workflows of orders."""

import asyncio
from datetime import timedelta

from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from events.documents import DocumentKind, InboundDocument
from events.life import DOCUMENTS_SIGNAL, IMPORT_ORDER_WORKFLOW, TASK_QUEUE, Documents, ImportOrderStart
from events.values import CHINA, OrderKey, utc_now
from functions.data_keys.keys import own_data_keys
from functions.data_keys.models import ShreddedError
from functions.dispatch.record import UnprocessableError
from functions.dispatch.search_attributes import at_start
from functions.dossier.handler import late
from functions.dossier.models import LateRequest
from functions.orders.handler import open_order
from functions.orders.models import OpenRequest
from functions.orders.opened import own_opened
from functions.policy.rules import life_limits

_STARTS_A_LIFE = {
    DocumentKind.ORDER,
    DocumentKind.PAYMENT,
    DocumentKind.WAYBILL,
    DocumentKind.DECLARATION_LIST,
    DocumentKind.DECLARATION_REQUEST,
}
_RPC_TIMEOUT = timedelta(seconds=10)


async def deliver(client: Client, key: OrderKey, documents: list[InboundDocument]) -> None:
    """Signal the order's workflow, which starts with its first document; what comes after its end is kept.

    Raises UnprocessableError when the order is unknown and the documents cannot start one, or when its data were
    shredded: nothing of it may begin again.
    """
    try:
        if not own_data_keys().has(key):
            await asyncio.to_thread(own_data_keys().require, key)
        await _deliver(client, key, documents)
    except ShreddedError as error:
        raise UnprocessableError(str(error)) from None


async def _deliver(client: Client, key: OrderKey, documents: list[InboundDocument]) -> None:
    message = Documents(documents=documents)
    try:
        if _STARTS_A_LIFE & {document.kind for document in documents}:
            await _signal_with_start(client, key, message)
        else:
            handle = client.get_workflow_handle(key.workflow_id)
            await handle.signal(DOCUMENTS_SIGNAL, message, rpc_timeout=_RPC_TIMEOUT)
    except WorkflowAlreadyStartedError:
        await _keep_late(key, documents)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _require_known(client, key)
        await _keep_late(key, documents)


async def _signal_with_start(client: Client, key: OrderKey, message: Documents) -> None:
    """The order is put on record first: the workflow's first task then has nothing to tell, which costs an Action."""
    now = utc_now()
    limits = life_limits(now.astimezone(CHINA).date())
    start = ImportOrderStart(key=key, limits=limits, opened=now, rests=True, calls_together=True)
    if key not in own_opened():
        opening = OpenRequest(key=key, opening=start.opening, due_by=now + limits.documents)
        await asyncio.to_thread(open_order, opening)
        own_opened().add(key)
    await client.start_workflow(
        IMPORT_ORDER_WORKFLOW,
        start,
        id=key.workflow_id,
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        start_signal=DOCUMENTS_SIGNAL,
        start_signal_args=[message],
        search_attributes=at_start(key.ebp_code, now + limits.documents),
        static_summary=f"import order {key.order_no}",
        rpc_timeout=_RPC_TIMEOUT,
    )


async def _require_known(client: Client, key: OrderKey) -> None:
    try:
        await client.get_workflow_handle(key.workflow_id).describe(rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not _is_of_the_namespace(error):
            raise UnprocessableError(f"order {key} is not known, and this document cannot start it") from None
        raise


def _is_of_the_namespace(error: RPCError) -> bool:
    """Whether the namespace is missing, for which no document is to blame."""
    return any(detail.Is(NamespaceNotFoundFailure.DESCRIPTOR) for detail in error.grpc_status.details)


async def _keep_late(key: OrderKey, documents: list[InboundDocument]) -> None:
    for document in documents:
        await asyncio.to_thread(late, LateRequest(key=key, document=document))
