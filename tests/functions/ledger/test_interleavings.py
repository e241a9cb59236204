"""Two functions at once on one order: the end is that of one after the other, in either order."""

from collections.abc import Callable, Sequence
from itertools import count

import pytest
from pydantic import BaseModel

from functions.ledger import handler as ledger
from functions.ledger import table
from functions.ledger.models import UnclaimRequest
from tests.functions.ledger.interruptions import at_call
from tests.functions.ledger.samples import (
    GUARANTOR,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
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
)

pytestmark = pytest.mark.usefixtures("aws")

ONE = order(1)
Act = Callable[[], BaseModel]


def _unclaim() -> BaseModel:
    return ledger.unclaim(UnclaimRequest(guarantor=GUARANTOR, payment_no="PAY-1", reason="refused"))


ACTS: dict[str, Act] = {
    "reserve": lambda: reserve(ONE, charge("50", "5")),
    "release": lambda: release(ONE),
    "commit": lambda: commit(ONE, bill_of(ONE, "10")),
    "void": lambda: record_bill(ONE, bill_of(ONE, "10", "3")),
    "give back": lambda: give_back(ONE, charge("40", "4")),
    "claim": claim,
    "settle": lambda: ledger.settle(settle_request()),
    "unclaim": _unclaim,
}


def _reserved() -> None:
    empty_table()
    open_guarantee("100")
    reserve(ONE, charge("100", "10"))


def _held() -> None:
    _reserved()
    commit(ONE, bill_of(ONE, "10"))


def _claimed() -> None:
    _held()
    claim()


def _end() -> tuple[object, ...]:
    assert_balanced()
    return standing(ONE), guarantee()


STORIES = [
    (_reserved, ("reserve", "release", "commit", "void")),
    (_held, ("reserve", "release", "void", "give back", "claim")),
    (_claimed, ("release", "void", "claim", "settle", "unclaim")),
]


@pytest.mark.parametrize(
    ("start", "outer", "acts"), [(start, outer, acts) for start, acts in STORIES for outer in acts]
)
def test_one_inside_another_is_as_one_after_the_other(
    start: Callable[[], None], acts: Sequence[str], outer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other function comes to its end just before this one writes."""
    monkeypatch.setattr(table, "_FIRST_PAUSE_SECONDS", 0)
    for inner in acts:
        ends = []
        for first, second in ((inner, outer), (outer, inner)):
            start()
            ACTS[first]()
            ACTS[second]()
            ends.append(_end())
        for number in count():
            start()
            with at_call(number, ACTS[inner], writes=True) as made:
                ACTS[outer]()
            if made.count <= number:
                break
            assert _end() in ends, f"{inner} inside {outer}, before write {number}"
