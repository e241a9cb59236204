"""What customs answers, scenario by scenario (rulebook 2.6, 2.8, 2.11)."""

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from events.ceb.messages.declaration_list import CEB621Message
from events.ceb.writing import build
from events.values import from_millisecond, utc_now
from infra.generate.orders import GeneratedOrder, cancellation
from infra.generate.scenarios import Mode, Scenario
from tests.infra.sandbox.world import World, an_order
from tests.official import schema_errors

TAKEN_IN = ["2", "3", "120"]
STORIES = {
    Scenario.RELEASE: [TAKEN_IN, ["800"]],
    Scenario.OUT_OF_ORDER: [TAKEN_IN, ["800"]],
    Scenario.DUPLICATES: [TAKEN_IN, TAKEN_IN, ["800"], ["800"]],
    Scenario.PAYMENT_CORRECTED: [["2", "3", "100"]],
    Scenario.PAYMENT_MISMATCH: [["2", "3", "100"]],
    Scenario.PAYMENT_MISSING: [["2"]],
    Scenario.CUSTOMS_REJECTION: [["2", "3", "100"]],
    Scenario.INSPECTION_RELEASE: [TAKEN_IN, ["500"], ["800"]],
    Scenario.INSPECTION_RETURN: [TAKEN_IN, ["500"], ["700"]],
    Scenario.DETENTION: [TAKEN_IN, ["500"], ["501"]],
    Scenario.CANCELLATION: [TAKEN_IN],
    Scenario.RECEIPTS_DISORDER: [["800"], ["800"], ["120"], ["120"], ["3"], ["3"], ["2"], ["2"]],
    Scenario.SILENCE: [],
}


def stems(order: GeneratedOrder) -> list[str]:
    return [stem for stem in ("311", "411", "511", "621") if stem in order.documents]


def declared(order: GeneratedOrder, stem: str = "621") -> CEB621Message:
    message = order.documents[stem]
    assert isinstance(message, CEB621Message)
    return message


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("scenario", STORIES)
async def test_the_receipts_of_each_scenario(world: World, scenario: Scenario, mode: Mode) -> None:
    order = an_order(scenario, mode)
    await world.declare(order, *stems(order))
    assert world.gateway.statuses() == STORIES[scenario]
    assert {one.partner for one in world.gateway.of("CEB622Message")} <= {"customs"}


@pytest.mark.parametrize("scenario", [Scenario.RELEASE, Scenario.RECEIPTS_DISORDER, Scenario.INSPECTION_RELEASE])
async def test_receipts_answer_the_list_by_its_guid_with_numbers_and_rising_times(
    world: World, scenario: Scenario
) -> None:
    order = an_order(scenario)
    await world.declare(order)
    head = declared(order).declaration_lists[0].head
    unique = {receipt.return_status: receipt for receipt in world.gateway.receipts()}
    happened = [status for status in ("2", "3", "120", "500", "800") if status in unique]
    times = [from_millisecond(unique[status].return_time) for status in happened]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert abs(utc_now() - times[-1]) < timedelta(minutes=1)
    for status, receipt in unique.items():
        assert (receipt.guid, receipt.cop_no, receipt.agent_code) == (head.guid, head.cop_no, head.agent_code)
        assert (receipt.ebp_code, receipt.ebc_code, receipt.customs_code) == (head.ebp_code, head.ebc_code, "2301")
        assert re.fullmatch(r"B\d{17}", receipt.pre_no)
        numbered = re.fullmatch(r"2301\d{4}I\d{9}", receipt.invt_no or "") is not None
        assert numbered is (status not in {"2", "3"})
    assert len({receipt.pre_no for receipt in unique.values()}) == 1
    assert unique["120"].return_info == "[Code:1800;Desc:逻辑校验通过]"
    assert unique["800"].return_info == "[Code:2600;Desc:放行]"


async def test_repeated_receipts_say_the_same_under_another_message_number(world: World) -> None:
    await world.declare(an_order(Scenario.DUPLICATES))
    first, again = world.gateway.of("CEB622Message")[:2]
    assert first.message.returns == again.message.returns
    assert first.message.guid != again.message.guid


async def test_no_two_lists_share_their_numbers(world: World) -> None:
    for index in range(5):
        await world.declare(an_order(Scenario.RELEASE, index=index))
    assert len({receipt.pre_no for receipt in world.gateway.receipts()}) == 5
    assert len({receipt.invt_no for receipt in world.gateway.receipts() if receipt.invt_no}) == 5


