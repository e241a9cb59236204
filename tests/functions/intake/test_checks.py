"""What the door asks of one document: rulebook 2.3 and 2.4, with the codes of 规范 202205."""

from typing import Any

import pytest

from events.ceb.base import CebModel
from events.ceb.declaration_list import ListItem
from events.ceb.order import OrderItem
from events.documents import DocumentKind
from functions.intake.checks import check
from functions.intake.refusals import Refusal
from tests.builders import INVALID_ID, declaration_list, list_items, order, order_items, payment, waybill
from tests.functions.intake.samples import arrival, cancellation, everything, list_request, waybill_status


def refused(model: CebModel) -> Refusal:
    refusal = check(arrival(model))
    assert refusal is not None
    return refusal


def places(refusal: Refusal) -> list[tuple[str, str, str | None]]:
    return [(problem.path, problem.rule, problem.value) for problem in refusal.problems]


def same_gnum(items: list[Any]) -> list[Any]:
    return [item.model_copy(update={"gnum": 1}) for item in items]


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_right_document_passes(kind: DocumentKind) -> None:
    assert check(arrival(everything()[kind])) is None


def test_a_right_bonded_list_passes() -> None:
    assert check(arrival(declaration_list("1210"))) is None


WRONG_APP_TYPES = [
    (order(app_type="3"), "-301009", "/OrderHead/appType"),
    (payment(app_type="3"), "-401006", "/PaymentHead/appType"),
    (waybill(app_type="0"), "-504014", "/LogisticsHead/appType"),
    (declaration_list(app_type="3"), "-621001", "/InventoryHead/appType"),
    (list_request(app_type="3"), "-621001", "/appType"),
    (cancellation(app_type="2"), "-623001", "/appType"),
    (waybill_status(app_type="3"), "-505011", "/appType"),
    (waybill_status(app_type="2"), "-505014", "/appType"),
]


@pytest.mark.parametrize(("model", "code", "path"), WRONG_APP_TYPES)
def test_app_type_is_new_or_change_and_new_only_where_nothing_changes(model: CebModel, code: str, path: str) -> None:
    refusal = refused(model)
    assert refusal.code == code
    assert [problem.path for problem in refusal.problems] == [path]


WRONG_FIELDS = [
    (order(app_status="1"), "-301008", ("/OrderHead/appStatus", "app-status", "1")),
    (payment(app_status="1"), "-401009", ("/PaymentHead/appStatus", "app-status", "1")),
    (waybill(app_status="1"), "-504011", ("/LogisticsHead/appStatus", "app-status", "1")),
    (waybill_status(app_status="1"), "-505011", ("/appStatus", "app-status", "1")),
    (declaration_list(app_status="1"), "-621001", ("/InventoryHead/appStatus", "app-status", "1")),
    (cancellation(app_status="1"), "-623001", ("/appStatus", "app-status", "1")),
    (order(order_type="E"), "-301008", ("/OrderHead/orderType", "C-ORDER-TYPE", "E")),
    (order(currency="502"), "-301008", ("/OrderHead/currency", "O-CURRENCY", "502")),
    (payment(currency="502"), "-401009", ("/PaymentHead/currency", "P-CURRENCY", "502")),
    (waybill(currency="502"), "-504011", ("/LogisticsHead/currency", "W-CURRENCY", "502")),
    (declaration_list(currency="502"), "-621001", ("/InventoryHead/currency", "L-CURRENCY", "502")),
    (waybill_status(logistics_status="R"), "-505011", ("/logisticsStatus", "C-LOGISTICS-STATUS", "R")),
    (order(app_time="20260230103000"), "-301008", ("/OrderHead/appTime", "T-SECOND", "20260230103000")),
    (order(app_time="202601 5103000"), "-301008", ("/OrderHead/appTime", "T-SECOND", "202601 5103000")),
    (
        order(app_time="２０２６０１０５１０３０００"),
        "-301008",
        ("/OrderHead/appTime", "T-SECOND", "２０２６０１０５１０３０００"),
    ),
    (payment(pay_time="20260105256060"), "-401009", ("/PaymentHead/payTime", "T-SECOND", "20260105256060")),
    (waybill_status(logistics_time="yesterday 1200"), "-505011", ("/logisticsTime", "T-SECOND", "yesterday 1200")),
    (declaration_list(decl_time="20261301"), "-621001", ("/InventoryHead/declTime", "T-DAY", "20261301")),
    (list_request(ie_date="2026 1 5"), "-621001", ("/ieDate", "T-DAY", "2026 1 5")),
    (order(order_no="a/b"), "-301008", ("/OrderHead/orderNo", "key", "a/b")),
    (order(ebp_code="3207 PLAT"), "-301008", ("/OrderHead/ebpCode", "key", "3207 PLAT")),
    (payment(pay_code="a/b"), "-401009", ("/PaymentHead/payCode", "key", "a/b")),
    (waybill(order_no="a\u3000b"), "-504011", ("/LogisticsHead/orderNo", "key", "a\u3000b")),
    (waybill_status(logistics_code="a/b"), "-505011", ("/logisticsCode", "key", "a/b")),
    (cancellation(order_no="a/b"), "-623001", ("/orderNo", "key", "a/b")),
    (list_request(agent_code="a/b"), "-621001", ("/agentCode", "key", "a/b")),
]


