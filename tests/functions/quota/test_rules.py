"""M10 of the year, in words (财关税〔2016〕18号, 〔2018〕49号); whether it holds is the ledger's condition."""

from datetime import date
from decimal import Decimal

import pytest

from functions.policy.pack import default_pack
from functions.quota.rules import ANNUAL_LIMIT, over_annual_limit


@pytest.mark.parametrize(
    ("on", "limit"), [(date(2018, 12, 31), 20000), (date(2019, 1, 1), 26000), (date(2026, 1, 5), 26000)]
)
def test_the_limit_of_the_day(on: date, limit: int) -> None:
    assert default_pack().at(on).row(ANNUAL_LIMIT).number() == limit


def test_p9_the_finding_names_code_sum_parts_limit_and_regulation() -> None:
    row = default_pack().at(date(2026, 1, 5)).row(ANNUAL_LIMIT)
    finding = over_annual_limit(Decimal("6114.44"), Decimal(20000), row)
    assert (finding.rule, finding.code, finding.basis) == ("M10", "-621018", "财关税〔2018〕49号")
    assert finding.left.value == "6114.44"
    for word in ("6114.44", "20000", "26000", "6000", "财关税〔2018〕49号"):
        assert word in finding.message.zh
        assert word in finding.message.en