async def test_documents_may_come_after_their_list(world: World) -> None:
    order = an_order(Scenario.OUT_OF_ORDER)
    await world.declare(order, "621", "511")
    assert [receipt.return_info for receipt in world.gateway.receipts()] == ["支付信息不存在"]
    await world.declare(order, "411", "311")
    assert world.gateway.statuses() == [["2"], TAKEN_IN, ["800"]]


async def test_a_rejected_list_is_released_when_its_declarant_has_mended_it(world: World) -> None:
    order = an_order(Scenario.CUSTOMS_REJECTION)
    await world.declare(order)
    assert re.fullmatch(
        r"\[Code:-621001;Desc:清单报文校验失败，\[gnum:1,gcode:\d{8}98\]\]", world.gateway.receipts()[-1].return_info
    )
    assert world.gateway.receipts()[-1].invt_no is None
    await world.declare(order, "621-corrected")
    assert world.gateway.statuses() == [["2", "3", "100"], TAKEN_IN, ["800"]]
    guids = [receipt.guid for receipt in world.gateway.receipts()]
    assert (
        guids
        == [declared(order).declaration_lists[0].head.guid] * 3
        + [declared(order, "621-corrected").declaration_lists[0].head.guid] * 4
    )


async def test_a_payment_that_differs_is_rejected_until_it_is_corrected(world: World) -> None:
    order = an_order(Scenario.PAYMENT_CORRECTED)
    await world.declare(order)
    paid = order.facts.paid
    assert (
        f"[Code:1332;Desc:OrderHead.acturalPaid:{paid},PaymentHead.amountPaid:"
        in world.gateway.receipts()[-1].return_info
    )
    again = declared(order)
    head = again.declaration_lists[0].head.model_copy(update={"app_type": "2"})
    changed = again.declaration_lists[0].model_copy(update={"head": head})
    await world.declare(order, "411-corrected")
    await world.send(again.model_copy(update={"declaration_lists": [changed]}), "second version")
    await world.idle()
    assert world.gateway.statuses() == [["2", "3", "100"], TAKEN_IN, ["800"]]


async def test_cancellation_before_release(world: World) -> None:
    order = an_order(Scenario.CANCELLATION)
    await world.declare(order)
    await world.cancel(order)
    ((answer,),) = [one.message.returns for one in world.gateway.of("CEB624Message")]
    assert (answer.return_status, answer.return_info) == ("399", "[Code:2300;Desc:审核通过]已成功撤单")
    accepted = world.gateway.receipts()[-1]
    assert (answer.invt_no, answer.pre_no) == (accepted.invt_no, accepted.pre_no)
    assert answer.return_time > accepted.return_time
    assert world.gateway.statuses() == [TAKEN_IN]
    assert (await world.report(order))["standing"] == "cancelled"
    assert not world.gateway.of("CEB513Message")


async def test_a_released_list_cannot_be_cancelled(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    await world.declare(order)
    await world.cancel(order)
    ((answer,),) = [one.message.returns for one in world.gateway.of("CEB624Message")]
    assert answer.return_status == "-623005"


async def test_a_list_that_customs_does_not_know_cannot_be_cancelled(world: World) -> None:
    order = an_order(Scenario.CANCELLATION)
    await world.declare(order)
    await world.send(cancellation(order, "23012026I999999999", "B20260105000000001"))
    await world.idle()
    ((answer,),) = [one.message.returns for one in world.gateway.of("CEB624Message")]
    assert answer.return_status == "-623003"
    await world.cancel(order)
    assert world.gateway.of("CEB624Message")[-1].message.returns[0].return_status == "399"


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario.RELEASE, [TAKEN_IN]),
        (Scenario.INSPECTION_RELEASE, [TAKEN_IN, ["500"]]),
    ],
)
async def test_a_cancellation_stops_what_customs_was_about_to_say(
    world: World, scenario: Scenario, said: list[list[str]]
) -> None:
    order = an_order(scenario)
    world.gateway.hold_at = len(said)
    for stem in stems(order):
        await world.send(order.documents[stem])
    await world.gateway.held.wait()
    await world.cancel(order)
    assert world.gateway.statuses() == said
    assert world.gateway.of("CEB624Message")[-1].message.returns[0].return_status == "399"
    first = world.gateway.receipts()[-1]
    await world.send(declared(order), "declared anew")
    await world.idle()
    last = world.gateway.receipts()[-1]
    assert last.return_status == "800"
    assert last.pre_no != first.pre_no
    assert last.invt_no != first.invt_no


