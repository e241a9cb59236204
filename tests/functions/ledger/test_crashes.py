"""A crash before or after anything is written, then the same call again: as if nothing had happened."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from functions.ledger import deciding, paying
from functions.ledger import handler as ledger
from functions.ledger.models import DecisionKind, ReserveOutcome, UnclaimRequest
from tests.functions.ledger.interruptions import CrashError, at_call, crash
from tests.functions.ledger.samples import (
    GUARANTOR,
    RELEASED,
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


def _run(crash_at: int | None, *, after: bool) -> tuple[int, list[BaseModel]]:
    """The whole story; where it crashes, the same call is made again. The number of writes, and all answers."""
    empty_table()
    answers = []
    with at_call(crash_at, crash, after=after, writes=True) as calls:
        for step in STEPS:
            try:
                answers.append(step())
            except CrashError:
                answers.append(step())
    return calls.count, answers


def _end() -> list[BaseModel]:
    return [standing(key).model_copy(update={"released_at": None}) for key in (ONE, TWO, THREE)]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_write_leaves_no_trace(after: bool) -> None:
    """Every answer, every order and every balance is as without the crash."""
    count, expected = _run(None, after=after)
    end, guaranteed, buyer = _end(), guarantee(), reserve(ONE, charge("200", "18.20", sugar("0.5"))).buyer
    assert [answer.outcome for answer in expected if hasattr(answer, "outcome")].count(
        ReserveOutcome.GUARANTEE_SHORT
    ) == 1
    year = used(buyer)

    for number in range(count):
        _, answers = _run(number, after=after)

        assert answers == expected, f"crash at write {number}"
        assert (_end(), guarantee(), used(buyer)) == (end, guaranteed, year)
        assert_balanced()