@pytest.mark.parametrize(("model", "code", "place"), WRONG_FIELDS)
def test_a_wrong_field_is_named_with_its_value_and_rule(
    model: CebModel, code: str, place: tuple[str, str, str]
) -> None:
    refusal = refused(model)
    assert refusal.code == code
    assert places(refusal) == [place]


@pytest.mark.parametrize(
    ("model", "code", "path"),
    [
        (order(items=same_gnum(order_items())), "-301002", "/OrderList[2]/gnum"),
        (declaration_list(items=same_gnum(list_items())), "-621027", "/InventoryList[2]/gnum"),
        (list_request(goods=same_gnum(list_request().goods)), "-621027", "/goods[2]/gnum"),
    ],
)
def test_lines_have_their_own_numbers(model: CebModel, code: str, path: str) -> None:
    refusal = refused(model)
    assert refusal.code == code
    assert places(refusal) == [(path, "N-GNUM", "1")]


def test_a_line_of_an_order_is_in_cny_too() -> None:
    first, second = order_items()
    line: OrderItem = second.model_copy(update={"currency": "502", "gnum": 7})
    refusal = refused(order(items=[first, line]))
    assert places(refusal) == [("/OrderList[2]/currency", "O-CURRENCY", "502")]


def test_a_direct_purchase_without_its_transport_is_refused_with_all_that_is_missing() -> None:
    refusal = refused(declaration_list(traf_no="", voyage_no=None, bill_no=None))
    assert refusal.code == "-621001"
    assert [path for path, _, _ in places(refusal)] == [
        f"/InventoryHead/{name}" for name in ("trafNo", "voyageNo", "billNo")
    ]


def test_a_bonded_list_without_its_records_is_refused_line_by_line() -> None:
    items: list[ListItem] = list_items("9610")
    refusal = refused(declaration_list("1210", items=items, ems_no=None))
    assert [path for path, _, _ in places(refusal)] == [
        "/InventoryHead/emsNo",
        "/InventoryList[1]/itemRecordNo",
        "/InventoryList[2]/itemRecordNo",
    ]


