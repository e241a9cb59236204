"""Rules M1-M9 (rulebook 3.1): for each what passes, what fails, under which code, and that its fix mends it."""

from typing import Any

import pytest

from events.findings import Fix
from functions.matching.handler import match
from functions.matching.models import MatchRequest
from functions.matching.rules import RULES, match_documents
from functions.policy.pack import PolicyError, Row, default_pack
from tests import builders
from tests.functions.matching.cases import FIELDS, TODAY, findings, fixed, one, request

OTHER = "OTHER-1"


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_consistent_documents_match(mode: str) -> None:
    result = match(request(mode))
    assert (result.matched, result.missing, result.findings) == (True, [], [])
    assert result.policy == ["matching.amount_tolerance-2014"]


@pytest.mark.parametrize(
    ("rule", "code", "bent", "places", "fix"),
    [
        ("M1", None, ("payment", "order_no", OTHER), "order.orderNo payment.orderNo", builders.ORDER_NO),
        ("M1", None, ("payment", "ebp_code", OTHER), "order.ebpCode payment.ebpCode", "3207PLAT01"),
        ("M2", "1332", ("payment", "amount_paid", "3197.95"), "order.acturalPaid payment.amountPaid", "561.89"),
        ("M4", None, ("payment", "payer_name", "测试乙"), "order.buyerName payment.payerName", "测试甲"),
        (
            "M4",
            None,
            ("payment", "payer_id_number", builders.OTHER_BUYER_ID),
            "order.buyerIdNumber payment.payerIdNumber",
            builders.BUYER_ID,
        ),
        ("M5", None, ("waybill", "order_no", OTHER), "order.orderNo waybill.orderNo", builders.ORDER_NO),
        ("M5", None, ("waybill", "consignee", "测试乙"), "order.consignee waybill.consignee", "测试甲"),
        (
            "M5",
            None,
            ("waybill", "consignee_telephone", "00000000002"),
            "order.consigneeTelephone waybill.consigneeTelephone",
            builders.TELEPHONE,
        ),
        (
            "M5",
            None,
            ("waybill", "consignee_address", "测试路2号"),
            "order.consigneeAddress waybill.consigneeAddress",
            builders.ADDRESS,
        ),
        ("M6", None, ("list", "order_no", OTHER), "order.orderNo list.orderNo", builders.ORDER_NO),
        ("M6", None, ("list", "ebp_code", OTHER), "order.ebpCode list.ebpCode", "3207PLAT01"),
        ("M6", None, ("list", "ebc_code", OTHER), "order.ebcCode list.ebcCode", "3207SHOP01"),
        ("M6", "13127", ("list", "buyer_name", "测试乙"), "order.buyerName list.buyerName", "测试甲"),
        (
            "M6",
            "130126",
            ("list", "buyer_telephone", "00000000002"),
            "order.buyerTelephone list.buyerTelephone",
            builders.TELEPHONE,
        ),
        (
            "M6",
            None,
            ("list", "buyer_id_number", builders.OTHER_BUYER_ID),
            "order.buyerIdNumber list.buyerIdNumber",
            builders.BUYER_ID,
        ),
        ("M8", None, ("list", "logistics_no", OTHER), "waybill.logisticsNo list.logisticsNo", builders.LOGISTICS_NO),
        ("M8", None, ("list", "logistics_code", OTHER), "waybill.logisticsCode list.logisticsCode", "3207LOGI01"),
    ],
)
def test_two_documents_that_differ(
    rule: str, code: str | None, bent: tuple[str, str, str], places: str, fix: str
) -> None:
    """The second document is bent: it shows the bent value, and what the first says is proposed for it."""
    document, name, value = bent
    build: Any = {"payment": builders.payment, "waybill": builders.waybill, "list": builders.declaration_list}[document]
    finding = one(request(**{FIELDS[document]: build(**{name: value})}))
    assert (finding.rule, finding.code) == (rule, code)
    assert finding.right
    assert finding.right.value == value
    assert " ".join(f"{place.document}.{place.field}" for place in (finding.left, finding.right)) == places
    assert finding.fix == Fix(document=document, field=finding.right.field, value=fix)


