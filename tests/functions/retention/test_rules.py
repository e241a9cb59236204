"""When a key may be destroyed: dates decide, holds forbid, and neither policy of two dates is fallen short of."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.values import CHINA
from functions.policy.pack import Pack, Row, default_pack
from functions.retention.models import AuditEntry, Deed, Reason
from functions.retention.rules import (
    CLASSES,
    GENESIS,
    BrokenRecordError,
    first_day_after,
    refusals,
    sealed,
    terms,
    verify,
)

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(2015, 1, 1), date(2080, 1, 1))


def pack(*years: tuple[date, int]) -> Pack:
    """A policy whose classes all have the terms of the days from which they hold."""
    rows = []
    for topic in CLASSES:
        for place, (since, term) in enumerate(years):
            until = years[place + 1][0] - timedelta(days=1) if place + 1 < len(years) else None
            rows.append(
                Row(
                    id=f"{topic}-{place}",
                    topic=topic,
                    value=term,
                    effective_from=since,
                    effective_to=until,
                    basis="setting: of this test",
                )
            )
    return Pack(rows)


@pytest.mark.parametrize(
    ("ended", "years", "free"),
    [
        (date(2026, 11, 27), 3, date(2029, 11, 28)),
        (date(2026, 12, 31), 3, date(2030, 1, 1)),
        (date(2024, 2, 29), 3, date(2027, 3, 2)),
        (date(2024, 2, 29), 4, date(2028, 3, 1)),
        (date(2026, 11, 27), 0, date(2026, 11, 28)),
    ],
)
def test_the_first_day_is_the_one_after_the_last_year(ended: date, years: int, free: date) -> None:
    assert first_day_after(ended, years) == free


@given(ended=DAYS, years=st.integers(0, 30))
def test_no_year_is_cut_short(ended: date, years: int) -> None:
    """Given any end, then between it and the first free day every calendar day of so many years has passed."""
    free = first_day_after(ended, years)
    assert (free - ended).days >= 365 * years + 1
    assert (free.year, free.month, free.day) > (ended.year + years, ended.month, ended.day)


def test_it_is_the_day_in_china_that_counts() -> None:
    """An order that ends at 17:00 UTC has ended on the next day in China."""
    ended = datetime(2026, 11, 27, 17, tzinfo=UTC)
    found = terms(ended, ended, default_pack())
    assert {term.free_from for term in found} == {date(2029, 11, 29)}
    last = datetime(2029, 11, 28, 23, 59, 59, tzinfo=CHINA)
    assert {one.reason for one in refusals(terms(ended, last, default_pack()), [], last)} == {Reason.TERM}
    first = last + timedelta(seconds=1)
    assert refusals(terms(ended, first, default_pack()), [], first) == []


@given(ended=MOMENTS, after=st.timedeltas(timedelta(0), timedelta(days=4000)), held=st.sets(st.text(min_size=1)))
def test_a_key_is_free_when_every_term_has_ended_and_nobody_holds_it(
    ended: datetime, after: timedelta, held: set[str]
) -> None:
    at = ended + after
    found = terms(ended, at, default_pack())
    refused = refusals(found, held, at)
    today = at.astimezone(CHINA).date()
    assert (refused == []) == (not held and all(term.free_from <= today for term in found))
    assert len([one for one in refused if one.reason is Reason.HOLD]) == len(held)
    assert all(one.row and one.row in one.text.en for one in refused if one.reason is Reason.TERM)


@given(
    ended=MOMENTS,
    after=st.timedeltas(timedelta(0), timedelta(days=9000)),
    changed=DAYS,
    first=st.integers(0, 10),
    then=st.integers(0, 10),
)
def test_when_the_policy_changes_the_longer_of_both_terms_counts(
    ended: datetime, after: timedelta, changed: date, first: int, then: int
) -> None:
    """Given a term that changes on a day, then neither what held at the end nor what holds now is fallen short of."""
    policy = pack((date(2014, 2, 10), first), (changed, then))
    at = ended + after
    for term in terms(ended, at, policy):
        for on in (ended, at):
            years = policy.at(on.astimezone(CHINA).date()).row(term.topic).whole()
            assert term.free_from >= first_day_after(ended.astimezone(CHINA).date(), years)


@given(ended=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=9000)), more=st.timedeltas(timedelta(0)))
def test_what_is_free_stays_free(ended: datetime, later: timedelta, more: timedelta) -> None:
    """Given an unchanged policy, then time alone takes no freedom back."""
    at = ended + later
    if refusals(terms(ended, at, default_pack()), [], at):
        return
    after = at + min(more, timedelta(days=9000))
    assert refusals(terms(ended, after, default_pack()), [], after) == []


def record(length: int = 3) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for number in range(1, length + 1):
        entries.append(
            sealed(
                AuditEntry(
                    number=number,
                    at=datetime(2026, 11, number, tzinfo=UTC),
                    what=Deed.HELD if number % 2 else Deed.RELEASED,
                    who="op-1",
                    why="case",
                    matter="case-1",
                    previous=entries[-1].hash if entries else GENESIS,
                    hash="",
                )
            )
        )
    return entries


def test_a_record_is_a_chain() -> None:
    verify([], GENESIS)
    whole = record()
    verify(whole, whole[-1].hash)


@pytest.mark.parametrize(
    "change",
    [{"who": "op-2"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}, {"what": Deed.SHREDDED}, {"details": {"a": "b"}}],
)
def test_a_changed_deed_shows(change: dict[str, Any]) -> None:
    whole = record()
    forged = [whole[0], whole[1].model_copy(update=change), whole[2]]
    with pytest.raises(BrokenRecordError, match="entry 2"):
        verify(forged, whole[-1].hash)


def test_a_deed_that_is_missing_shows() -> None:
    whole = record()
    for part in (whole[1:], whole[:-1], [whole[0], whole[2]], []):
        with pytest.raises(BrokenRecordError):
            verify(part, whole[-1].hash)
