"""Tax on personal articles in parcels (公告2010-43, 税委会〔2019〕17号)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.policy.pack import PolicyError, default_pack
from functions.tax.personal import (
    Article,
    Sender,
    heading_rate,
    over_value_limit,
    parcel_tax,
    value_from,
    value_limit,
)

TODAY = default_pack().at(date(2026, 1, 5))
RATE = Decimal("0.20")


@pytest.mark.parametrize(
    ("heading", "on", "rate"),
    [
        ("1", date(2019, 4, 8), "0.15"),
        ("1", date(2019, 4, 9), "0.13"),
        ("2", date(2019, 4, 8), "0.25"),
        ("2", date(2019, 4, 9), "0.20"),
        ("3", date(2026, 1, 5), "0.50"),
    ],
)
def test_17_of_2019_the_rates_of_the_headings(heading: str, on: date, rate: str) -> None:
    assert heading_rate(heading, default_pack().at(on)).number() == Decimal(rate)


def test_heading_3_is_a_setting_and_there_is_no_heading_4() -> None:
    assert heading_rate("3", TODAY).basis.startswith("setting: ")
    with pytest.raises(PolicyError, match=r"personal\.rate\.4"):
        heading_rate("4", TODAY)


@pytest.mark.parametrize(
    ("value", "tax", "waived"), [("249.99", "0", True), ("250", "0", True), ("250.05", "50.01", False)]
)
def test_a43_tax_up_to_50_is_waived_and_above_it_due_on_the_whole(value: str, tax: str, waived: bool) -> None:
    found = parcel_tax([Article(1, Decimal(value), RATE)], TODAY)
    assert (found.tax, found.waived) == (Decimal(tax), waived)
    assert found.policy == ("personal.waiver-2010", "tax.rounding-2014")


def test_the_waiver_goes_by_the_sum_of_the_parcel() -> None:
    found = parcel_tax([Article(1, Decimal(200), RATE), Article(2, Decimal(100), Decimal("0.13"))], TODAY)
    assert (found.tax, found.parts) == (Decimal(53), (Decimal(40), Decimal(13)))


@pytest.mark.parametrize(
    ("sender", "value", "one_piece", "refused"),
    [
        (Sender.OTHER, "1000", False, False),
        (Sender.OTHER, "1000.01", False, True),
        (Sender.OTHER, "1000.01", True, False),
        (Sender.HK_MACAU_TAIWAN, "800", False, False),
        (Sender.HK_MACAU_TAIWAN, "800.01", False, True),
    ],
)
def test_a43_value_limits(sender: Sender, value: str, one_piece: bool, refused: bool) -> None:
    finding = over_value_limit(Decimal(value), one_piece, value_limit(sender, TODAY))
    assert (finding is not None) is refused
    if finding:
        assert (finding.rule, finding.basis, finding.left.value) == ("T6", "海关总署公告2010-43", value)


def test_a_price_with_tax_in_the_step_of_the_waiver_has_no_value() -> None:
    assert value_from(Decimal(250), RATE, TODAY) == 250
    assert value_from(Decimal(280), RATE, TODAY) is None
    assert value_from(Decimal(360), RATE, TODAY) == 300


@given(st.decimals(min_value=0, max_value=2000, places=2), st.sampled_from(["0.13", "0.20", "0.50"]))
def test_turning_back_undoes_the_tax_within_a_cent(value: Decimal, rate: str) -> None:
    tax = parcel_tax([Article(1, value, Decimal(rate))], TODAY).tax
    back = value_from(value + tax, Decimal(rate), TODAY)
    assert back is not None
    assert abs(back - value) <= Decimal("0.01")