@pytest.mark.parametrize(
    ("name", "code", "field"), [("pay_code", "13035", "payCode"), ("pay_transaction_id", None, "payTransactionId")]
)
def test_m1_the_payment_knows_its_enterprise_and_transaction(name: str, code: str | None, field: str) -> None:
    bent: dict[str, Any] = {name: OTHER}
    finding = one(request(order=builders.order(**bent)))
    assert (finding.rule, finding.code, finding.left.value) == ("M1", code, OTHER)
    assert finding.fix == Fix(document="order", field=field, value=getattr(builders.payment().head, name))
    absent: dict[str, Any] = {name: None}
    assert findings(request(order=builders.order(**absent))) == []
    empty: dict[str, Any] = {name: ""}
    assert findings(request(order=builders.order(**empty))) == []


def test_m2_compares_amounts_by_value() -> None:
    assert match(request(payment=builders.payment(amount_paid="561.890"))).matched
    assert not match(request(payment=builders.payment(amount_paid="561.89001"))).matched


def test_m2_mends_the_order_when_only_the_payment_fits_the_orders_own_sum() -> None:
    mistyped = request(order=builders.order(actual_paid="516.89"))
    found = findings(mistyped)
    assert [(finding.rule, finding.fix) for finding in found] == [
        (rule, Fix(document="order", field="acturalPaid", value="561.89")) for rule in ("M2", "M3")
    ]
    assert match(fixed(mistyped, Fix(document="order", field="acturalPaid", value="561.89"))).matched


def test_m3_shows_what_the_parts_come_to_and_proposes_it() -> None:
    found = findings(request(order=builders.order(freight="16.02"), payment=None))
    (finding,) = found
    assert (finding.rule, finding.code, finding.left.value) == ("M3", None, "561.89")
    assert finding.right
    assert (finding.right.field, finding.right.value) == ("goodsValue+freight+taxTotal-discount", "562.89")
    assert finding.fix == Fix(document="order", field="acturalPaid", value="562.89")
    mended = fixed(request(order=builders.order(freight="16.02"), payment=None), finding.fix)
    assert findings(mended) == []


def test_m3_proposes_nothing_when_the_payment_confirms_what_was_paid() -> None:
    finding = one(request(order=builders.order(tax_total="0")))
    assert finding.rule == "M3"
    assert finding.fix == Fix(document="order", field="acturalPaid", value=None)


def test_m3_subtracts_the_discount() -> None:
    discounted = builders.order(discount="61.89", actual_paid="500.00")
    assert match(request(order=discounted, payment=builders.payment(amount_paid="500"))).matched


@pytest.mark.parametrize(("share", "paid", "matched"), [("0", "561.88", False), ("0.05", "590", True)])
def test_m3_differs_at_most_by_the_policys_share(share: str, paid: str, matched: bool) -> None:
    policy = Row(
        id="tolerant", topic="matching.amount_tolerance", value=share, effective_from=TODAY, basis="setting: a test"
    )
    given = request(order=builders.order(actual_paid=paid), payment=builders.payment(amount_paid=paid))
    result = match_documents(given, default_pack().replaced_by([policy]).at(TODAY))
    assert (result.matched, result.policy[0]) == (matched, "tolerant")


def test_m3_the_tolerance_is_inclusive_and_a_share_of_what_was_paid() -> None:
    policy = Row(id="p", topic="matching.amount_tolerance", value="0.05", effective_from=TODAY, basis="setting: a test")
    at = default_pack().replaced_by([policy]).at(TODAY)

    def rules(paid: str) -> list[str]:
        head: dict[str, Any] = {"goods_value": "100", "freight": "5", "tax_total": "0", "actual_paid": paid}
        given = MatchRequest(on=TODAY, order=builders.order(**head))
        return [finding.rule for finding in match_documents(given, at).findings]

    assert rules("100") == []
    assert rules("99.99999") == ["M3"]


def test_m4_another_payer_is_a_case_for_people_unless_the_buyer_is_authenticated() -> None:
    stranger = builders.payment(payer_name="测试乙", payer_id_number=builders.OTHER_BUYER_ID)
    found = findings(request(payment=stranger))
    assert [(finding.rule, finding.fix and finding.fix.value) for finding in found] == [("M4", None), ("M4", None)]
    assert match(request(payment=stranger, buyer_authenticated=True)).matched


def test_m4_and_m6_mend_the_order_when_payment_and_list_agree_against_it() -> None:
    found = findings(request(order=builders.order(buyer_name="测试丙")))
    proposed = Fix(document="order", field="buyerName", value="测试甲")
    assert [(finding.rule, finding.fix) for finding in found] == [("M4", proposed), ("M6", proposed)]


