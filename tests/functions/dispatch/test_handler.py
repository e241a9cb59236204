"""A batch of the queue on its way to real workflows: started, signalled, kept, put aside or left to come again."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.service import RPCError

from events.life import ImportOrderStart, Stage
from events.values import OrderKey, utc_now
from functions.aws import dynamodb, s3
from functions.data_keys.keys import destruction, own_data_keys
from functions.data_keys.models import ShreddedError
from functions.dispatch import search_attributes
from functions.dispatch import temporal as delivery
from functions.dispatch.dead_letters import put_aside
from functions.intake.table import get
from functions.orders.handler import show
from functions.orders.models import ShowRequest
from functions.policy.rules import life_limits
from functions.settings import settings
from tests import builders
from tests.functions.dispatch.conftest import DeadLetter, Dispatch, RecordingOrder, dead_letters
from tests.functions.dispatch.records import accepted, envelope, of_gateway, of_others
from tests.functions.intake import samples


async def test_the_first_document_starts_the_life_with_its_limits_and_search_attributes(dispatch: Dispatch) -> None:
    assert await dispatch.send(dispatch.order()) == []
    assert await dispatch.groups() == [["order"]]
    start = await dispatch.handle.query(RecordingOrder.start)
    described = await dispatch.handle.describe()
    limits = life_limits(described.start_time.date())
    assert start == ImportOrderStart(
        key=dispatch.key,
        limits=limits,
        opened=start.opened,
        rests=True,
        calls_together=True,
        documents=start.documents,
    )
    assert abs(described.start_time - start.opened).total_seconds() < 5
    # and the order is on record before its workflow has done anything
    shown = show(ShowRequest(key=dispatch.key)).order
    assert shown
    assert shown.history == [start.opening]
    attributes = described.typed_search_attributes
    assert attributes.get(search_attributes.STAGE) == Stage.COLLECTING
    assert attributes.get(search_attributes.EBP) == dispatch.key.ebp_code
    due = attributes.get(search_attributes.DUE_BY)
    assert due
    assert abs(due - described.start_time - start.limits.documents).total_seconds() < 5


async def test_the_first_documents_of_an_order_come_with_its_start_and_later_ones_in_a_signal(
    dispatch: Dispatch,
) -> None:
    """Every signal is a billable Action."""
    assert await dispatch.send(dispatch.order(), dispatch.payment()) == []
    assert [sorted(kinds) for kinds in await dispatch.groups()] == [["order", "payment"]]
    assert await dispatch.actions() == {"start": 1}
    assert await dispatch.send(dispatch.waybill(), dispatch.request()) == []
    assert [sorted(kinds) for kinds in await dispatch.groups()] == [["order", "payment"], ["list-request", "waybill"]]
    assert await dispatch.actions() == {"start": 1, "signal": 1}


async def test_what_waited_comes_along_and_waits_no_more(dispatch: Dispatch) -> None:
    """Given a waybill before its order, when the order comes, then both come together, and nothing is parked."""
    waybill = accepted(dispatch.waybill())
    assert await dispatch.take(of_gateway(waybill)) == []
    parked = get(f"order-no#{dispatch.order_no}")
    assert any(waybill.document_id in name for name in parked)
    assert await dispatch.send(dispatch.order()) == []
    assert [sorted(kinds) for kinds in await dispatch.groups()] == [["order", "waybill"]]
    assert not any(waybill.document_id in name for name in get(f"order-no#{dispatch.order_no}"))
    assert dead_letters() == []


async def test_a_later_document_is_a_further_signal_and_no_second_life(dispatch: Dispatch) -> None:
    await dispatch.send(dispatch.order())
    first = (await dispatch.handle.describe()).run_id
    assert await dispatch.send(dispatch.payment()) == []
    assert await dispatch.groups() == [["order"], ["payment"]]
    assert (await dispatch.handle.describe()).run_id == first


async def test_an_order_that_was_put_on_record_here_is_not_put_there_again(dispatch: Dispatch) -> None:
    """Given an order that this process has opened, when more of it comes, then the table of records is left alone."""
    await dispatch.send(dispatch.order())
    asked: list[str] = []

    def ask(params: Any, **_: object) -> None:
        if settings().orders_table in str(params["body"]):
            asked.append(str(params["body"]))

    events = dynamodb().meta.events
    events.register("before-call.dynamodb", ask)
    try:
        await dispatch.send(dispatch.payment(), dispatch.waybill())
        assert asked == []
        await dispatch.send(builders.order(order_no=f"{dispatch.order_no}-2"))
        assert len(asked) == 1
    finally:
        events.unregister("before-call.dynamodb", ask)
    assert [sorted(kinds) for kinds in await dispatch.groups()] == [["order"], ["payment", "waybill"]]


async def test_the_same_message_twice_in_a_batch_is_one_document(dispatch: Dispatch) -> None:
    body = of_gateway(accepted(dispatch.order()))
    assert await dispatch.take(body, body) == []
    assert await dispatch.groups() == [["order"]]


async def test_what_comes_after_the_end_is_kept_in_the_archive(dispatch: Dispatch) -> None:
    """Given a life that has ended, when another document or a receipt comes, then it lies beside the dossier."""
    await dispatch.send(dispatch.order(), dispatch.cancellation())
    assert (await dispatch.handle.result())[-1]
    assert await dispatch.send(dispatch.payment()) == []
    order_receipt = samples.order_receipt(order_no=dispatch.order_no)
    assert await dispatch.send(order_receipt) == []
    listed = s3().list_objects_v2(Bucket=settings().archive_bucket, Prefix=f"orders/{dispatch.key}/late/")
    names = sorted(entry["Key"].rpartition("/")[2].rpartition("-")[0] for entry in listed["Contents"])
    assert names == ["order-receipt", "payment"]
    assert dead_letters() == []


@pytest.mark.parametrize("has_lived", [True, False])
async def test_what_comes_for_a_shredded_order_is_put_aside_and_begins_nothing(
    dispatch: Dispatch, has_lived: bool
) -> None:
    """Given an order whose key was destroyed, whether Temporal still knows it or not, when anything of it comes."""
    if has_lived:
        await dispatch.send(dispatch.order(), dispatch.cancellation())
        await dispatch.handle.result()
    own_data_keys().require(dispatch.key)
    dynamodb().transact_write_items(TransactItems=[destruction(dispatch.key, utc_now())])
    own_data_keys().forget(dispatch.key)
    body = of_gateway(accepted(dispatch.payment()))
    assert await dispatch.take(body) == []
    (letter,) = dead_letters()
    assert letter.body == body
    assert letter.reason.startswith(f"the data of order {dispatch.key} were shredded on {utc_now():%Y-%m-%d}")
    assert s3().list_objects_v2(Bucket=settings().archive_bucket)["KeyCount"] == 0
    assert dynamodb().scan(TableName=settings().orders_table)["Count"] == int(has_lived)
    with pytest.raises(ShreddedError):
        own_data_keys().since(dispatch.key)
    if not has_lived:
        with pytest.raises(RPCError, match="not found"):
            await dispatch.handle.describe()


async def test_a_document_that_cannot_start_an_order_is_put_aside_with_the_reason(dispatch: Dispatch) -> None:
    body = of_gateway(accepted(dispatch.cancellation()))
    assert await dispatch.take(body) == []
    assert dead_letters() == [
        DeadLetter(body, f"order {dispatch.key} is not known, and this document cannot start it", "m-0")
    ]


async def test_a_receipt_for_something_unknown_is_put_aside_with_the_reason(dispatch: Dispatch) -> None:
    receipt = of_gateway(accepted(samples.list_receipt(cop_no="NOBODYS")))
    waybill_receipt = of_gateway(accepted(samples.waybill_receipt()))
    assert await dispatch.take(receipt, waybill_receipt) == []
    reasons = {letter.document_id: letter.reason for letter in dead_letters()}
    assert reasons["m-0"].startswith("copNo NOBODYS belongs to 0 lists")
    assert reasons["m-1"].startswith(f"a receipt for waybill {builders.CARRIER['logistics_code']}/")


async def test_poison_is_put_aside_whole_with_its_reason_and_the_rest_goes_on(dispatch: Dispatch) -> None:
    poison = ["{", envelope("sandan.gateway", {"no": "event"}), of_others(samples.list_receipt())]
    assert await dispatch.take(*poison[:2], of_gateway(accepted(dispatch.order())), poison[2]) == []
    assert await dispatch.groups() == [["order"]]
    letters = sorted(dead_letters(), key=lambda letter: letter.document_id)
    assert [letter.body for letter in letters] == poison
    assert [letter.document_id for letter in letters] == ["m-0", "m-1", "m-3"]
    assert all(letter.reason for letter in letters)


async def test_what_a_platform_put_on_the_bus_itself_reaches_its_order(dispatch: Dispatch) -> None:
    assert await dispatch.take(of_others(dispatch.order())) == []
    assert await dispatch.groups() == [["order"]]
    changed = of_others(dispatch.order(note="other"))
    assert await dispatch.take(changed) == []
    assert await dispatch.groups() == [["order"]]
    assert dead_letters() == []


async def test_no_person_is_named_in_ids_reasons_and_logs(
    dispatch: Dispatch, capfd: pytest.CaptureFixture[str]
) -> None:
    content = dispatch.order().model_dump(mode="json")
    content["OrderHead"]["buyerName"] = builders.BUYER_NAME * 60
    await dispatch.send(dispatch.order())
    await dispatch.take(of_others(dispatch.order(), data=content))
    (letter,) = dead_letters()
    described = await dispatch.handle.describe()
    summary = await described.static_summary()
    told = f"{letter.reason} {described.id} {described.typed_search_attributes} {summary} {''.join(capfd.readouterr())}"
    assert dispatch.order_no in told
    for person in (builders.BUYER_NAME, builders.BUYER_ID, builders.TELEPHONE, builders.ADDRESS):
        assert person not in told


async def test_a_server_that_is_away_makes_exactly_its_records_come_again(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given no Temporal server, when a batch comes, then what needs it fails, poison and waiting documents do not."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", f"127.0.0.1:{closed.getsockname()[1]}")
        settings.cache_clear()
        bodies = ["{", of_gateway(accepted(dispatch.order())), of_gateway(accepted(dispatch.payment()))]
        assert await dispatch.take(*bodies) == ["m-1", "m-2"]
    monkeypatch.setenv("SANDAN_TEMPORAL_ADDRESS", dispatch.client.service_client.config.target_host)
    settings.cache_clear()
    assert await dispatch.take(*bodies[1:]) == []
    assert [sorted(kinds) for kinds in await dispatch.groups()] == [["order", "payment"]]


async def test_a_fault_of_one_order_leaves_the_others_alone(
    dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = delivery.deliver

    async def faulty(client: Any, key: OrderKey, documents: Any) -> None:
        if key != dispatch.key:
            raise ConnectionError("away")
        await real(client, key, documents)

    monkeypatch.setattr(delivery, "deliver", faulty)
    other = builders.order(order_no=f"{dispatch.order_no}-2")
    assert await dispatch.send(other, dispatch.order(), other.model_copy()) == ["m-0", "m-2"]
    assert await dispatch.groups() == [["order"]]


def test_a_reason_is_cut_to_what_the_queue_takes(aws: None) -> None:
    put_aside(json.dumps({}), "m-0", "r" * 5000)
    assert [len(letter.reason) for letter in dead_letters()] == [1000]
