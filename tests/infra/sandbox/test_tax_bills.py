"""Tax bills of the sandbox (CEB816, CEB818), and the bank that pays them (rulebook 4.4)."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from events.money import TaxPaymentFile, TaxPaymentLine
from infra.generate.orders import GeneratedOrder
from infra.generate.scenarios import Mode, Scenario
from tests.infra.sandbox.world import World, an_order, elements
from tests.official import schema_errors


def file_of(world: World, orders: Sequence[GeneratedOrder], no: str = "TP1") -> TaxPaymentFile:
    """The payment of the orders' bills, at what the bills say."""
    bills = {bill.head.invt_no: bill for bill in world.bills()}
    lines = []
    for order in orders:
        bill = bills[world.invt_no(order)]
        amount = bill.head.customs_tax + bill.head.value_added_tax + bill.head.consumption_tax
        lines.append(TaxPaymentLine(tax_no=bill.head.tax_no, invt_no=bill.head.invt_no, amount=amount))
    guarantor = elements(orders[0], "621")[0].head.assure_code
    total = sum((line.amount for line in lines), Decimal(0))
    return TaxPaymentFile(payment_no=no, guarantor=guarantor, total=total, lines=lines)


async def pay(world: World, file: TaxPaymentFile) -> tuple[int, dict[str, Any]]:
    answer = await world.order_money("/bank/payments", file.payment_no, file)
    return answer.status_code, answer.json() if answer.status_code in {200, 409} else {}


async def released(world: World, *scenarios: Scenario) -> list[GeneratedOrder]:
    """Released orders of one guarantor."""
    found: list[GeneratedOrder] = []
    for index in range(100):
        order = an_order(scenarios[len(found)], index=index)
        if not found or order.key.ebp_code == found[0].key.ebp_code:
            await world.declare(order)
            found.append(order)
        if len(found) == len(scenarios):
            return found
    raise AssertionError("no orders of one platform")


@pytest.mark.parametrize("mode", Mode)
async def test_a_released_list_gets_one_bill_that_its_lines_add_up_to(world: World, mode: Mode) -> None:
    order = an_order(Scenario.RELEASE, mode)
    await world.declare(order)
    (bill,) = world.bills()
    (declared,) = elements(order, "621")
    head = bill.head
    assert (head.invt_no, head.status, head.ent_duty_no) == (world.invt_no(order), "1", None)
    assert (head.assure_code, head.ebc_code, head.agent_code, head.customs_code) == (
        declared.head.assure_code,
        declared.head.ebc_code,
        declared.head.agent_code,
        declared.head.customs_code,
    )
    assert [(item.gnum, item.gcode) for item in bill.items] == [(item.gnum, item.gcode) for item in declared.items]
    assert sum(item.tax_price for item in bill.items) == order.facts.goods_value + order.facts.freight
    for kind in ("customs_tax", "value_added_tax", "consumption_tax"):
        assert getattr(head, kind) == sum(getattr(item, kind) for item in bill.items)
    assert head.customs_tax == 0  # within the limits (财关税〔2016〕18号)
    assert head.value_added_tax + head.consumption_tax == order.facts.tax
    roots = [one.message.root for one in world.gateway.received]
    assert roots[-3:] == ["CEB622Message", "CEB816Message", "CEB513Message"]
    (reported,) = (await world.client.get("/customs/tax-bills")).json()
    assert reported == (await world.report(order))["taxBill"]
    assert (reported["taxNo"], reported["status"], reported["sent"]) == (head.tax_no, "1", ["816:1"])
    assert Decimal(reported["total"]) == order.facts.tax


@pytest.mark.parametrize(
    "scenario", [Scenario.INSPECTION_RETURN, Scenario.DETENTION, Scenario.CANCELLATION, Scenario.PAYMENT_MISMATCH]
)
async def test_what_is_not_released_is_not_taxed(world: World, scenario: Scenario) -> None:
    order = an_order(scenario)
    await world.declare(order)
    assert world.bills() == []
    assert (await world.report(order))["taxBill"] is None


async def test_a_bill_may_come_before_any_receipt_with_its_number(world: World) -> None:
    await world.declare(an_order(Scenario.RECEIPTS_DISORDER))
    assert world.gateway.received[0].message.root == "CEB816Message"
    assert len(world.bills()) == 1


