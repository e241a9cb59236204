"""The ledger on the emulator of the local stack, with its conditions, its limits of a transaction, and real threads."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from functions.ledger import handler as ledger
from functions.ledger.models import Reserved, ReserveOutcome
from infra.direct_calls import functions_on
from infra.stack.stack import Stack
from tests.functions.ledger.samples import (
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    guarantee,
    open_guarantee,
    order,
    release,
    reserve,
    settle_request,
    used,
)

pytestmark = pytest.mark.stack

THREADS = 32


@pytest.fixture(scope="module")
def _emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "SANDAN_"))]:
            patch.delenv(name)
        patch.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack("ledger", services=[]) as stack:
            yield stack


@pytest.fixture(autouse=True)
def _on_it(_emulator: Stack) -> Iterator[None]:
    with functions_on(_emulator.state):
        yield


def test_64_simultaneous_orders_of_one_person_stay_within_26000() -> None:
    """财关税〔2018〕49号: of 64 orders of 500 exactly 52 fit; 26,000.00 is reached and not passed."""

    def one(number: int) -> Reserved:
        return reserve(order(number), charge("500", "45.50"), buyer="one person")

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(one, range(64)))

    outcomes = Counter(answer.outcome for answer in answers)
    assert outcomes == {ReserveOutcome.RESERVED: 52, ReserveOutcome.OVER_ANNUAL_LIMIT: 12}
    assert used(answers[0].buyer) == 26000
    assert all(answer.findings for answer in answers if answer.outcome is not ReserveOutcome.RESERVED)
    assert_balanced()


def test_a_guarantee_is_never_passed_while_orders_come_and_go() -> None:
    """Thirty orders of other buyers take, hold and give back at once; ten times 10.00 fit into 100.00."""
    open_guarantee("100", "BUSY")

    def one(number: int) -> None:
        key = order(1000 + number)
        for _ in range(3):
            if reserve(key, charge("1", "10"), buyer=f"b{number}", guarantor="BUSY").outcome == "reserved":
                assert guarantee("BUSY").available >= 0
                if number % 3 == 0:
                    commit(key)
                release(key)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, range(30)))

    assert guarantee("BUSY").available == 100
    assert_balanced()


def test_a_payment_of_many_bills() -> None:
    """Each chunk is as large as a transaction may be, 100 items."""
    keys = [order(2000 + number) for number in range(110)]
    before = guarantee().available

    def one(number: int) -> None:
        reserve(keys[number], charge("100", "9.10"), buyer=f"p{number}")
        commit(keys[number], bill_of(keys[number], "9.10"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(one, range(len(keys))))
    claimed = claim("PAY-MANY")
    settled = ledger.settle(settle_request("PAY-MANY"))

    assert {bill.key for bill in claimed.bills} == set(keys)
    assert (settled.bills, settled.total) == (110, Decimal("1001.00"))
    assert claim("PAY-MANY") == claimed
    assert guarantee().available == before
    assert_balanced()
