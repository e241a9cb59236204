"""What comes together with news: who sends it may have heard what the order does not know any more."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from events.ceb.declaration_list import DeclarationList
from events.documents import DocumentKind
from events.life import CancelRequest, Stage
from functions.intake.handler import thaw
from functions.intake.models import FrozenDocument, ThawRequest
from functions.intake.rules import business_key
from infra.activities import InProcessInvoker
from tests import builders
from tests.workflows.life import Life, ScriptedCustoms, worker_with
from tests.workflows.return_life import WHOLE, Returns
from workflows.import_order import ImportOrderWorkflow

_UNTIL_IT_WAITS_SECONDS = 1


@pytest.fixture
def unworked(temporal: WorkflowEnvironment, guarantees: None) -> Life:
    """An order on which no worker works yet."""
    return Life(temporal, f"test-{uuid4()}", ScriptedCustoms(InProcessInvoker()))


async def _declare(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120")
    await life.until_true(lambda state: state.invt_no is not None, "the list's number")


async def test_a_return_is_taken_though_the_release_is_news_to_the_order(
    unworked: Life, threads: ThreadPoolExecutor
) -> None:
    """Given a release that a worker has told, when it dies before Temporal heard of it, then a return can be asked for.

    The next worker finds the release and the wish in one task: it takes the release in first.
    """
    returns = Returns(unworked)
    client, queue, customs = unworked.temporal.client, unworked.task_queue, unworked.customs
    async with worker_with(client, threads, queue, customs):
        await _declare(unworked)
    await unworked.customs_says("800")
    asked = asyncio.create_task(returns.ask(*WHOLE))
    await asyncio.sleep(_UNTIL_IT_WAITS_SECONDS)
    async with worker_with(client, threads, queue, customs):
        assert (await asked).number == 1
        await returns.applied()


async def test_what_the_news_forbid_is_refused(unworked: Life, threads: ThreadPoolExecutor) -> None:
    """Given a release and a cancellation in one task, the cancellation is checked after the release, and refused."""
    client, queue, customs = unworked.temporal.client, unworked.task_queue, unworked.customs
    async with worker_with(client, threads, queue, customs):
        await _declare(unworked)
    await unworked.customs_says("800")
    request = CancelRequest(who="op-1", why="too late")
    asked = asyncio.create_task(unworked.handle.execute_update(ImportOrderWorkflow.cancel, request))
    await asyncio.sleep(_UNTIL_IT_WAITS_SECONDS)
    async with worker_with(client, threads, queue, customs):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await asked
        assert "stage is released: only an order that is not released can be cancelled" in str(refused.value.cause)
        assert (await unworked.until(Stage.RELEASED)).stage is Stage.RELEASED


async def test_a_corrected_list_is_taken_though_the_rejection_is_news_to_the_order(
    unworked: Life, threads: ThreadPoolExecutor
) -> None:
    """Given a rejection that a worker has told, when it dies before Temporal heard of it, the correction is declared.

    That worker had untied the documents, so the door lets the corrected list through.
    """
    client, queue, customs = unworked.temporal.client, unworked.task_queue, unworked.customs
    async with worker_with(client, threads, queue, customs):
        await _declare(unworked)
        tied = (await unworked.until(Stage.DECLARED)).documents
    await unworked.customs_says("100", info="[Code:1322;Desc:清单与订单商品不一致]")
    documents = unworked.documents()
    frozen = [
        FrozenDocument(kind=kind, business_key=business_key(kind, model), content_hash=tied[kind.value])
        for kind, model in documents.items()
    ]
    thaw(ThawRequest(key=unworked.key, documents=frozen))
    declared = documents[DocumentKind.DECLARATION_LIST]
    assert isinstance(declared, DeclarationList)
    change = {"app_type": "2", "app_time": "20260107103000", "note": "fixed", "guid": builders.GUID.format(622)}
    corrected = declared.model_copy(update={"head": declared.head.model_copy(update=change)})
    await unworked.send(unworked.accepted(DocumentKind.DECLARATION_LIST, corrected))
    async with worker_with(client, threads, queue, customs):
        await unworked.until_sent(2)
        sent = customs.submissions[-1].declaration_list.head
        assert (customs.versions, sent.note) == ([1, 2], "fixed")
        assert Stage.MISMATCHED in [change.stage for change in (await unworked.until(Stage.DECLARED)).history]
        await unworked.customs_says("120", "800", version=2)
        await unworked.until(Stage.RELEASED)
