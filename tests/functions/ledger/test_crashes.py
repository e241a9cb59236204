"""A crash before or after anything is written, then the same call again: as if nothing had happened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from functions.ledger import deciding, paying
from functions.ledger import handler as ledger
from functions.ledger.models import DecisionKind, ReserveOutcome, UnclaimRequest
from tests.functions.ledger.interruptions import CrashError, at_call, crash
from tests.functions.ledger.samples import (
    GUARANTOR,
    RELEASED,
    all_items,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    decide,
    empty_table,
    give_back,
    guarantee,
    open_guarantee,
    order,
    put_items,
    record_bill,
    release,
    reserve,
    settle_request,
    standing,
    sugar,
    used,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE = order(1), order(2), order(3)


def _unclaim() -> BaseModel:
    return ledger.unclaim(UnclaimRequest(guarantor=GUARANTOR, payment_no="PAY-1", reason="refused"))


STEPS: list[Callable[[], BaseModel]] = [
    lambda: open_guarantee("40"),
    lambda: reserve(ONE, charge("100", "9.10", sugar("1"))),
    lambda: reserve(ONE, charge("200", "18.20", sugar("0.5"))),
    lambda: reserve(TWO, charge("100", "30")),
    lambda: reserve(TWO, charge("100", "9.10")),
    lambda: reserve(THREE, charge("100", "9.10", sugar("0.5"))),
    lambda: commit(ONE, bill_of(ONE, "18.20")),
    lambda: commit(TWO, bill_of(TWO, "9.10")),
    lambda: commit(THREE, bill_of(THREE, "9.10")),
    lambda: give_back(THREE, charge("50", "4.55", sugar("0.25"))),
    lambda: decide(THREE, DecisionKind.BILL_ACCEPTED),
    lambda: record_bill(TWO, bill_of(TWO, "9.20")),
    lambda: decide(TWO, DecisionKind.BILL_ACCEPTED),
    lambda: decide(TWO, DecisionKind.LEFT_OUT),
    lambda: decide(TWO, DecisionKind.TAKEN_IN),
    claim,
    _unclaim,
    lambda: claim("PAY-2"),
    lambda: ledger.settle(settle_request("PAY-2")),
    lambda: release(THREE),
]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "_CLAIMED_AT_ONCE", 1)
    monkeypatch.setattr(paying, "_SETTLED_AT_ONCE", 1)
    monkeypatch.setattr(deciding, "utc_now", lambda: RELEASED)


@dataclass(frozen=True)
class Told:
    """One step of the story without a crash: what was in the table before, how often it wrote, what it answered."""

    before: list[dict[str, Any]]
    writes: int
    answer: BaseModel


def _tell() -> list[Told]:
    empty_table()
    told = []
    for step in STEPS:
        before = all_items()
        with at_call(None, crash, writes=True) as calls:
            answer = step()
        told.append(Told(before, calls.count, answer))
    return told


def _run(first: int, crash_at: int, *, after: bool) -> list[BaseModel]:
    """The story from step `first` on, which crashes at one of its writes: the same call is made again. All answers."""
    answers = []
    with at_call(crash_at, crash, after=after, writes=True):
        for step in STEPS[first:]:
            try:
                answers.append(step())
            except CrashError:
                answers.append(step())
    return answers


def _end() -> list[BaseModel]:
    return [standing(key).model_copy(update={"released_at": None}) for key in (ONE, TWO, THREE)]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_write_leaves_no_trace(after: bool) -> None:
    """Every answer, every order and every balance is as without the crash.

    What was before the step that crashes is put into the table instead of being told again each time.
    """
    told = _tell()
    expected = [one.answer for one in told]
    end, guaranteed, buyer = _end(), guarantee(), reserve(ONE, charge("200", "18.20", sugar("0.5"))).buyer
    assert [answer.outcome for answer in expected if hasattr(answer, "outcome")].count(
        ReserveOutcome.GUARANTEE_SHORT
    ) == 1
    year = used(buyer)

    for step, one in enumerate(told):
        for number in range(one.writes):
            put_items(one.before)

            assert _run(step, number, after=after) == expected[step:], f"step {step} crashes at write {number}"
            assert (_end(), guarantee(), used(buyer)) == (end, guaranteed, year)
            assert_balanced()