async def test_repeated_bills_say_the_same(world: World) -> None:
    order = an_order(Scenario.DUPLICATES)
    await world.declare(order)
    first, again = world.bills()
    assert first == again
    await pay(world, file_of(world, [order]))
    one, other = world.bill_statuses()
    assert one == other


async def test_a_paid_file_summarises_all_its_bills_under_one_number(world: World) -> None:
    orders = await released(world, Scenario.RELEASE, Scenario.OUT_OF_ORDER)
    status, answer = await pay(world, file_of(world, orders))
    assert status == 200
    assert answer["bankReference"].startswith("BK")
    heads = world.bill_statuses()
    assert {head.invt_no for head in heads} == {world.invt_no(order) for order in orders}
    assert {head.status for head in heads} == {"2"}
    assert len({head.ent_duty_no for head in heads}) == 1
    issued = {bill.head.tax_no: bill.head.return_time for bill in world.bills()}
    assert all(head.return_time > issued[head.tax_no] for head in heads)
    (booked,) = (await world.client.get("/bank/payments")).json()
    assert (booked["asked"], booked["refused"], booked["done"]) == (1, None, answer)


async def test_the_same_file_again_pays_nothing_and_is_answered_as_before(world: World) -> None:
    (order,) = await released(world, Scenario.RELEASE)
    file = file_of(world, [order])
    assert await pay(world, file) == await pay(world, file)
    assert len(world.bill_statuses()) == 1
    (booked,) = (await world.client.get("/bank/payments")).json()
    assert booked["asked"] == 2


async def test_the_bank_dies_after_booking_and_knows_it_when_asked_again(world: World) -> None:
    (order,) = await released(world, Scenario.BANK_DIES)
    file = file_of(world, [order])
    assert (await pay(world, file))[0] == 500
    assert (await pay(world, file))[0] == 200
    assert [head.status for head in world.bill_statuses()] == ["2"]


async def test_the_bank_has_no_funds_for_the_first_file_for_good_and_pays_the_next(world: World) -> None:
    (order,) = await released(world, Scenario.BANK_REFUSAL)
    refused = (409, {"code": "INSUFFICIENT_FUNDS", "reason": "账户余额不足"})
    assert await pay(world, file_of(world, [order])) == refused
    assert await pay(world, file_of(world, [order])) == refused
    assert world.bill_statuses() == []
    assert (await pay(world, file_of(world, [order], "TP2")))[0] == 200
    assert len(world.bill_statuses()) == 1


async def test_no_bill_is_paid_twice_and_nothing_that_is_not_due(world: World) -> None:
    (order,) = await released(world, Scenario.RELEASE)
    good = file_of(world, [order])
    line = good.lines[0]
    wrong: dict[str, dict[str, Any]] = {
        "UNKNOWN_BILL": {"lines": [line.model_copy(update={"tax_no": "T0"})]},
        "OTHER_AMOUNT": {"lines": [line.model_copy(update={"amount": line.amount + 1})], "total": good.total + 1},
        "OTHER_GUARANTOR": {"guarantor": "3207OTHER1"},
    }
    for code, changes in wrong.items():
        status, answer = await pay(world, good.model_copy(update={"payment_no": code, **changes}))
        assert (status, answer["code"]) == (409, code)
    assert world.bill_statuses() == []
    assert (await pay(world, good))[0] == 200
    status, answer = await pay(world, good.model_copy(update={"payment_no": "TP2"}))
    assert (status, answer["code"]) == (409, "NOT_DUE")
    status, answer = await pay(world, good.model_copy(update={"guarantor": "3207OTHER1"}))
    assert (status, answer["code"]) == (409, "KEY")
    assert len(world.bill_statuses()) == 1


@pytest.mark.shared
async def test_bills_are_valid_by_the_official_schema(world: World, shared_ceb: Path) -> None:
    (order,) = await released(world, Scenario.RELEASE)
    await pay(world, file_of(world, [order]))
    sent = [*world.gateway.of("CEB816Message"), *world.gateway.of("CEB818Message")]
    assert len(sent) == 2
    for one in sent:
        assert schema_errors(shared_ceb, one.xml) == ""
