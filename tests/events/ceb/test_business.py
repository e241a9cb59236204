"""What the prose asks of a list: its mode's fields, one parcel, one currency (rulebook 2.3, 2.4)."""

from typing import Any

import pytest

from events.ceb.business.list_modes import currency_findings, list_mode_findings
from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, same
from events.documents import DocumentKind
from tests import builders


def seen(declaration_list: DeclarationList) -> list[tuple[str, str, str | None]]:
    """Rule, field and proposed value of every finding."""
    found = list_mode_findings(declaration_list)
    assert all(finding.fix and finding.fix.field == finding.left.field for finding in found)
    return [(finding.rule, finding.left.field, finding.fix.value) for finding in found if finding.fix]


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_a_right_list_has_no_findings(mode: str) -> None:
    assert seen(builders.declaration_list(mode)) == []


@pytest.mark.parametrize("empty", [None, "", "  "])
@pytest.mark.parametrize(("name", "field"), [("traf_no", "trafNo"), ("voyage_no", "voyageNo"), ("bill_no", "billNo")])
def test_9610_requires_the_transport(name: str, field: str, empty: str | None) -> None:
    head: dict[str, Any] = {name: empty}
    assert seen(builders.declaration_list("9610", **head)) == [("L-9610", field, None)]


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(("name", "field"), [("ems_no", "emsNo"), ("area_code", "areaCode"), ("area_name", "areaName")])
def test_1210_requires_the_bonded_site(name: str, field: str, empty: str | None) -> None:
    head: dict[str, Any] = {name: empty}
    assert seen(builders.declaration_list("1210", **head)) == [("L-1210", field, None)]


def test_1210_requires_a_record_number_on_each_line() -> None:
    first, second = builders.list_items("1210")
    items = [first, second.model_copy(update={"item_record_no": ""})]
    assert seen(builders.declaration_list("1210", items=items)) == [("L-1210", "items[2].itemRecordNo", None)]


@pytest.mark.parametrize(("name", "field"), [("traf_no", "trafNo"), ("voyage_no", "voyageNo"), ("bill_no", "billNo")])
def test_1210_leaves_the_transport_empty(name: str, field: str) -> None:
    head: dict[str, Any] = {name: "X1"}
    assert seen(builders.declaration_list("1210", **head)) == [("L-1210", field, "")]


def test_1210_comes_from_china_and_9610_from_elsewhere() -> None:
    assert seen(builders.declaration_list("1210", country="601")) == [("L-1210", "country", "142")]
    assert seen(builders.declaration_list("9610", country="601")) == []


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"mode": "9610"}, "9610"),
        ({"mode": "1210"}, "1210"),
        ({"mode": "9610", "traf_no": None}, None),
        ({"mode": "9610", "ems_no": "T1", "area_code": "A1", "area_name": "A"}, None),
    ],
)
def test_an_unknown_mode_is_named_and_what_the_other_fields_say_is_proposed(
    fields: dict[str, Any], meant: str | None
) -> None:
    assert seen(builders.declaration_list(**fields, trade_mode="0101")) == [("L-MODE", "tradeMode", meant)]


def test_one_parcel() -> None:
    assert seen(builders.declaration_list(pack_no=6000)) == [("L-PACK", "packNo", "1")]


def test_the_currency_is_cny_in_the_head_and_on_each_line() -> None:
    first, second = builders.list_items()
    wrong = builders.declaration_list(currency="502", items=[first, second.model_copy(update={"currency": "USD"})])
    assert seen(wrong) == [("L-CURRENCY", "currency", "142"), ("L-CURRENCY", "items[2].currency", "142")]
    paid = builders.payment(currency="502")
    (finding,) = currency_findings("P-CURRENCY", DocumentKind.PAYMENT, paid)
    assert (finding.rule, finding.left.document, finding.left.value) == ("P-CURRENCY", "payment", "502")


def test_a_message_names_rule_value_and_what_to_do_in_both_languages() -> None:
    (finding,) = list_mode_findings(builders.declaration_list(pack_no=6000))
    assert finding.message.zh == "L-PACK：清单的 packNo 是 6000，限定为 1。请把清单的 packNo 改为 1。"
    assert finding.message.en == "L-PACK: packNo of the list is 6000; it must be 1. Set packNo of the list to 1."
    (finding,) = list_mode_findings(builders.declaration_list("1210", traf_no="X1"))
    assert finding.message.zh.endswith("请清空清单的 trafNo。")
    (finding,) = list_mode_findings(builders.declaration_list("9610", traf_no=None))
    assert finding.message.en.endswith("Have its sender check trafNo of the list.")


def test_fields_compare_numbers_by_value_and_texts_but_for_white_space() -> None:
    def amount(value: str) -> Field:
        return Field(DocumentKind.PAYMENT, builders.payment(amount_paid=value).head, "amount_paid")

    def name(value: str) -> Field:
        return Field(DocumentKind.PAYMENT, builders.payment(payer_name=value).head, "payer_name")

    assert same(amount("561.890"), amount("561.89"))
    assert not same(amount("561.891"), amount("561.89"))
    assert same(name(" 测试甲 "), name("测试甲"))
    assert not same(name("测 试甲"), name("测试甲"))


def test_a_field_proposes_only_what_it_can_hold() -> None:
    field = Field(DocumentKind.DECLARATION_LIST, builders.list_items()[0], "item_no", 1)
    assert field.fix("S" * 20).value == "S" * 20
    assert field.fix("S" * 21).value is None
