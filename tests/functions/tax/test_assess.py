"""The assessment of lists: worked cases of the rulebook (4.2, 4.3), thresholds, remarks, sums."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.declaration_list import DeclarationList
from functions.tax.models import Assessment, Regime
from tests import builders
from tests.functions.tax.cases import BEER, COSMETICS, MILK, RICE, TODAY, WHISKY, WINE, a_list, amounts, assessed, line

IN_2016 = date(2016, 11, 1)


def rules(found: Assessment) -> list[str]:
    return [finding.rule for finding in found.findings]


def test_p1_milk_powder_of_200_at_17_percent_in_2016() -> None:
    # 财关税〔2016〕18号: 70 % of 17 % is 11.9 %
    assert amounts(assessed(a_list(line(1, "200")), IN_2016)) == ("0.00", "0.00", "23.80", "23.80")


def test_c5_wine_of_1000_within_the_limits() -> None:
    wine = line(1, "1000", gcode=WINE, qty1="0.75", unit1="095")
    assert amounts(assessed(a_list(wine))) == ("0.00", "77.78", "101.11", "178.89")


def test_c6_exactly_5000_is_still_within_the_limits() -> None:
    found = assessed(a_list(line(1, "5000", qty="2")))
    assert (found.regime, amounts(found)[3]) == (Regime.CBEC, "455.00")


@pytest.mark.parametrize(
    ("on", "tax"),
    [
        (date(2018, 4, 30), "119.00"),
        (date(2018, 5, 1), "112.00"),
        (date(2019, 3, 31), "112.00"),
        (date(2019, 4, 1), "91.00"),
    ],
)
def test_the_vat_of_the_day(on: date, tax: str) -> None:
    assert amounts(assessed(a_list(line(1, "1000")), on))[2] == tax


def test_reduced_vat_is_6_3_percent_within_the_limits() -> None:
    assert amounts(assessed(a_list(line(1, "1000", gcode="4901990000"))))[2] == "63.00"


def test_one_piece_over_the_limit_bears_duty_and_all_taxes_in_full() -> None:
    # 财关税〔2018〕49号; 10,000 x 0.06 = 600; (10,600) x 0.13 = 1,378
    found = assessed(a_list(line(1, "10000", gcode="4202210000")))
    assert found.regime is Regime.CBEC_FULL
    assert amounts(found) == ("600.00", "0.00", "1378.00", "1978.00")
    assert not {"tax.cbec_share-2016", "tax.cbec_duty_rate-2016"} & set(found.policy)


@pytest.mark.parametrize(
    ("value", "quantity", "unit", "taxed"),
    [
        ("99.90", "10", "036", False),  # 9.99 per gram
        ("100.00", "10", "036", True),  # 10.00 per gram
        ("499.99", "0.05", "035", False),
        ("500.00", "0.05", "035", True),
        ("499.99", "50", "096", False),  # 1 l = 1 kg (公告2016-55)
        ("500.00", "0.05", "095", True),
        ("149.90", "10", "020", False),  # 14.99 per piece
        ("150.00", "10", "020", True),  # 15.00 per piece
    ],
)
def test_48_of_2016_cosmetics_bear_consumption_tax_from_10_per_gram_or_15_per_piece(
    value: str, quantity: str, unit: str, taxed: bool
) -> None:
    found = assessed(a_list(line(1, value, gcode=COSMETICS, qty1=quantity, unit1=unit)))
    expected = Decimal(value) / Decimal("0.85") * Decimal("0.15") * Decimal("0.7") if taxed else Decimal(0)
    assert found.consumption_tax == round(expected, 2)
    assert ("tax.litre_kilograms-2016" in found.policy) is (unit in {"095", "096"})


def test_the_threshold_goes_by_the_dutiable_price_with_freight() -> None:
    bottle = line(1, "499.99", gcode=COSMETICS, qty1="0.05", unit1="035")
    assert assessed(a_list(bottle, freight="0.01")).consumption_tax > 0


def test_specific_tax_goes_by_quantity_in_the_unit_of_the_tariff() -> None:
    # 250 CNY per tonne x 0.01 t x 0.7
    beer = line(1, "100", gcode=BEER, qty1="10", unit1="035")
    found = assessed(a_list(beer))
    assert str(found.consumption_tax) == "1.75"
    assert found.vat == Decimal("9.33")  # (100 + 2.5) x 0.13 x 0.7 = 9.3275


def test_compound_tax_is_on_price_and_quantity() -> None:
    # (300 + 0.7) / 0.8 x 0.2 + 0.7 = 75.875, x 0.7 = 53.1125
    whisky = line(1, "300", gcode=WHISKY, qty1="0.7", unit1="035")
    assert str(assessed(a_list(whisky)).consumption_tax) == "53.11"


def test_a_unit_that_says_nothing_to_the_tax_is_told() -> None:
    found = assessed(a_list(line(1, "100", gcode=BEER, qty1="6", unit1="007")))
    assert (found.regime, rules(found)) == (None, ["T5"])
    assert found.findings[0].left.field == "items[1].qty1"
    assert "070" in found.findings[0].message.en


def test_a_code_without_a_row_is_told_with_the_row_to_add() -> None:
    found = assessed(a_list(line(1, "100"), line(2, "100", gcode="9999999999")))
    assert (found.regime, found.items, rules(found)) == (None, [], ["T2"])
    (finding,) = found.findings
    assert (finding.left.field, finding.left.value) == ("items[2].gcode", "9999999999")
    assert "add one for code 99999999 or 9999999999" in finding.message.en
    assert f"{TODAY}" in finding.message.zh


def test_the_limit_is_told_even_when_the_code_is_unknown() -> None:
    assert rules(assessed(a_list(line(1, "6000", qty="2", gcode="9999999999")))) == ["M10", "T2"]


@pytest.mark.parametrize(("mode", "expected"), [("1210", []), ("9610", ["T4"])])
def test_bonded_only_goods_come_in_mode_1210_only(mode: str, expected: list[str]) -> None:
    found = assessed(a_list(line(1, "50", gcode=RICE, qty1="5"), mode=mode))
    assert rules(found) == expected
    assert (found.regime is None) is bool(expected)


def test_yearly_quantities_are_added_up_in_their_unit() -> None:
    rice = [line(1, "50", gcode=RICE, qty1="5000", unit1="036"), line(2, "60", gcode=RICE, qty1="2.5")]
    found = assessed(a_list(*rice, line(3, "188", gcode=MILK)))
    (yearly,) = found.yearly
    assert (yearly.goods, yearly.unit, yearly.quantity, yearly.limit) == ("rice", "035", Decimal("7.5"), Decimal(20))
    assert [item.yearly and item.yearly.quantity for item in found.items] == [5, Decimal("2.5"), None]


def test_t1_the_declared_tax_is_compared_to_the_cent_and_the_fix_is_ours() -> None:
    assert assessed(builders.declaration_list(), tax="46.87").findings == []
    found = assessed(builders.declaration_list(), tax="46.86")
    (finding,) = found.findings
    assert (finding.rule, finding.left.value, finding.right and finding.right.value) == ("T1", "46.86", "46.87")
    assert finding.fix is not None
    assert (finding.fix.document, finding.fix.field, finding.fix.value) == ("order", "taxTotal", "46.87")
    assert (found.regime, found.policy[-1]) == (Regime.CBEC, "tax.tolerance-2014")


def test_every_row_that_was_used_is_told_once() -> None:
    found = assessed(a_list(line(1, "100"), line(2, "100")))
    assert found.policy == [
        "quota.single_limit-2019",
        "tariff.19011010-2019-04-01",
        "tax.cbec_share-2016",
        "tax.cbec_duty_rate-2016",
        "tax.rounding-2014",
    ]


def test_freight_and_insurance_are_shared_out_by_value_and_add_up() -> None:
    found = assessed(a_list(line(1, "100"), line(2, "100"), line(3, "100"), freight="9", insured_fee="1"))
    assert [str(item.dutiable_value) for item in found.items] == ["103.34", "103.33", "103.33"]
    fine = assessed(a_list(line(1, "1"), line(2, "2"), freight="0.00001"))
    assert sum(item.dutiable_value for item in fine.items) == Decimal("3.00001")


CODES = st.sampled_from([MILK, WINE, COSMETICS, WHISKY, "4901990000"])
PRICES = st.decimals(min_value=0, max_value=400, places=5)
CHARGES = st.decimals(min_value=0, max_value=90, places=5)


@st.composite
def lists(draw: st.DrawFn) -> DeclarationList:
    prices = draw(st.lists(st.tuples(CODES, PRICES), min_size=1, max_size=11))
    lines: list[dict[str, Any]] = [
        line(place, str(price), gcode=code, qty1="0.05") for place, (code, price) in enumerate(prices, 1)
    ]
    return a_list(*lines, freight=str(draw(CHARGES)), insured_fee=str(draw(CHARGES)))


@given(lists())
def test_parts_of_lines_add_up_to_the_sums_and_are_within_a_cent_of_exact(declared: DeclarationList) -> None:
    found = assessed(declared)
    for kind in ("dutiable_value", "duty", "consumption_tax", "vat", "total"):
        assert sum(getattr(item, kind) for item in found.items) == getattr(found, kind)
    charges = declared.head.freight + declared.head.insured_fee
    assert found.dutiable_value == sum((item.total_price for item in declared.items), charges)
    for item, declared_line in zip(found.items, declared.items, strict=True):
        assert item.dutiable_value >= declared_line.total_price
        if declared_line.gcode == MILK:
            assert item.consumption_tax == 0
            assert abs(item.vat - item.dutiable_value * Decimal("0.091")) < Decimal("0.01")


@given(PRICES, PRICES, CODES)
def test_a_higher_price_never_bears_less_tax(one: Decimal, other: Decimal, code: str) -> None:
    low, high = sorted((one, other))
    totals = [assessed(a_list(line(1, str(price), gcode=code, qty1="0.05"))).total for price in (low, high)]
    assert totals[0] <= totals[1]
