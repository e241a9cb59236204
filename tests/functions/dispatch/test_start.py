"""The first documents come with the start of the life: none is lost, whoever else was there, died or was not heard."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from events.ceb.base import CebModel
from events.life import ImportOrderStart
from events.values import CHINA, utc_now
from functions.aws import dynamodb, s3
from functions.dispatch import temporal as delivery
from functions.orders.handler import open_order
from functions.orders.models import OpenRequest, OrderOpened
from functions.orders.opened import Opened, own_opened
from functions.policy.rules import life_limits
from functions.settings import settings
from tests.functions.dispatch.conftest import Dispatch, dead_letters
from tests.functions.dispatch.records import accepted

_Start = Callable[..., Any]


async def _deliver(dispatch: Dispatch, *models: CebModel) -> None:
    await delivery.deliver(dispatch.client, dispatch.key, [accepted(model) for model in models])


async def test_an_order_whose_dispatcher_died_before_it_started_is_started_by_the_next(dispatch: Dispatch) -> None:
    """Given an order that is on record and has no workflow, when its document comes again, then it starts."""
    now = utc_now()
    start = ImportOrderStart(key=dispatch.key, limits=life_limits(now.astimezone(CHINA).date()), opened=now)
    assert open_order(OpenRequest(key=dispatch.key, opening=start.opening, due_by=now)).is_new
    assert await dispatch.send(dispatch.order()) == []
    assert await dispatch.groups() == [["order"]]
    assert await dispatch.actions() == {"start": 1, "signal": 1}


async def test_an_order_that_another_dispatcher_has_started_is_signalled(dispatch: Dispatch) -> None:
    await dispatch.send(dispatch.order())
    own_opened.cache_clear()
    assert await dispatch.send(dispatch.payment()) == []
    assert await dispatch.groups() == [["order"], ["payment"]]
    assert await dispatch.actions() == {"start": 1, "signal": 1}


async def test_an_order_that_another_starts_between_its_record_and_its_start_is_signalled(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given two dispatchers, when the one puts the order on record and the other starts it, then it has both's."""
    loop = asyncio.get_running_loop()
    others = [dispatch.payment()]

    def open_and_be_overtaken(request: OpenRequest) -> OrderOpened:
        opened = open_order(request)
        if others:
            asyncio.run_coroutine_threadsafe(_deliver(dispatch, others.pop()), loop).result()
        return opened

    monkeypatch.setattr(delivery, "open_order", open_and_be_overtaken)
    await _deliver(dispatch, dispatch.order())
    assert await dispatch.groups() == [["payment"], ["order"]]
    assert await dispatch.actions() == {"start": 1, "signal": 2}


async def test_of_dispatchers_that_race_for_an_order_none_loses_a_document(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given processes that each remember orders of their own, when each has a document of one new order, then one life
    has each of them once."""
    monkeypatch.setattr(delivery, "own_opened", Opened)
    models = [dispatch.order(), dispatch.payment(), dispatch.waybill(), dispatch.request()]
    documents = [accepted(model) for model in models]
    await asyncio.gather(
        *(delivery.deliver(dispatch.client, dispatch.key, [document]) for document in documents),
    )
    kinds = [kind for group in await dispatch.groups() for kind in group]
    assert sorted(kinds) == ["list-request", "order", "payment", "waybill"]
    assert (await dispatch.actions())["start"] == 1


async def test_a_start_whose_answer_is_lost_is_repeated_as_a_signal(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workflow takes what it has already for nothing new: tests/workflows/test_documents.py."""
    start: _Start = Client.start_workflow

    async def unheard(*arguments: Any, **named: Any) -> None:
        await start(*arguments, **named)
        raise RPCError("lost", RPCStatusCode.UNAVAILABLE, b"")

    order = accepted(dispatch.order())
    with monkeypatch.context() as patched:
        patched.setattr(Client, "start_workflow", unheard)
        with pytest.raises(RPCError):
            await delivery.deliver(dispatch.client, dispatch.key, [order])
    own_opened.cache_clear()  # another process may be given it, too
    await delivery.deliver(dispatch.client, dispatch.key, [order])
    assert await dispatch.groups() == [["order"], ["order"]]
    assert await dispatch.actions() == {"start": 1, "signal": 1}


async def test_a_start_that_failed_is_tried_again_with_everything(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    with monkeypatch.context() as patched:
        patched.setattr(Client, "start_workflow", away)
        with pytest.raises(RPCError):
            await _deliver(dispatch, dispatch.order())
    await _deliver(dispatch, dispatch.order(), dispatch.payment())
    assert await dispatch.groups() == [["order", "payment"]]


async def test_an_order_that_has_ended_does_not_start_again_even_where_its_record_is_gone(dispatch: Dispatch) -> None:
    await dispatch.send(dispatch.order(), dispatch.cancellation())
    await dispatch.handle.result()
    dynamodb().delete_item(TableName=settings().orders_table, Key={"pk": {"S": dispatch.key.workflow_id}})
    own_opened.cache_clear()
    assert await dispatch.send(dispatch.payment()) == []
    listed = s3().list_objects_v2(Bucket=settings().archive_bucket, Prefix=f"orders/{dispatch.key}/late/")
    assert [entry["Key"].rpartition("/")[2].rpartition("-")[0] for entry in listed["Contents"]] == ["payment"]
    assert dead_letters() == []