async def test_a_list_that_waits_for_a_document_can_be_changed(world: World) -> None:
    order = an_order(Scenario.CUSTOMS_REJECTION)
    await world.declare(order, "411", "621", "311", "621-corrected")
    missing = ["订单信息查询不存在", "运单信息不存在"]
    assert [receipt.return_info.partition("[")[0] for receipt in world.gateway.receipts()] == missing
    await world.declare(order, "511")
    assert world.gateway.statuses() == [["2"], ["2"], TAKEN_IN, ["800"]]
    corrected = declared(order, "621-corrected").declaration_lists[0]
    assert world.gateway.receipts()[-1].guid == corrected.head.guid


async def test_silence_ends_when_the_same_message_comes_again(world: World) -> None:
    order = an_order(Scenario.SILENCE)
    await world.declare(order)
    assert world.gateway.statuses() == []
    await world.declare(order, "621")
    assert world.gateway.statuses() == [TAKEN_IN, ["800"]]
    await world.declare(order, "621")
    assert world.gateway.statuses() == [TAKEN_IN, ["800"]]
    (submission,) = (await world.report(order))["lists"]
    assert (submission["received"], submission["taken"]) == (3, 1)


async def test_customs_is_closed_for_the_first_three_messages_of_the_order(world: World) -> None:
    order = an_order(Scenario.CUSTOMS_DOWN)
    assert await world.declare(order, "311", "311", "311") == [503, 503, 503]
    assert await world.declare(order) == [202, 202, 202, 202]
    assert world.gateway.statuses() == [TAKEN_IN, ["800"]]


async def test_the_same_message_twice_is_acknowledged_and_processed_once(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    assert await world.declare(order, "311", "411", "511", "621", "621", "621") == [202] * 6
    assert world.gateway.statuses() == [TAKEN_IN, ["800"]]
    (submission,) = (await world.report(order))["lists"]
    assert (submission["received"], submission["taken"]) == (3, 1)
    assert submission["copMsgId"] == declared(order).guid


async def test_a_second_declaration_under_another_number_is_found_out(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    await world.declare(order)
    await world.send(declared(order), "another CopMsgId")
    await world.idle()
    assert world.gateway.statuses()[-1] == ["-621004"]
    report = await world.report(order)
    assert [submission["taken"] for submission in report["lists"]] == [1, 0]


async def test_a_change_needs_a_list_that_was_rejected(world: World) -> None:
    unknown = an_order(Scenario.CUSTOMS_REJECTION)
    await world.declare(unknown, "621-corrected")
    assert world.gateway.statuses() == [["-621011"]]
    released = an_order(Scenario.CUSTOMS_REJECTION, index=1)
    await world.declare(released)
    await world.declare(released, "621-corrected")
    await world.send(declared(released, "621-corrected"), "once more")
    await world.idle()
    assert world.gateway.statuses()[-1] == ["-621012"]


async def test_a_list_without_a_right_signature_is_refused(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    await world.declare(order, "311", "411", "511")
    assert (await world.post(build(declared(order)))).status_code == 202
    await world.idle()
    assert world.gateway.statuses() == [["-621029"]]
    assert world.gateway.receipts()[0].return_info == "验签失败！"


async def test_the_report_tells_what_was_sent(world: World) -> None:
    order = an_order(Scenario.INSPECTION_RETURN)
    await world.declare(order)
    report = await world.report(order)
    assert report["scenario"] == "inspection-return"
    assert report["standing"] == "shipped-back"
    assert [receipt["status"] for receipt in report["receipts"]] == ["2", "3", "120", "500", "700"]
    assert not any(receipt["refused"] for receipt in report["receipts"])
    assert {receipt["message"] for receipt in report["receipts"]} == {"CEB622Message"}


async def test_an_order_of_the_real_world_is_simply_released(world: World) -> None:
    order = an_order(Scenario.RELEASE)
    for stem in ("311", "411", "511", "621"):
        message = order.documents[stem]
        renamed = type(message).model_validate_json(
            message.model_dump_json(exclude_none=True).replace(order.key.order_no, "SD20260105000001")
        )
        await world.send(renamed)
    await world.idle()
    assert world.gateway.statuses() == [TAKEN_IN, ["800"]]


@pytest.mark.shared
@pytest.mark.parametrize("scenario", [Scenario.DUPLICATES, Scenario.CUSTOMS_REJECTION, Scenario.CANCELLATION])
async def test_what_the_sandbox_sends_is_valid_by_the_official_schema(
    world: World, shared_ceb: Path, scenario: Scenario
) -> None:
    order = an_order(scenario)
    await world.declare(order)
    if scenario is Scenario.CANCELLATION:
        await world.cancel(order)
    assert world.gateway.received
    for one in world.gateway.received:
        assert schema_errors(shared_ceb, one.xml) == "", one.message.root
