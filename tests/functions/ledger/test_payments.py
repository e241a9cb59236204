"""Payments of summarised tax: the set of bills is closed once, paid once (rulebook 4.4)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from functions.ledger import handler as ledger
from functions.ledger import paying
from functions.ledger.models import DueRequest, OrderCharge, Standing, UnclaimRequest
from tests.functions.ledger.samples import (
    GUARANTOR,
    LATER,
    RELEASED,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    give_back,
    guarantee,
    open_guarantee,
    order,
    release,
    reserve,
    settle_request,
    standing,
)

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _opened(aws: None) -> None:
    open_guarantee("1000000")


def _held(number: int, tax: str = "9.10", *, days: int = 0) -> OrderCharge:
    key = order(number)
    reserve(key, charge("100", tax), buyer=f"buyer {number}")
    return commit(key, bill_of(key, tax), RELEASED + timedelta(days=days))


def _unclaim(payment_no: str = "PAY-1") -> tuple[int, list[str]]:
    request = UnclaimRequest(guarantor=GUARANTOR, payment_no=payment_no, reason="the bank refused it")
    answer = ledger.unclaim(request)
    return answer.bills, [finding.rule for finding in answer.findings]


def _due(days: int = 31, overdue: int = 45) -> list[tuple[str, int, int, int]]:
    request = DueRequest(
        due_before=RELEASED + timedelta(days=days), overdue_before=RELEASED + timedelta(days=days - overdue + 31)
    )
    return [(one.guarantor, one.bills, one.overdue, one.unbilled) for one in ledger.due(request).guarantors]


def test_what_is_due_is_claimed_the_longest_released_first() -> None:
    """Released before the moment asked for; each bill with its number, day and sum."""
    for number, days in [(1, 2), (2, 0), (3, 1), (4, 3)]:
        _held(number, f"{number}.01", days=days)

    claimed = claim(before=RELEASED + timedelta(days=3))

    assert [bill.key for bill in claimed.bills] == [order(2), order(3), order(1)]
    assert claimed.bills[0].tax_no == bill_of(order(2), "0").tax_no
    assert claimed.total == Decimal("6.03")
    assert standing(order(1)).payment_no == "PAY-1"
    assert standing(order(4)).standing is Standing.HELD
    assert_balanced()


def test_a_claim_is_closed_the_first_time() -> None:
    """A bill that comes later belongs to the next run, whatever is asked."""
    _held(1)
    first = claim()
    _held(2)

    assert claim() == first
    assert claim(most=1, before=RELEASED) == first
    assert [bill.key for bill in claim("PAY-2").bills] == [order(2)]


def test_no_more_than_asked_are_claimed() -> None:
    """The rest is left for another payment."""
    for number in range(1, 6):
        _held(number, days=number)

    assert [bill.key for bill in claim(most=2).bills] == [order(1), order(2)]
    assert len(claim("PAY-2").bills) == 3


def test_many_bills_are_paid_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one transaction takes (of chunks as large as may be: tests/infra/stack/test_ledger_on_emulator.py)."""
    monkeypatch.setattr(paying, "_CLAIMED_AT_ONCE", 4)
    monkeypatch.setattr(paying, "_SETTLED_AT_ONCE", 3)
    for number in range(10):
        _held(number, days=number % 7)

    claimed = claim()
    settled = ledger.settle(settle_request())

    assert (len(claimed.bills), claimed.total) == (10, Decimal("91.00"))
    assert claimed.bills == sorted(claimed.bills, key=lambda bill: (bill.released_at, str(bill.key)))
    assert (settled.bills, settled.total) == (10, Decimal("91.00"))
    assert guarantee().available == 1000000
    assert_balanced()


def test_a_payment_frees_the_guarantee_and_marks_the_bills() -> None:
    """Once, however often the bank is heard; the year stays used."""
    _held(1)
    claim()
    assert guarantee().held == Decimal("9.10")

    for _ in range(2):
        settled = ledger.settle(settle_request())
        assert (settled.bills, settled.total, settled.findings) == (1, Decimal("9.10"), [])

    paid = standing(order(1))
    assert paid.standing is Standing.PAID
    assert paid.bill
    assert (paid.bill.status, paid.bill.ent_duty_no) == ("2", "PAY-1")
    assert guarantee().available == 1000000
    assert claim() == claim()
    assert_balanced()


def test_what_is_in_a_payment_is_not_given_back() -> None:
    """A return after the claim or the payment goes to a person; nothing is posted."""
    _held(1)
    claim()
    for now in (Standing.CLAIMED, Standing.PAID):
        for answer in (give_back(order(1), charge("0")), release(order(1))):
            assert answer.standing is now
            assert [finding.rule for finding in answer.findings] == ["CHARGE"]
            assert answer.charge == charge("100", "9.10")
        ledger.settle(settle_request())
    assert reserve(order(1), charge("100", "9.10"), buyer="buyer 1").findings == []
    assert reserve(order(1), charge("50", "4.55"), buyer="buyer 1").outcome == "tax-claimed"
    assert_balanced()


def test_a_payment_that_is_not_made_leaves_its_bills_due() -> None:
    """Its number is used up: a repetition of the claim answers nothing."""
    _held(1)
    _held(2)
    claim()

    assert _unclaim() == (2, [])
    assert _unclaim() == (2, [])

    assert claim().bills == []
    assert standing(order(1)).payment_no is None
    assert ledger.settle(settle_request()).findings[0].rule == "TAX-PAYMENT"
    assert len(claim("PAY-2").bills) == 2
    assert_balanced()


def test_a_payment_that_was_made_stays() -> None:
    """It cannot be given up."""
    _held(1)
    claim()
    ledger.settle(settle_request())

    assert _unclaim() == (0, ["TAX-PAYMENT"])
    assert standing(order(1)).standing is Standing.PAID


def test_an_unknown_payment_is_told() -> None:
    """Nothing to settle, nothing to give up."""
    assert ledger.settle(settle_request("PAY-9")).findings[0].rule == "TAX-PAYMENT"
    assert _unclaim("PAY-9") == (0, ["TAX-PAYMENT"])


def test_an_empty_payment_has_no_bills() -> None:
    """Nothing was due."""
    claimed = claim()
    assert claimed.bills == []
    assert claimed.total == 0
    assert ledger.settle(settle_request()).bills == 0


def test_the_guarantors_with_something_to_pay() -> None:
    """Bills, those that are late, the oldest; and charges whose time has come without a bill."""
    assert _due() == []
    _held(1, days=0)
    _held(2, days=20)
    _held(3, days=31)
    reserve(order(4), charge("100", "9.10"), buyer="buyer 4")
    commit(order(4))

    assert _due() == [(GUARANTOR, 2, 1, 1)]
    (found,) = ledger.due(DueRequest(due_before=LATER, overdue_before=RELEASED)).guarantors
    assert (found.bills, found.overdue, found.oldest) == (3, 0, RELEASED)
    claim(before=LATER)
    assert _due() == [(GUARANTOR, 0, 0, 1)]
