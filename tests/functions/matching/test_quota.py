"""M10: the single and the annual limit (财关税〔2016〕18号, 〔2018〕49号), to the cent and by date."""

from datetime import date
from decimal import Decimal

import pytest

from events.ceb.declaration_list import DeclarationList
from functions.matching.handler import match
from functions.matching.models import MatchRequest
from tests import builders

TODAY, BEFORE = date(2026, 11, 23), date(2018, 12, 31)


def worth(value: str, *, pieces: str = "2", freight: str = "0") -> DeclarationList:
    """A list of one line whose value is `value` without freight."""
    declared = builders.declaration_list(freight=freight, insured_fee="0")
    price = Decimal(value) / Decimal(pieces)
    line = declared.items[0].model_copy(update={"qty": Decimal(pieces), "price": price, "total_price": Decimal(value)})
    return declared.model_copy(update={"items": [line]})


def codes(declared: DeclarationList, on: date = TODAY, used: str = "0") -> list[str | None]:
    result = match(MatchRequest(on=on, declaration_list=declared, used_quota=Decimal(used)))
    return [finding.code for finding in result.findings if finding.rule == "M10"]


@pytest.mark.parametrize(
    ("value", "freight", "found"),
    [("4999.99", "0", []), ("5000.00", "0", []), ("5000.01", "0", ["-621005"]), ("4999.99", "0.02", ["-621005"])],
)
def test_the_single_limit(value: str, freight: str, found: list[str]) -> None:
    assert codes(worth(value, freight=freight)) == found


def test_one_indivisible_piece_may_be_over_the_single_limit() -> None:
    assert codes(worth("8000", pieces="1")) == []
    assert codes(worth("26000.01", pieces="1")) == ["-621018"]


@pytest.mark.parametrize(("used", "found"), [("21999.99", []), ("22000.00", []), ("22000.01", ["-621018"])])
def test_the_annual_limit_counts_what_was_bought_before(used: str, found: list[str]) -> None:
    assert codes(worth("4000"), used=used) == found


def test_the_published_case() -> None:
    # Rulebook 4.3, P9: 26,114.44 against 26,000
    assert codes(worth("26114.44")) == ["-621005", "-621018"]


def test_the_limits_before_2019() -> None:
    assert codes(worth("2000.00"), BEFORE) == []
    assert codes(worth("2000.01"), BEFORE) == ["-621005"]


def test_the_rows_used_are_told() -> None:
    result = match(MatchRequest(on=TODAY, declaration_list=worth("100")))
    assert {"quota.single_limit-2019", "quota.annual_limit-2019"} <= set(result.policy)
