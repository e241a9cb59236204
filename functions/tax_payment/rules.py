"""When a tax bill is due, when it is late, and what that costs (rulebook 4.4): pure, by China's calendar.

Day n is the n-th day after that of the release. The day counts and the rate are policy rows that rest on no regulation
number; each says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from events.values import CHINA
from functions.policy.pack import PolicyAtDate
from functions.tax.rounding import Rounding, rounding_of

FIRST_DAY, LAST_DAY = "tax.payment_first_day", "tax.payment_last_day"
LATE_AFTER, LATE_FEE = "tax.late_after_days", "tax.late_fee_rate"
ENFORCEMENT, SUMMARY = "tax.enforcement_months", "tax.summary_days"
_MONTHS = 12


@dataclass(frozen=True)
class Terms:
    """The numbers of one day. `last_day` is the last one in time: by its own row, or by the notice when that is first.

    `policy` are the ids of the rows.
    """

    first_day: int
    last_day: int
    late_fee_rate: Decimal
    enforcement_months: int
    summary_days: int
    rounding: Rounding
    policy: tuple[str, ...]


def terms_of(policy: PolicyAtDate) -> Terms:
    """The terms in effect. Raises PolicyError when a row is missing or no number."""
    rows = {topic: policy.row(topic) for topic in (FIRST_DAY, LAST_DAY, LATE_AFTER, LATE_FEE, ENFORCEMENT, SUMMARY)}
    rounding = rounding_of(policy)
    first_day = rows[FIRST_DAY].whole()
    by_notice = first_day - 1 + rows[LATE_AFTER].whole()
    return Terms(
        first_day=first_day,
        last_day=min(rows[LAST_DAY].whole(), by_notice),
        late_fee_rate=rows[LATE_FEE].number(),
        enforcement_months=rows[ENFORCEMENT].whole(),
        summary_days=rows[SUMMARY].whole(),
        rounding=rounding,
        policy=(*(row.id for row in rows.values()), rounding.row),
    )


def day_of(moment: datetime) -> date:
    """The day in China."""
    return moment.astimezone(CHINA).date()


def month_of(moment: datetime) -> str:
    """The month in China, YYYY-MM."""
    return f"{day_of(moment):%Y-%m}"


def due_before(as_of: datetime, terms: Terms) -> datetime:
    """What was released before this moment is due: its first day of payment has come."""
    return _midnight(day_of(as_of) - timedelta(days=terms.first_day - 1))


def late_before(as_of: datetime, terms: Terms) -> datetime:
    """What was released before this moment is late: its last day in time is over."""
    return _midnight(day_of(as_of) - timedelta(days=terms.last_day))


def days_late(released_at: datetime, on: date, terms: Terms) -> int:
    """How many days after the last one in time; 0 in time."""
    return max((on - day_of(released_at)).days - terms.last_day, 0)


def late_fee(tax: Decimal, days: int, terms: Terms) -> Decimal:
    """Tax times rate times days, rounded once."""
    return terms.rounding(Fraction(tax) * Fraction(terms.late_fee_rate) * days)


def is_enforceable(released_at: datetime, on: date, terms: Terms) -> bool:
    """Whether so many months after the last day in time are over that customs may take the guarantee."""
    return on > _months_after(day_of(released_at) + timedelta(days=terms.last_day), terms.enforcement_months)


def payment_day(paid_at: datetime, as_of: datetime) -> date:
    """The day on which a payment counts as made: when the bank paid, or the later day for which a run was asked."""
    return max(day_of(paid_at), day_of(as_of))


def summary_is_overdue(paid_on: date, as_of: datetime, terms: Terms) -> bool:
    """Whether customs should have told by now that the bills of a payment are summarised."""
    return (day_of(as_of) - paid_on).days > terms.summary_days


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    count = day.year * _MONTHS + day.month - 1 + months
    first = date(count // _MONTHS, count % _MONTHS + 1, 1)
    following = date((count + 1) // _MONTHS, (count + 1) % _MONTHS + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)
