"""The formulas by themselves: published cases, composite rates, and prices turned back (rulebook 4.2, 4.3)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.policy.pack import PolicyError, Row, default_pack
from functions.tax.formulas import FULL_TAX, Levy, Rates, Relief, levy, price_within, taxes
from functions.tax.goods import Goods, Quantity
from functions.tax.reverse import price_from
from functions.tax.rounding import Rounding, rounded_sum, rounding_of, shares
from functions.tax.statutory import Notes, statutory
from functions.tax.tariff import LineRates

WITHIN = Relief(Fraction("0.7"), Fraction(0))
TODAY = default_pack().at(date(2026, 1, 5))
CENT = Decimal("0.01")


def rates(*, duty: str = "0", c: str = "0", v: str = "0.13", specific: str = "0") -> Rates:
    return Rates(Fraction(duty), Fraction(c), Fraction(specific), Fraction(v))


def test_p5_full_tax_as_published() -> None:
    # 120 + 10 + 6 + 4 = 140, t 20 %, c 15 %, v 13 %
    found = taxes(Fraction(140), rates(duty="0.20", c="0.15"), FULL_TAX)
    rounded = [round(Decimal(tax.numerator) / tax.denominator, 2) for tax in (found.duty, found.consumption, found.vat)]
    assert rounded == [Decimal("28"), Decimal("29.65"), Decimal("25.69")]
    assert round(float((140 + found.duty) / (1 - Fraction("0.15"))), 2) == 197.65


@pytest.mark.parametrize(
    ("c", "v", "percent"),
    [
        ("0", "0.13", "9.1"),
        ("0", "0.09", "6.3"),
        ("0.15", "0.13", "23.0588"),
        ("0.10", "0.13", "17.8889"),
        ("0.20", "0.13", "28.875"),
        ("0", "0.17", "11.9"),
        ("0.15", "0.17", "26.3529"),
    ],
)
def test_composite_rates_within_the_limits_of_18(c: str, v: str, percent: str) -> None:
    found = taxes(Fraction(100), rates(c=c, v=v), WITHIN).total
    assert found == 100 * Fraction("0.7") * (Fraction(c) + Fraction(v)) / (1 - Fraction(c))
    assert round(Decimal(found.numerator) / found.denominator, 4) == Decimal(percent)


@pytest.mark.parametrize("c", ["0", "0.10", "0.15", "0.20"])
def test_the_reverse_formula_within_the_limits(c: str) -> None:
    share, v = Fraction(c), Fraction("0.13")
    expected = 523 * (1 - share) / (1 - Fraction("0.3") * share + Fraction("0.7") * v)
    assert price_within(Fraction(523), rates(c=c), WITHIN) == expected


def test_a_price_below_the_tax_on_the_quantity_alone_has_no_value() -> None:
    assert price_within(Fraction(1), rates(specific="20"), WITHIN) is None


PARTS = st.decimals(min_value=0, max_value=Decimal("0.9"), places=4).map(Fraction)


SPECIFIC = st.decimals(min_value=0, max_value=1000, places=4).map(Fraction)
SOME_RATES = st.builds(Rates, duty=PARTS, consumption=PARTS, specific=SPECIFIC, vat=PARTS)


@given(
    value=st.decimals(min_value=0, max_value=10**9, places=5).map(Fraction),
    statutory_rates=SOME_RATES,
    relief=st.sampled_from([WITHIN, FULL_TAX]),
)
def test_reverse_undoes_forward_exactly(value: Fraction, statutory_rates: Rates, relief: Relief) -> None:
    with_tax = value + taxes(value, statutory_rates, relief).total
    assert price_within(with_tax, statutory_rates, relief) == value


@given(
    value=st.decimals(min_value=0, max_value=10**9, places=5),
    statutory_rates=SOME_RATES,
    relief=st.sampled_from([WITHIN, FULL_TAX]),
)
def test_a_levy_is_the_formulas_at_every_value(value: Decimal, statutory_rates: Rates, relief: Relief) -> None:
    found: Levy = levy(statutory_rates, relief)
    exact = taxes(Fraction(value), statutory_rates, relief)
    for linear, tax in ((found.duty, exact.duty), (found.consumption, exact.consumption), (found.vat, exact.vat)):
        assert (Fraction(*linear.at(value.as_integer_ratio())) if linear else 0) == tax


@given(
    amounts=st.lists(st.fractions(min_value=0, max_value=10**6, max_denominator=10**9), min_size=1, max_size=9),
    mode=st.sampled_from(["half-up", "half-even", "up", "down"]),
)
def test_a_rounded_sum_is_the_sum_rounded_and_its_parts_add_up(amounts: list[Fraction], mode: str) -> None:
    rounding = Rounding(mode, CENT, "test")
    total, parts = rounded_sum([amount.as_integer_ratio() for amount in amounts], rounding)
    assert total == rounding(sum(amounts, Fraction(0)))
    assert sum(parts) == total
    off = [abs(Fraction(part) - amount) for part, amount in zip(parts, amounts, strict=True)]
    assert max(off) < 2 * Fraction(CENT)  # a step for the rounding of the sum, another for the sharing out


@given(exact=st.fractions(min_value=0, max_value=10**6, max_denominator=10**6))
def test_the_modes_of_rounding_are_what_they_are_called(exact: Fraction) -> None:
    cents = exact * 100
    expected = {"half-up": floor(cents + Fraction(1, 2)), "half-even": round(cents), "up": ceil(cents)}
    for mode, whole in (expected | {"down": floor(cents)}).items():
        assert Rounding(mode, CENT, "test")(exact) == whole * CENT


@given(
    value=st.decimals(min_value=CENT, max_value=5000, places=2),
    grams=st.sampled_from(["5", "10", "50"]),
    specific=st.sampled_from(["0", "1.5"]),
)
def test_price_with_tax_turns_back_within_a_cent_on_both_sides_of_the_threshold(
    value: Decimal, grams: str, specific: str
) -> None:
    goods = Goods(gnum=1, price=value, quantities=(Quantity(Decimal(grams), "036"),))
    of_line = LineRates(
        duty=Decimal(0),
        vat=Decimal("0.13"),
        consumption=Decimal("0.15"),
        specific=Decimal(specific),
        specific_unit="036",
        threshold="cosmetics",
    )
    held = statutory(goods, of_line, value, TODAY, Notes())
    assert held is not None
    with_tax = rounding_of(TODAY)(Fraction(value) + taxes(Fraction(value), held, WITHIN).total)
    back = price_from(with_tax, goods, of_line, WITHIN, TODAY, notes=Notes())
    assert back is not None
    assert abs(back - value) <= CENT


def test_a_price_in_the_step_at_the_threshold_has_no_value() -> None:
    goods = Goods(gnum=1, price=Decimal(0), quantities=(Quantity(Decimal(10), "036"),))
    of_line = LineRates(Decimal(0), Decimal("0.13"), consumption=Decimal("0.15"), threshold="cosmetics")
    # 99.99 without consumption tax is 109.09 with VAT, 100.00 with it is 123.06
    assert price_from(Decimal("109.09"), goods, of_line, WITHIN, TODAY, notes=Notes()) == Decimal("99.99")
    assert price_from(Decimal("123.06"), goods, of_line, WITHIN, TODAY, notes=Notes()) == Decimal("100.00")
    assert price_from(Decimal("115"), goods, of_line, WITHIN, TODAY, notes=Notes()) is None


@given(
    weights=st.lists(st.decimals(min_value=0, max_value=10**6, places=5).map(Fraction), min_size=1, max_size=99),
    cents=st.integers(min_value=0, max_value=10**9),
)
def test_shares_add_up_and_are_within_a_step_of_the_exact_share(weights: list[Fraction], cents: int) -> None:
    total = cents * CENT
    parts = shares(total, [weight.as_integer_ratio() for weight in weights], CENT)
    assert sum(parts) == total
    assert all(part == round(part, 2) and part >= 0 for part in parts)
    if whole := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(total) * weight / whole) < Fraction(CENT)


def test_equal_rests_go_to_the_first_and_weights_of_nothing_count_as_equal() -> None:
    assert [str(part) for part in shares(Decimal("0.02"), [(1, 1)] * 3, CENT)] == ["0.01", "0.01", "0.00"]
    assert [str(part) for part in shares(Decimal("0.04"), [(0, 1)] * 2, CENT)] == ["0.02", "0.02"]


@pytest.mark.parametrize(
    ("mode", "exact", "rounded"),
    [
        ("half-up", "0.005", "0.01"),
        ("half-even", "0.005", "0.00"),
        ("half-even", "0.015", "0.02"),
        ("up", "0.0001", "0.01"),
        ("down", "0.0099", "0.00"),
    ],
)
def test_modes_of_rounding(mode: str, exact: str, rounded: str) -> None:
    assert str(Rounding(mode, CENT, "r")(Fraction(exact))) == rounded


@pytest.mark.parametrize(
    ("value", "words"),
    [({"mode": "odd", "step": "0.01"}, "mode is odd"), ({"mode": "up", "step": "0.3"}, "step is 0.3"), (1, "table")],
)
def test_a_rounding_row_that_makes_no_sense_is_a_fault_of_the_pack(value: object, words: str) -> None:
    row = Row.model_validate(
        {"id": "r", "topic": "tax.rounding", "value": value, "effective_from": "2014-02-10", "basis": "setting: a test"}
    )
    with pytest.raises(PolicyError, match=words):
        rounding_of(default_pack().replaced_by([row]).at(date(2026, 1, 5)))


@given(st.tuples(*[st.integers(0, 10**6).map(Fraction)] * 2).map(sorted), SOME_RATES)
def test_more_value_never_bears_less_tax(values: list[Fraction], some: Rates) -> None:
    low, high = (taxes(value, some, WITHIN).total for value in values)
    assert low <= high
