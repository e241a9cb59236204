"""When tax is due and late (rulebook 4.4). The day counts are settings: no regulation number was found for them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from events.values import CHINA
from functions.policy.pack import Pack, Row, default_pack
from functions.tax_payment.rules import (
    Terms,
    days_late,
    due_before,
    is_enforceable,
    late_before,
    late_fee,
    month_of,
    payment_day,
    summary_is_overdue,
    terms_of,
)

RELEASE_DAY = date(2026, 11, 23)
EARLIEST = datetime(2026, 11, 23, tzinfo=CHINA)
LATEST = datetime(2026, 11, 23, 23, 59, 59, 999999, tzinfo=CHINA)
TERMS = terms_of(default_pack().at(RELEASE_DAY))


def day(number: int) -> datetime:
    """Noon of the n-th day after the release."""
    return datetime(2026, 11, 23, 12, tzinfo=CHINA) + timedelta(days=number)


def with_rows(**values: int) -> Terms:
    """The terms with other settings."""
    rows = [
        Row(
            id=f"mine-{name}", topic=f"tax.{name}", value=value, effective_from=date(2014, 2, 10), basis="setting: mine"
        )
        for name, value in values.items()
    ]
    pack: Pack = default_pack().replaced_by(rows)
    return terms_of(pack.at(RELEASE_DAY))


@pytest.mark.parametrize("released_at", [EARLIEST, LATEST])
def test_a_bill_is_due_from_day_31_on(released_at: datetime) -> None:
    """tax.payment_first_day (setting: trade press): the whole of day 30 is the buyer's, for a return (公告2020-45)."""
    last_moment = datetime(2026, 12, 23, 23, 59, 59, 999999, tzinfo=CHINA)

    assert not released_at < due_before(day(30), TERMS)
    assert not released_at < due_before(last_moment, TERMS)
    assert released_at < due_before(last_moment + timedelta(microseconds=1), TERMS)
    assert released_at < due_before(day(31), TERMS)


@pytest.mark.parametrize("released_at", [EARLIEST, LATEST])
def test_a_bill_is_late_from_day_46_on(released_at: datetime) -> None:
    """tax.payment_last_day (setting: trade press): day 45 is in time."""
    assert not released_at < late_before(day(45), TERMS)
    assert released_at < late_before(day(46), TERMS)
    assert days_late(released_at, day(31).date(), TERMS) == 0
    assert days_late(released_at, day(45).date(), TERMS) == 0
    assert days_late(released_at, day(46).date(), TERMS) == 1
    assert days_late(released_at, day(60).date(), TERMS) == 15


def test_the_notice_decides_when_its_days_are_over_first() -> None:
    """tax.late_after_days (setting: trade press) counts from the day before the first one of payment."""
    assert TERMS.last_day == 45
    assert with_rows(late_after_days=10).last_day == 40
    assert with_rows(late_after_days=20).last_day == 45
    assert with_rows(payment_first_day=36).last_day == 45
    assert with_rows(payment_last_day=38).last_day == 38


@pytest.mark.parametrize(
    ("tax", "days", "fee"),
    [
        ("98.00", 0, "0.00"),
        ("98.00", 1, "0.05"),  # 0.049
        ("98.00", 10, "0.49"),
        ("9.00", 1, "0.00"),  # 0.0045
        ("10.00", 1, "0.01"),  # 0.005: half up
        ("0.00", 99, "0.00"),
    ],
)
def test_the_late_fee_is_a_share_of_the_tax_for_every_day(tax: str, days: int, fee: str) -> None:
    """tax.late_fee_rate (setting, to be verified), rounded once by tax.rounding."""
    assert late_fee(Decimal(tax), days, TERMS) == Decimal(fee)


def test_customs_may_take_the_guarantee_after_three_months() -> None:
    """tax.enforcement_months (setting: trade press), from the last day in time: 2027-01-07."""
    assert not is_enforceable(LATEST, date(2027, 4, 7), TERMS)
    assert is_enforceable(LATEST, date(2027, 4, 8), TERMS)
    earlier = datetime(2026, 10, 16, 9, tzinfo=CHINA)  # in time until 2026-11-30: three months later is a short month
    assert not is_enforceable(earlier, date(2027, 2, 28), TERMS)
    assert is_enforceable(earlier, date(2027, 3, 1), TERMS)


def test_customs_summarises_within_days_of_the_payment() -> None:
    """tax.summary_days (setting)."""
    assert not summary_is_overdue(day(31).date(), day(34), TERMS)
    assert summary_is_overdue(day(31).date(), day(35), TERMS)


def test_a_payment_counts_on_the_later_of_two_days() -> None:
    """The bank's, or the one for which an operator had the run look."""
    assert payment_day(day(33), day(31)) == day(33).date()
    assert payment_day(day(1), day(31)) == day(31).date()


def test_the_month_is_chinas() -> None:
    """16:00 UTC is midnight in China."""
    assert month_of(datetime.fromisoformat("2026-12-31T15:59:59+00:00")) == "2026-12"
    assert month_of(datetime.fromisoformat("2026-12-31T16:00:00+00:00")) == "2027-01"


def test_the_rows_that_decide_are_named() -> None:
    """Every decision reports them."""
    assert set(TERMS.policy) == {
        "tax.payment_first_day-2014",
        "tax.payment_last_day-2014",
        "tax.late_after_days-2014",
        "tax.late_fee_rate-2014",
        "tax.enforcement_months-2014",
        "tax.summary_days-2014",
        "tax.rounding-2014",
    }
