"""M10: the limit of one purchase chooses the regime (财关税〔2016〕18号, 〔2018〕49号), to the cent and by date."""

from datetime import date

import pytest

from functions.tax.models import Regime
from tests.functions.tax.cases import a_list, assessed, line

BEFORE_2019 = date(2018, 12, 31)


@pytest.mark.parametrize(
    ("value", "freight", "code"),
    [
        ("4999.99", "0", None),
        ("5000.00", "0", None),
        ("5000.01", "0", "-621005"),
        ("4999.98", "0.02", None),
        ("4999.99", "0.02", "-621005"),
    ],
)
def test_the_single_limit_of_49_is_inside_and_counts_freight(value: str, freight: str, code: str | None) -> None:
    found = assessed(a_list(line(1, value, qty="2"), freight=freight))
    assert [(finding.rule, finding.code) for finding in found.findings] == ([("M10", code)] if code else [])
    assert found.regime is (None if code else Regime.CBEC)


def test_insurance_counts_to_the_value() -> None:
    assert assessed(a_list(line(1, "4999.99", qty="2"), insured_fee="0.02")).regime is None


@pytest.mark.parametrize("value", ["5000.01", "8000", "25999.99", "26000.01"])
def test_one_indivisible_piece_over_the_single_limit_is_taxed_in_full(value: str) -> None:
    # 〔2018〕49号; whether the year allows it, the ledger says
    found = assessed(a_list(line(1, value)))
    assert (found.regime, found.findings) == (Regime.CBEC_FULL, [])


def test_two_lines_of_one_piece_each_are_not_one_piece() -> None:
    found = assessed(a_list(line(1, "4000"), line(2, "1000.01")))
    assert found.regime is None
    assert "5000.01" in found.findings[0].message.zh
    assert "general trade" in found.findings[0].message.en


def test_p9_the_published_case_26114_44_is_over_both_limits() -> None:
    assert [finding.code for finding in assessed(a_list(line(1, "26114.44", qty="2"))).findings] == ["-621005"]


@pytest.mark.parametrize(("value", "code"), [("2000.00", None), ("2000.01", "-621005")])
def test_the_limit_of_18_before_2019(value: str, code: str | None) -> None:
    found = assessed(a_list(line(1, value, qty="2")), BEFORE_2019)
    assert [finding.code for finding in found.findings] == ([code] if code else [])
    assert "quota.single_limit-2016" in found.policy


def test_a_refused_list_bears_no_tax_and_says_its_value() -> None:
    found = assessed(a_list(line(1, "6000", qty="2")))
    assert (str(found.dutiable_value), str(found.total)) == ("6000", "0.00")
    assert found.items == []
    assert found.policy[0] == "quota.single_limit-2019"