def test_m5_ignores_white_space_around_but_not_within() -> None:
    assert match(request(waybill=builders.waybill(consignee=" 测试甲 "))).matched
    assert not match(request(waybill=builders.waybill(consignee="测试 甲"))).matched


def test_m8_one_parcel() -> None:
    finding = one(request(waybill=builders.waybill(pack_no=2)))
    assert (finding.rule, finding.left.field, finding.left.value) == ("M8", "packNo", "2")
    assert finding.fix == Fix(document="waybill", field="packNo", value="1")


def test_m9_an_impossible_number_is_replaced_by_the_one_that_others_know() -> None:
    """One mistyped digit in the order: every rule that sees it proposes the same correction."""
    given = request(order=builders.order(buyer_id_number=builders.INVALID_ID))
    found = findings(given)
    assert [finding.rule for finding in found] == ["M4", "M6", "M9"]
    fix = Fix(document="order", field="buyerIdNumber", value=builders.BUYER_ID)
    assert [finding.fix for finding in found] == [fix] * 3
    assert match(fixed(given, fix)).matched


def test_m9_two_documents_that_share_an_impossible_number_do_not_outvote_a_possible_one() -> None:
    given = request(
        payment=builders.payment(payer_id_number=builders.INVALID_ID),
        declaration_list=builders.declaration_list(buyer_id_number=builders.INVALID_ID),
    )
    found = findings(given)
    assert [finding.rule for finding in found] == ["M4", "M6", "M9"]
    assert [finding.fix and finding.fix.document for finding in found] == ["payment", "list", "list"]
    assert {finding.fix and finding.fix.value for finding in found} == {builders.BUYER_ID}


def test_m9_a_small_x_is_written_large() -> None:
    order = builders.order(buyer_id_number="00000020000229007x")
    (finding,) = findings(MatchRequest(on=TODAY, order=order))
    assert finding.fix == Fix(document="order", field="buyerIdNumber", value="00000020000229007X")


def test_m9_without_a_witness_only_the_sender_knows() -> None:
    order = builders.order(buyer_id_number=builders.INVALID_ID)
    (finding,) = findings(MatchRequest(on=TODAY, order=order))
    assert (finding.rule, finding.code, finding.left.value) == ("M9", None, builders.INVALID_ID)
    assert "订购人姓名和身份证不匹配" in finding.message.zh
    assert finding.fix == Fix(document="order", field="buyerIdNumber", value=None)


def test_m9_knows_other_papers_are_no_identity_cards() -> None:
    order = builders.order(buyer_id_type="2", buyer_id_number="E00000000")
    assert findings(MatchRequest(on=TODAY, order=order)) == []


@pytest.mark.parametrize(
    ("document", "rule"), [("order", "O-CURRENCY"), ("payment", "P-CURRENCY"), ("waybill", "W-CURRENCY")]
)
def test_the_currency_is_cny_in_every_document(document: str, rule: str) -> None:
    build: Any = getattr(builders, document)
    finding = one(request(**{document: build(currency="502")}))
    assert (finding.rule, finding.left.document) == (rule, document)
    assert finding.fix == Fix(document=document, field="currency", value="142")


def test_the_lists_own_rules_are_part_of_the_match() -> None:
    finding = one(request("1210", declaration_list=builders.declaration_list("1210", country="601")))
    assert (finding.rule, finding.fix and finding.fix.value) == ("L-1210", "142")
    finding = one(request(declaration_list=builders.declaration_list("9610", voyage_no=None)))
    assert finding.rule == "L-9610"


def test_missing_documents_are_named_and_never_match() -> None:
    result = match(MatchRequest(on=TODAY))
    assert (result.matched, result.findings, result.policy) == (False, [], [])
    assert result.missing == ["order", "payment", "waybill", "list"]
    result = match(request(payment=None))
    assert (result.matched, result.missing, result.findings) == (False, ["payment"], [])


def test_the_table_holds_every_rule_of_the_rulebook_that_is_the_matchings() -> None:
    numbers = [int(rule.id[1:]) for rule in RULES if rule.id.startswith("M")]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 10))


def test_a_day_without_policy_is_a_fault_not_a_finding() -> None:
    early = request().model_copy(update={"on": TODAY.replace(year=2010)})
    with pytest.raises(PolicyError, match=r"matching\.amount_tolerance on 2010-01-05"):
        match(early)
    assert default_pack().at(TODAY).row("matching.amount_tolerance").value == 0
