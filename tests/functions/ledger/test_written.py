"""What a process remembers of a record is a guess: right or outdated, the outcome is that of the record as it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from functions.aws import dynamodb
from functions.ledger import store
from functions.ledger.models import OrderCharge, Reserved
from functions.ledger.record import OrderRecord
from functions.ledger.written import written
from tests.functions.ledger.samples import (
    all_items,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    empty_table,
    open_guarantee,
    order,
    put_items,
    record_bill,
    release,
    reserve,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE = order(1)
Act = Callable[[], OrderCharge | Reserved]
STEPS: dict[str, Act] = {
    "reserve": lambda: reserve(ONE, charge("1000", "91")),
    "reserve more": lambda: reserve(ONE, charge("1200", "109")),
    "commit": lambda: commit(ONE),
    "bill": lambda: record_bill(ONE, bill_of(ONE, "91")),
    "release": lambda: release(ONE),
}


@contextmanager
def reads() -> Iterator[list[str]]:
    """The reads of single items meanwhile."""
    asked: list[str] = []

    def ask(model: object, **_: object) -> None:
        asked.append(str(getattr(model, "name", "")))

    events = dynamodb().meta.events
    events.register("before-call.dynamodb.GetItem", ask)
    try:
        yield asked
    finally:
        events.unregister("before-call.dynamodb.GetItem", ask)


@pytest.fixture(autouse=True)
def _guarantee(aws: None) -> None:
    open_guarantee("1000000")


def test_what_this_process_has_written_itself_is_not_read_again() -> None:
    with reads() as asked:
        reserve(ONE, charge("1000", "91"))
        commit(ONE)
        record_bill(ONE, bill_of(ONE, "91"))
    assert len(asked) == 1  # the guarantee, which warns when it is nearly used up
    assert len(claim().bills) == 1
    assert_balanced()


@pytest.mark.parametrize("act", STEPS)
@pytest.mark.parametrize("known", range(4))
@pytest.mark.parametrize("done", [("reserve",), ("reserve", "commit"), ("reserve", "commit", "bill")])
def test_an_outdated_memory_changes_no_outcome(done: tuple[str, ...], known: int, act: str) -> None:
    """Given steps of which this process has seen the first few and others the rest, when the next comes."""
    memories = [OrderRecord(key=ONE)]
    for step in done:
        STEPS[step]()
        memories.append(store.read(ONE))
    before = all_items()
    written.cache_clear()
    expected = STEPS[act](), store.read(ONE)

    empty_table()
    put_items(before)
    written.cache_clear()
    written().note([memories[min(known, len(done))]])

    assert (STEPS[act](), store.read(ONE)) == expected
    assert_balanced()
