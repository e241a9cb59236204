"""The HTTP face: what is unreadable, the carrier, the payment firm, the way to the gateway."""

from typing import Any

import pytest

from events.ceb.frame import CebMessage
from events.ceb.message import parse
from events.ceb.messages.payment import CEB411Message
from events.ceb.messages.waybill import CEB511Message
from events.ceb.writing import build
from infra.generate.orders import GeneratedOrder, message_xml, to_xml
from infra.generate.scenarios import Scenario
from tests.infra.sandbox.world import CONFIG, World, an_order, open_world


async def hand_over(world: World, to: str, message: CebMessage) -> int:
    answer = await world.client.post(f"/{to}/messages", content=message_xml(message))
    await world.idle()
    return answer.status_code


def waybill(order: GeneratedOrder, **head: Any) -> CEB511Message:
    message = order.documents["511"]
    assert isinstance(message, CEB511Message)
    (one,) = message.waybills
    changed = one.model_copy(update={"head": one.head.model_copy(update=head)})
    return message.model_copy(update={"waybills": [changed]})


def payment(order: GeneratedOrder, **head: Any) -> CEB411Message:
    message = order.documents["411"]
    assert isinstance(message, CEB411Message)
    (one,) = message.payments
    changed = one.model_copy(update={"head": one.head.model_copy(update=head)})
    return message.model_copy(update={"payments": [changed]})


async def correct(world: World, order: GeneratedOrder, field: str, value: str) -> int:
    asked = {"ebpCode": order.key.ebp_code, "orderNo": order.key.order_no, "field": field, "value": value}
    answer = await world.client.post("/payment/corrections", json=asked)
    await world.idle()
    return answer.status_code


async def test_what_is_no_envelope_is_a_format_error_of_the_exchange(world: World) -> None:
    for body in (b"", b"<html/>", b"<DxpMsg", message_xml(payment(an_order(Scenario.RELEASE)))):
        answer = await world.client.post("/customs/messages", content=body)
        assert answer.status_code == 400
        assert answer.text.startswith("0001")


async def test_customs_takes_only_what_enterprises_send(world: World) -> None:
    receipt = b'<CEB622Message xmlns="http://www.chinaport.gov.cn/ceb"/>'
    answer = await world.post(receipt, root="CEB622Message")
    assert answer.status_code == 400
    assert answer.text.startswith("0002")


async def test_a_known_message_that_cannot_be_read_is_answered_with_ceb900(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    broken = to_xml(order, "621").replace(b"<ceb:packNo>1</ceb:packNo>", b"<ceb:packNo>one</ceb:packNo>")
    answer = await world.post(broken, cop_msg_id="import/X/1#1#CEB621Message")
    error: Any = parse(answer.content)
    assert answer.status_code == 400
    assert error.error.return_status == "-621001"
    assert "packNo" in error.error.return_info
    assert error.error.original_cop_msg_id == "import/X/1#1#CEB621Message"
    assert error.error.original_message_type == "CEB621Message"


async def test_the_carrier_says_that_a_released_parcel_was_signed_for(world: World) -> None:
    order = an_order(Scenario.INSPECTION_RELEASE)
    await world.declare(order)
    (delivered,) = world.gateway.of("CEB513Message")
    (status,) = delivered.message.waybill_statuses
    assert delivered.partner == "carrier-1"
    assert (status.logistics_status, status.logistics_no) == ("S", order.facts.logistics_no)
    assert delivered.message.base_transfer.cop_code == status.logistics_code
    assert [one.message.root for one in world.gateway.received][-2:] == ["CEB816Message", "CEB513Message"]


@pytest.mark.parametrize(
    ("scenario", "times"),
    [(Scenario.RELEASE, 1), (Scenario.DUPLICATES, 2), (Scenario.DETENTION, 0), (Scenario.INSPECTION_RETURN, 0)],
)
async def test_how_often_the_delivery_is_told(world: World, scenario: Scenario, times: int) -> None:
    await world.declare(an_order(scenario))
    told = [one.message.waybill_statuses for one in world.gateway.of("CEB513Message")]
    assert len(told) == times
    assert all(one == told[0] for one in told)


@pytest.mark.parametrize(("scenario", "times"), [(Scenario.RELEASE, 1), (Scenario.DUPLICATES, 2)])
async def test_the_carrier_transmits_the_waybill_itself(world: World, scenario: Scenario, times: int) -> None:
    order = an_order(scenario)
    assert await hand_over(world, "carrier", waybill(order)) == 202
    assert [one.partner for one in world.gateway.of("CEB511Message")] == ["carrier-1"] * times
    assert world.gateway.of("CEB511Message")[0].message == waybill(order)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"logistics_code": "3207OTHER1"}, "logisticsCode"), ({"pack_no": 2}, "packNo")]
)
async def test_the_carrier_refuses_waybills_that_are_not_right(world: World, wrong: dict[str, Any], field: str) -> None:
    message = waybill(an_order(Scenario.RELEASE), **wrong)
    answer = await world.client.post("/carrier/messages", content=build(message))
    assert answer.status_code == 422
    assert field in answer.json()["problems"][0]["path"]
    await world.idle()
    assert not world.gateway.received


