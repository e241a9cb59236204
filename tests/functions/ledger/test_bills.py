"""Tax bills (CEB816, 818): late, twice, in any order, and never backwards (rulebook 4.4)."""

from decimal import Decimal

import pytest

from functions.ledger import payment_orders
from functions.ledger.models import Bill, Standing
from tests.functions.ledger.samples import (
    GUARANTOR,
    LATER,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    give_back,
    open_guarantee,
    order,
    record_bill,
    release,
    reserve,
    returning,
    standing,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE = order(1)


@pytest.fixture(autouse=True)
def _reserved(aws: None) -> None:
    open_guarantee("1000000")
    reserve(ONE, charge("1000", "91"))


def _rules() -> list[str]:
    return [finding.rule for finding in standing(ONE).findings]


def test_a_bill_before_the_release_is_kept() -> None:
    """It is due once the goods are released."""
    record_bill(ONE, bill_of(ONE, "91"))
    assert claim("PAY-0").bills == []

    commit(ONE)

    assert [bill.tax for bill in claim().bills] == [Decimal(91)]


def test_a_bill_of_an_unknown_order_is_kept() -> None:
    """Whatever comes first."""
    other = order(2)

    assert record_bill(other, bill_of(other, "91")).bill
    reserve(other, charge("1000", "91"))

    assert commit(other).bill == bill_of(other, "91")


def test_the_bill_comes_with_the_release() -> None:
    """One change of the record."""
    held = commit(ONE, bill_of(ONE, "91"))

    assert (held.standing, held.bill) == (Standing.HELD, bill_of(ONE, "91"))
    assert commit(ONE, bill_of(ONE, "91")) == held
    assert len(claim().bills) == 1


@pytest.mark.parametrize(("known", "late"), [("2", "1"), ("3", "1"), ("3", "2")])
def test_a_status_never_steps_back(known: str, late: str) -> None:
    """1 generated, 2 summarised, 3 void."""
    record_bill(ONE, bill_of(ONE, "91", known))

    answer = record_bill(ONE, bill_of(ONE, "91", late))

    assert answer.bill
    assert answer.bill.status == known
    assert answer.findings == []


def test_the_number_of_the_payment_document_stays() -> None:
    """A later status without it does not take it away."""
    record_bill(ONE, bill_of(ONE, "91", "2").model_copy(update={"ent_duty_no": "DUTY-1"}))

    answer = record_bill(ONE, bill_of(ONE, "91", "3"))

    assert answer.bill
    assert answer.bill.ent_duty_no == "DUTY-1"


def test_an_unknown_status_is_for_a_person() -> None:
    """It is not taken."""
    answer = record_bill(ONE, bill_of(ONE, "91", "7"))

    assert answer.bill is None
    assert [finding.rule for finding in answer.findings] == ["TAX-BILL"]


def test_a_bill_of_another_sum_is_for_a_person_and_not_paid() -> None:
    """The finding stays until the charge is that of the bill."""
    commit(ONE)

    answer = record_bill(ONE, bill_of(ONE, "91.01"))

    (finding,) = answer.findings
    assert (finding.rule, finding.left.value) == ("TAX-BILL", "91.01")
    assert finding.right
    assert finding.right.value == "91"
    assert claim("PAY-0").bills == []
    reserve(ONE, charge("1000", "91.01"))
    assert _rules() == []
    assert [bill.tax for bill in claim().bills] == [Decimal("91.01")]
    assert_balanced()


def test_a_bill_that_customs_corrects_is_for_a_person_and_not_paid() -> None:
    """Under the same number, however right the one before looked: what is paid would not be what customs asks for."""
    commit(ONE, bill_of(ONE, "91"))

    answer = record_bill(ONE, bill_of(ONE, "91.01"))

    assert answer.bill == bill_of(ONE, "91.01")
    assert [finding.rule for finding in answer.findings] == ["TAX-BILL"]
    assert claim("PAY-0").bills == []
    assert record_bill(ONE, bill_of(ONE, "91")).findings == []
    assert len(claim().bills) == 1


def test_a_second_bill_while_the_first_is_valid_is_for_a_person() -> None:
    """Only one of them can be right."""
    commit(ONE, bill_of(ONE, "91"))

    answer = record_bill(ONE, bill_of(ONE, "91", number=2))

    assert answer.bill == bill_of(ONE, "91")
    assert [finding.rule for finding in answer.findings] == ["TAX-BILL"]
    assert record_bill(ONE, bill_of(ONE, "91", "3", number=2)).findings == []


def test_a_void_bill_makes_way_for_another() -> None:
    """The void one may still come again."""
    commit(ONE, bill_of(ONE, "90"))
    record_bill(ONE, bill_of(ONE, "90", "3"))

    answer = record_bill(ONE, bill_of(ONE, "91", number=2))

    assert answer.findings == []
    assert record_bill(ONE, bill_of(ONE, "90")).bill == bill_of(ONE, "91", number=2)
    assert len(claim().bills) == 1


RETURNED = [
    [("91", "3", 1), ("45.50", "1", 2)],
    [("45.50", "1", 2), ("91", "3", 1)],
    [("45.50", "1", 2), ("91", "1", 1)],
    [("45.50", "1", 1)],
    [("45.50", "1", 1), ("91", "1", 1)],
    [("91", "1", 1), ("45.50", "1", 1)],
]


@pytest.mark.parametrize("come", RETURNED)
def test_after_a_return_the_lower_bill_counts(come: list[tuple[str, str, int]]) -> None:
    """The bill of before is voided, or sent anew under its number, or comes again late: all the same."""
    commit(ONE, bill_of(ONE, "91"))
    give_back(ONE, charge("500", "45.50"))
    assert _rules() == []
    assert claim("PAY-0").bills == []

    for tax, status, number in come:
        assert record_bill(ONE, bill_of(ONE, tax, status, number)).findings == []

    assert [bill.tax for bill in claim().bills] == [Decimal("45.50")]
    assert_balanced()


def test_a_wrong_bill_after_a_return_is_seen() -> None:
    """Neither the old sum nor what is left."""
    commit(ONE, bill_of(ONE, "91"))
    give_back(ONE, charge("500", "45.50"))

    assert [finding.rule for finding in record_bill(ONE, bill_of(ONE, "60", number=2)).findings] == ["TAX-BILL"]


def test_a_bill_that_is_voided_after_it_was_claimed_is_for_a_person() -> None:
    """The payment may be on its way."""
    commit(ONE, bill_of(ONE, "91"))
    claim()

    answer = record_bill(ONE, bill_of(ONE, "91", "3"))

    assert [finding.rule for finding in answer.findings] == ["TAX-BILL"]
    assert answer.standing is Standing.CLAIMED


@pytest.mark.parametrize("status", ["2", "3"])
def test_only_generated_bills_are_due(status: str) -> None:
    """What customs has summarised or voided is not paid by us."""
    commit(ONE, bill_of(ONE, "91", status))

    assert claim().bills == []


def test_nothing_is_due_of_what_was_given_back() -> None:
    """Shipped back after the release."""
    commit(ONE, bill_of(ONE, "91"))
    release(ONE)

    assert claim().bills == []
    assert _rules() == []


def test_the_sum_of_a_bill() -> None:
    """Its three taxes."""
    bill = Bill(
        tax_no="1",
        invt_no="2",
        duty=Decimal("1.01"),
        consumption_tax=Decimal("2.02"),
        vat=Decimal("3.03"),
        status="1",
    )
    assert bill.total == Decimal("6.06")


@pytest.mark.parametrize("late", ["91", "45.50"])
def test_the_bill_of_before_a_return_may_come_only_afterwards(late: str) -> None:
    """Two returns, and the bills of before each of them come late: neither is paid, neither is for a person."""
    commit(ONE)
    give_back(ONE, charge("500", "45.50"), 1)
    give_back(ONE, charge("200", "18.20"), 2)

    assert record_bill(ONE, bill_of(ONE, late)).findings == []
    assert claim("PAY-0").bills == []
    assert record_bill(ONE, bill_of(ONE, "18.20")).findings == []
    assert [bill.tax for bill in claim().bills] == [Decimal("18.20")]
    assert_balanced()


def test_no_payment_takes_the_tax_while_a_return_is_under_way() -> None:
    """Rulebook 4.4: paid is what no return has happened to."""
    commit(ONE, bill_of(ONE, "91"))
    returning(ONE, 1, under_way=True)
    assert claim("PAY-0").bills == []
    give_back(ONE, charge("500", "45.50"), 1)
    record_bill(ONE, bill_of(ONE, "45.50"))
    assert claim("PAY-1").bills == []

    returning(ONE, 1, under_way=False)
    returning(ONE, 1, under_way=True)  # a call that was cut off comes late
    assert [bill.tax for bill in claim("PAY-2").bills] == [Decimal("45.50")]
    assert_balanced()


def test_the_end_of_a_return_does_not_end_the_next() -> None:
    commit(ONE, bill_of(ONE, "91"))
    returning(ONE, 2, under_way=True)
    returning(ONE, 1, under_way=False)
    assert claim("PAY-0").bills == []


def test_who_asks_hears_that_a_return_is_under_way() -> None:
    commit(ONE, bill_of(ONE, "91"))
    returning(ONE, 1, under_way=True)
    (found,) = payment_orders.unbilled(GUARANTOR, LATER)
    assert (found.key, found.reason) == (ONE, payment_orders.RETURN_UNDER_WAY)


def test_who_asks_hears_that_the_bill_is_of_before_a_return() -> None:
    commit(ONE, bill_of(ONE, "91"))
    give_back(ONE, charge("500", "45.50"), 1)
    (found,) = payment_orders.unbilled(GUARANTOR, LATER)
    assert (found.key, found.reason) == (ONE, payment_orders.OUTDATED)

    record_bill(ONE, bill_of(ONE, "45.50"))
    assert list(payment_orders.unbilled(GUARANTOR, LATER)) == []
