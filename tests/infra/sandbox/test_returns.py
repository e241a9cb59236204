"""Returns at the sandbox: CEB625 and its receipts, the goods, what becomes of the bill (公告2020-45)."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from events.ceb.writing import build
from events.returns import Condition, GoodsReturned, Inspection
from events.values import from_millisecond, from_second, to_second, utc_now
from functions.declaration.messages import return_message
from infra.generate.orders import GeneratedOrder
from infra.generate.parties import WAREHOUSE
from infra.generate.scenarios import Mode, Scenario
from tests.infra.sandbox.test_tax_bills import file_of, pay
from tests.infra.sandbox.world import World, an_order, application, elements
from tests.official import schema_errors

ACCEPTED = ["2", "3", "120", "399"]


async def released(world: World, scenario: Scenario, mode: Mode = Mode.DIRECT, pieces: int = 2) -> GeneratedOrder:
    """A released order with several lines, of the first of which there are at least so many pieces."""
    for index in range(100):
        order = an_order(scenario, mode, index)
        if len(order.facts.lines) > 1 and order.facts.lines[0].qty >= pieces:
            await world.declare(order)
            return order
    raise AssertionError("no such order")


def everything(order: GeneratedOrder) -> dict[int, str]:
    return {item.gnum: str(item.qty) for item in elements(order, "621")[0].items}


def the_goods(world: World) -> GoodsReturned:
    ((partner, report),) = world.gateway.goods
    assert partner == WAREHOUSE.partner_id
    return report


@pytest.mark.parametrize("mode", Mode)
async def test_a_whole_list_comes_back_and_its_bill_is_void(world: World, mode: Mode) -> None:
    order = await released(world, Scenario.RETURN, mode)
    asked = await world.give_back(order, everything(order))
    assert world.returns() == ACCEPTED
    receipts = [one for sent in world.gateway.of("CEB626Message") for one in sent.message.returns]
    assert {one.cop_no for one in receipts} == {asked.refund.head.cop_no}
    assert {one.invt_no for one in receipts} == {world.invt_no(order)}
    assert len({one.pre_no for one in receipts}) == 1
    report = the_goods(world)
    assert (report.return_no, report.operator_code) == (asked.refund.head.cop_no, WAREHOUSE.code)
    assert [(line.gnum, line.qty, line.condition) for line in report.lines] == [
        (item.gnum, item.qty, Condition.INTACT) for item in asked.refund.items
    ]
    declared = elements(order, "621")[0].head
    assert (report.site.customs_code, report.site.area_code) == (declared.customs_code, declared.area_code)
    (status,) = world.bill_statuses()
    assert (status.status, status.invt_no, status.ent_duty_no) == ("3", world.invt_no(order), None)
    told = await world.report(order)
    assert told["taxBill"]["sent"] == ["816:1", "818:3"]
    assert Decimal(told["taxBill"]["total"]) == 0
    (returned,) = told["returns"]
    assert (returned["received"], returned["taken"], returned["accepted"], returned["goodsBack"]) == (1, 1, True, True)


async def test_a_part_that_comes_back_corrects_the_bill_under_its_number(world: World) -> None:
    order = await released(world, Scenario.RETURN_PART)
    await world.give_back(order, {1: "1"})
    first, corrected = world.bills()
    assert corrected.head.tax_no == first.head.tax_no
    assert (corrected.head.status, corrected.head.return_time > first.head.return_time) == ("1", True)
    qty = order.facts.lines[0].qty
    for kind in ("tax_price", "value_added_tax", "consumption_tax"):
        before, after = getattr(first.items[0], kind), getattr(corrected.items[0], kind)
        assert abs(after - before * (qty - 1) / qty) <= Decimal("0.005")
    assert corrected.items[1:] == first.items[1:]
    assert corrected.head.value_added_tax == sum(item.value_added_tax for item in corrected.items)
    assert world.bill_statuses() == []


async def test_the_parts_of_several_returns_together_void_the_bill(world: World) -> None:
    order = await released(world, Scenario.RETURN_PART)
    rest = {gnum: Decimal(qty) - (gnum == 1) for gnum, qty in everything(order).items()}
    await world.give_back(order, {1: "1"}, number=1)
    await world.give_back(order, {gnum: str(qty) for gnum, qty in rest.items()}, number=2)
    assert world.returns() == ACCEPTED * 2
    assert [head.status for head in world.bill_statuses()] == ["3"]
    assert len({report.return_no for _, report in world.gateway.goods}) == 2


async def test_no_more_comes_back_than_there_is_left(world: World) -> None:
    order = await released(world, Scenario.RETURN)
    await world.give_back(order, everything(order), number=1)
    await world.give_back(order, {1: "1"}, number=2)
    assert world.returns() == [*ACCEPTED, "-625004"]
    assert len(world.gateway.goods) == 1


UNFIT: list[tuple[Scenario, dict[str, Any]]] = [
    (Scenario.RETURN_DAMAGED, {"inspection": Inspection.UNQUALIFIED}),
    (Scenario.RETURN_QUANTITY, {}),
    (Scenario.RETURN_WRONG_SITE, {}),
    (Scenario.RETURN_LATE, {}),
]


@pytest.mark.parametrize(("scenario", "said"), UNFIT)
async def test_goods_that_are_not_back_as_the_rules_want_leave_the_bill_as_it_is(
    world: World, scenario: Scenario, said: dict[str, Any]
) -> None:
    order = await released(world, scenario)
    asked = await world.give_back(order, {1: "2"})
    assert world.returns() == ACCEPTED
    report = the_goods(world)
    release = from_millisecond(world.gateway.receipts()[-1].return_time)
    differs = {
        "condition": any(line.condition is Condition.DAMAGED for line in report.lines),
        "quantity": sum(line.qty for line in report.lines) != sum(item.qty for item in asked.refund.items),
        "site": report.site.customs_code != asked.refund.head.customs_code,
        "late": report.received_at > release + timedelta(days=45),
    }
    wrong = {"return-damaged": "condition", "return-quantity": "quantity", "return-wrong-site": "site"}
    assert [name for name, found in differs.items() if found] == [wrong.get(scenario, "late")]
    assert report.inspection is said.get("inspection", Inspection.QUALIFIED)
    assert (len(world.bills()), world.bill_statuses()) == (1, [])
    assert (await world.report(order))["returns"][0]["goodsBack"] is False


@pytest.mark.parametrize("pieces", ["1", "2"])
async def test_the_wrong_quantity_is_one_less_or_where_that_is_none_one_more(world: World, pieces: str) -> None:
    order = await released(world, Scenario.RETURN_QUANTITY)
    await world.give_back(order, {1: pieces})
    assert [line.qty for line in the_goods(world).lines] == [{"1": 2, "2": 1}[pieces]]


async def test_goods_that_never_come_are_never_reported(world: World) -> None:
    order = await released(world, Scenario.RETURN_NEVER)
    await world.give_back(order, everything(order))
    assert (world.returns(), world.gateway.goods, world.bill_statuses()) == (ACCEPTED, [], [])


async def test_customs_refuses_a_return_with_an_official_code(world: World) -> None:
    order = await released(world, Scenario.RETURN_REFUSED)
    asked = await world.give_back(order, everything(order))
    (receipt,) = world.gateway.of("CEB626Message")[0].message.returns
    assert receipt.return_status == "-625014"
    assert asked.refund.head.cop_no in receipt.return_info
    assert world.gateway.goods == []


async def test_silence_ends_when_the_same_application_comes_again(world: World) -> None:
    order = await released(world, Scenario.RETURN_SILENCE)
    asked = await world.give_back(order, {1: "1"})
    assert (world.returns(), world.gateway.goods) == ([], [])
    for _ in range(2):
        await world.send(return_message(asked), "return 1")
        await world.idle()
    assert world.returns() == ACCEPTED
    assert len(world.gateway.goods) == 1
    (returned,) = (await world.report(order))["returns"]
    assert (returned["received"], returned["taken"]) == (3, 1)


async def test_what_cannot_be_returned_is_refused(world: World) -> None:
    order = await released(world, Scenario.RETURN)
    late = to_second(utc_now() + timedelta(days=30, minutes=1))
    await world.give_back(order, {1: "1"}, number=1, app_time=late)
    await world.give_back(order, {1: "1"}, number=2, invt_no="23012026I999999999")
    unsigned = build(return_message(application(order, world.invt_no(order), {1: "1"}, 3)))
    await world.post(unsigned, "return 3", "CEB625Message")
    await world.idle()
    asked = application(order, world.invt_no(order), {1: "1"}, 4)
    item = asked.refund.items[0].model_copy(update={"gcode": "9999999999"})
    foreign = asked.refund.model_copy(update={"items": [item]})
    await world.send(return_message(asked.model_copy(update={"refund": foreign})), "return 4")
    await world.idle()
    assert world.returns() == ["-625004", "-625204", "-625005", "-625209"]
    await world.give_back(order, {1: "1"}, number=5)
    await world.send(return_message(application(order, world.invt_no(order), {1: "1"}, 5)), "under another number")
    await world.idle()
    assert world.returns()[4:] == [*ACCEPTED, "-625033"]


async def test_a_list_that_is_not_released_has_nothing_to_return(world: World) -> None:
    order = an_order(Scenario.DETENTION)
    await world.declare(order)
    await world.give_back(order, {1: "1"})
    assert world.returns() == ["-625004"]


async def test_on_the_thirtieth_day_a_return_may_still_be_applied_for(world: World) -> None:
    """公告2020-45: within 30 days of the release."""
    order = await released(world, Scenario.RETURN)
    release = from_millisecond(world.gateway.receipts()[-1].return_time)
    last = to_second(release + timedelta(days=30))
    await world.give_back(order, {1: "1"}, app_time=last)
    assert world.returns() == ACCEPTED
    assert the_goods(world).received_at >= from_second(last)
    assert (await world.report(order))["returns"][0]["goodsBack"] is True


async def test_a_bill_that_is_paid_stays_paid_when_goods_come_back(world: World) -> None:
    """The rules name no way back for a tax that was paid: the bill stays summarised."""
    order = await released(world, Scenario.RETURN)
    await pay(world, file_of(world, [order]))
    await world.give_back(order, everything(order))
    assert [head.status for head in world.bill_statuses()] == ["2"]
    assert len(world.bills()) == 1


async def test_a_void_bill_cannot_be_paid(world: World) -> None:
    order = await released(world, Scenario.RETURN)
    await world.give_back(order, everything(order))
    status, answer = await pay(world, file_of(world, [order]))
    assert (status, answer["code"]) == (409, "NOT_DUE")


@pytest.mark.shared
async def test_receipts_of_returns_are_valid_by_the_official_schema(world: World, shared_ceb: Path) -> None:
    order = await released(world, Scenario.RETURN_PART)
    await world.give_back(order, {1: "1"})
    assert len(world.gateway.of("CEB626Message")) == 2
    for one in world.gateway.received:
        assert schema_errors(shared_ceb, one.xml) == "", one.message.root
