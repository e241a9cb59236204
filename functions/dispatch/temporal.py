"""Documents on their way to the workflows of orders."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from events.documents import DocumentKind, InboundDocument
from events.life import DOCUMENTS_SIGNAL, IMPORT_ORDER_WORKFLOW, TASK_QUEUE, Documents, ImportOrderStart
from events.values import CHINA, OrderKey, utc_now
from functions.data_keys.keys import own_data_keys
from functions.data_keys.models import ShreddedError
from functions.dispatch.connection import is_missing
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
    """Start the order's workflow with its first documents, signal it later ones; what comes after its end is kept.

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
    try:
        if _STARTS_A_LIFE & {document.kind for document in documents}:
            await _start_or_signal(client, key, documents)
        else:
            handle = client.get_workflow_handle(key.workflow_id)
            await handle.signal(DOCUMENTS_SIGNAL, Documents(documents=documents), rpc_timeout=_RPC_TIMEOUT)
    except WorkflowAlreadyStartedError:
        await _keep_late(key, documents)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _require_known(client, key)
        await _keep_late(key, documents)


async def _start_or_signal(client: Client, key: OrderKey, documents: list[InboundDocument]) -> None:
    """The first documents come with the start: a signal behind it would be one more Action.

    An order that is on record already is likely running: its documents are signalled, and start it where they must.
    So are those of an order that somebody else has started meanwhile; the workflow takes what it has for nothing new.
    """
    now = utc_now()
    limits = life_limits(now.astimezone(CHINA).date())
    start = ImportOrderStart(key=key, limits=limits, opened=now, rests=True, calls_together=True)
    if await _is_new(start):
        with suppress(WorkflowAlreadyStartedError):
            await _start(client, start.model_copy(update={"documents": documents}))
            return
    await _start(client, start, Documents(documents=documents))


async def _is_new(start: ImportOrderStart) -> bool:
    """Whether nobody knew the order until now.

    It is put on record before it starts: the workflow's first task then has nothing to tell, which costs an Action.
    """
    if start.key in own_opened():
        return False
    opening = OpenRequest(key=start.key, opening=start.opening, due_by=start.opened + start.limits.documents)
    opened = await asyncio.to_thread(open_order, opening)
    own_opened().add(start.key)
    return opened.is_new


async def _start(client: Client, start: ImportOrderStart, message: Documents | None = None) -> None:
    """Start the workflow, which fails where there is one; with a message signal it where it runs.

    Raises WorkflowAlreadyStartedError.
    """
    conflict = WorkflowIDConflictPolicy.USE_EXISTING if message else WorkflowIDConflictPolicy.FAIL
    await client.start_workflow(
        IMPORT_ORDER_WORKFLOW,
        start,
        id=start.key.workflow_id,
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        id_conflict_policy=conflict,
        start_signal=DOCUMENTS_SIGNAL if message else None,
        start_signal_args=[message] if message else [],
        search_attributes=at_start(start.key.ebp_code, start.opened + start.limits.documents),
        static_summary=f"import order {start.key.order_no}",
        rpc_timeout=_RPC_TIMEOUT,
    )


async def _require_known(client: Client, key: OrderKey) -> None:
    try:
        await client.get_workflow_handle(key.workflow_id).describe(rpc_timeout=_RPC_TIMEOUT)
    except RPCError as error:
        if is_missing(error):
            raise UnprocessableError(f"order {key} is not known, and this document cannot start it") from None
        raise


async def _keep_late(key: OrderKey, documents: list[InboundDocument]) -> None:
    for document in documents:
        await asyncio.to_thread(late, LateRequest(key=key, document=document))