OF_THE_BUSINESS_LAYER = [
    (order(buyer_id_type="2"), "-301008", "/OrderHead/buyerIdType", "C-ID-TYPE"),
    (order(consignee=" "), "-301008", "/OrderHead/consignee", "R-EMPTY"),
    (order(discount="-1", actual_paid="562.89"), "-301008", "/OrderHead/discount", "N-NEGATIVE"),
    (order(items=[order_items()[0].model_copy(update={"unit": "abc"})]), "-301008", "/OrderList[1]/unit", "F-UNIT"),
    (payment(payer_id_type="9"), "-401009", "/PaymentHead/payerIdType", "C-ID-TYPE"),
    (waybill(weight="0"), "-504011", "/LogisticsHead/weight", "N-POSITIVE"),
    (declaration_list(assure_code="3207NOBODY"), "-621001", "/InventoryHead/assureCode", "L-ASSURE"),
    (declaration_list(net_weight="99"), "-621001", "/InventoryHead/netWeight", "N-NET"),
    (declaration_list(port_code="23A1"), "-621001", "/InventoryHead/portCode", "F-CUSTOMS"),
    (declaration_list(pre_no="X1"), "-621001", "/InventoryHead/preNo", "F-PRE-NO"),
    (cancellation(invt_no="23012026E000000001"), "-623001", "/invtNo", "F-INVT-NO"),
    (cancellation(buyer_id_number=INVALID_ID), "-623001", "/buyerIdNumber", "M9"),
    (list_request(customs_code="23x1"), "-621001", "/customsCode", "F-CUSTOMS"),
    (
        list_request(goods=[list_request().goods[0].model_copy(update={"gcode": "190110100X"})]),
        *("-621001", "/goods[1]/gcode", "F-GCODE"),
    ),
]


@pytest.mark.parametrize(("model", "code", "path", "rule"), OF_THE_BUSINESS_LAYER)
def test_the_whole_business_layer_is_asked(model: CebModel, code: str, path: str, rule: str) -> None:
    refusal = refused(model)
    assert refusal.code == code
    assert [(where, named) for where, named, _ in places(refusal)] == [(path, rule)]
    assert refusal.problems[0].message.startswith(f"{rule}: ")


@pytest.mark.parametrize(
    "model",
    [
        order(actual_paid="1"),
        order(buyer_id_number=INVALID_ID),
        payment(payer_id_number=INVALID_ID),
        waybill(pack_no=2),
        declaration_list(buyer_id_number=INVALID_ID),
        order(items=[item.model_copy(update={"total_price": item.total_price + 1}) for item in order_items()]),
        order(guid="311af125-6fed-4603-8c5d-49b1fa4b4b9b"),
    ],
)
def test_what_the_match_decides_and_what_is_only_an_advice_passes_the_door(model: CebModel) -> None:
    """M3, M7, M8, M9 depend on policy and can be corrected; advice fails nothing."""
    assert check(arrival(model)) is None


def test_all_mistakes_are_told_at_once_under_the_weightiest_code() -> None:
    refusal = refused(order(app_type="9", app_status="1", order_type="E", items=same_gnum(order_items())))
    assert refusal.code == "-301009"
    assert {path for path, _, _ in places(refusal)} == {
        "/OrderHead/appType",
        "/OrderHead/appStatus",
        "/OrderHead/orderType",
        "/OrderList[2]/gnum",
    }


def test_the_phrase_is_the_standards_with_the_fields_filled_in() -> None:
    refusal = refused(payment(app_status="1", currency="502"))
    assert refusal.info.zh == "参数校验不通过，[PaymentHead/appStatus, PaymentHead/currency]"
    assert "3207PAYM01/PAY20260105000001" in refusal.info.en
    assert "PaymentHead/appStatus" in refusal.info.en


def test_the_phrase_stays_within_a_receipts_text_whatever_the_number_of_mistakes() -> None:
    items = [order_items()[0].model_copy(update={"gnum": number, "currency": "502"}) for number in range(1, 100)]
    refusal = refused(order(items=items))
    assert len(refusal.problems) == 99
    assert "等99项" in refusal.info.zh
    assert len(refusal.info.zh + refusal.info.en) < 1000