@pytest.mark.parametrize("address", ["carrier", "payment"])
async def test_each_firm_takes_its_own_document_only(world: World, address: str) -> None:
    order = an_order(Scenario.RELEASE)
    foreign = payment(order) if address == "carrier" else waybill(order)
    assert await hand_over(world, address, foreign) == 422
    answer = await world.client.post(f"/{address}/messages", content=b"no xml")
    assert answer.status_code == 422
    assert not world.gateway.received


@pytest.mark.parametrize(("scenario", "times"), [(Scenario.PAYMENT_CORRECTED, 1), (Scenario.DUPLICATES, 2)])
async def test_the_payment_firm_transmits_the_payment_itself(world: World, scenario: Scenario, times: int) -> None:
    assert await hand_over(world, "payment", payment(an_order(scenario))) == 202
    assert [one.partner for one in world.gateway.of("CEB411Message")] == ["payment-1"] * times


async def test_an_order_that_was_never_paid_is_in_no_books(world: World) -> None:
    unpaid, paid = an_order(Scenario.PAYMENT_MISSING), an_order(Scenario.RELEASE)
    assert await hand_over(world, "payment", payment(paid, order_no=unpaid.key.order_no)) == 409
    assert await hand_over(world, "payment", payment(paid, pay_code="3207OTHER1")) == 422
    assert not world.gateway.received


async def test_the_payment_firm_corrects_what_its_books_say_otherwise(world: World) -> None:
    order = an_order(Scenario.PAYMENT_CORRECTED)
    await hand_over(world, "payment", payment(order))
    assert await correct(world, order, "amountPaid", str(order.facts.paid)) == 202
    first, again = (one.message for one in world.gateway.of("CEB411Message"))
    before, after = first.payments[0].head, again.payments[0].head
    assert after.amount_paid == order.facts.paid != before.amount_paid
    assert (after.app_type, after.app_time > before.app_time) == ("2", True)
    assert (after.guid != before.guid, again.guid != first.guid) == (True, True)
    unchanged = {"guid", "app_type", "app_time", "amount_paid"}
    assert after.model_dump(by_alias=False, exclude=unchanged) == before.model_dump(by_alias=False, exclude=unchanged)


async def test_a_correction_is_newer_even_than_a_payment_from_the_future(world: World) -> None:
    order = an_order(Scenario.PAYMENT_CORRECTED)
    await hand_over(world, "payment", payment(order, app_time="20991231235959"))
    assert await correct(world, order, "amountPaid", str(order.facts.paid)) == 202
    assert world.gateway.of("CEB411Message")[-1].message.payments[0].head.app_time == "21000101000000"


async def test_the_payment_firm_stands_by_its_books(world: World) -> None:
    order = an_order(Scenario.PAYMENT_MISMATCH)
    assert await correct(world, order, "amountPaid", "1.00") == 404
    await hand_over(world, "payment", payment(order))
    assert await correct(world, order, "amountPaid", str(order.facts.paid)) == 409
    assert len(world.gateway.received) == 1


@pytest.mark.parametrize(("field", "value"), [("orderNo", "X"), ("amountPaid", "much"), ("nonsense", "1")])
async def test_a_correction_that_cannot_be_names_its_problem(world: World, field: str, value: str) -> None:
    order = an_order(Scenario.PAYMENT_CORRECTED)
    await hand_over(world, "payment", payment(order))
    assert await correct(world, order, field, value) == 422
    assert (await world.client.post("/payment/corrections", content=b"{}")).status_code == 422
    assert len(world.gateway.received) == 1


async def test_nothing_is_lost_while_the_gateway_is_away(world: World) -> None:
    world.gateway.troubles.extend([0, 503, 401, 0, 429, 404, 500])
    await world.declare(an_order(Scenario.INSPECTION_RELEASE))
    assert world.gateway.statuses() == [["2", "3", "120"], ["500"], ["800"]]
    assert not world.gateway.troubles


async def test_what_the_gateway_refuses_for_good_is_noted_and_not_repeated(world: World) -> None:
    world.gateway.troubles.append(422)
    order = an_order(Scenario.RELEASE)
    await world.declare(order)
    assert world.gateway.statuses() == [["800"]]
    report = await world.report(order)
    assert [receipt["refused"] for receipt in report["receipts"]] == [True, True, True, False]


async def test_it_ends_at_once_with_answers_still_to_give() -> None:
    slow = CONFIG.model_copy(update={"delay": (60.0, 60.0)})
    async with open_world(slow) as world:
        for stem in ("311", "411", "511", "621"):
            assert (await world.send(an_order(Scenario.RELEASE).documents[stem])).status_code == 202
    assert not world.gateway.received


async def test_healthz(world: World) -> None:
    assert (await world.client.get("/healthz")).json() == {"status": "ok"}
