"""What a person decides about an order's tax: out of the payments, in again, or as customs' bill says."""

from decimal import Decimal

import pytest

from functions.ledger import payment_orders
from functions.ledger.models import DecisionKind, Standing
from tests.functions.ledger.interruptions import at_call
from tests.functions.ledger.samples import (
    GUARANTOR,
    LATER,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    decide,
    give_back,
    guarantee,
    open_guarantee,
    order,
    record_bill,
    release,
    reserve,
    standing,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO = order(1), order(2)
LEFT_OUT, TAKEN_IN, ACCEPTED = DecisionKind.LEFT_OUT, DecisionKind.TAKEN_IN, DecisionKind.BILL_ACCEPTED


@pytest.fixture(autouse=True)
def _released(aws: None) -> None:
    open_guarantee("200")
    for key in (ONE, TWO):
        reserve(key, charge("1000", "91"))
        commit(key, bill_of(key, "91"))


def _unbilled() -> list[tuple[str, str]]:
    return [(str(one.key), one.reason.en) for one in payment_orders.unbilled(GUARANTOR, LATER)]


def test_a_bill_that_is_left_out_keeps_no_other_from_being_paid() -> None:
    """And is shown, with who has decided so and why, until it is taken in again."""
    assert decide(ONE, LEFT_OUT).refused == []

    assert [bill.key for bill in claim("PAY-1").bills] == [TWO]
    words = "Left out by op-1: hotline. `sandan tax-payment take-in` has the next payment take it."
    assert _unbilled() == [(str(ONE), words)]

    decide(ONE, TAKEN_IN)
    assert _unbilled() == []
    assert [bill.key for bill in claim("PAY-2").bills] == [ONE]
    assert [one.what for one in standing(ONE).decisions] == [LEFT_OUT, TAKEN_IN]
    assert_balanced()


def test_a_decision_that_is_made_again_is_one() -> None:
    """Also one that never was needed."""
    for what in (TAKEN_IN, LEFT_OUT, LEFT_OUT, ACCEPTED):
        assert decide(ONE, what).refused == []
    assert [one.what for one in standing(ONE).decisions] == [LEFT_OUT]


@pytest.mark.parametrize("total", ["80.50", "92.75"])
def test_the_tax_that_is_held_becomes_that_of_the_bill(total: str) -> None:
    """Lower or higher: the guarantee holds it, a payment pays it; the buyer's year stays."""
    record_bill(ONE, bill_of(ONE, total))
    assert [finding.rule for finding in standing(ONE).findings] == ["TAX-BILL"]

    decided = decide(ONE, ACCEPTED)

    assert (decided.refused, decided.charge.findings) == ([], [])
    assert decided.charge.charge == charge("1000", total)
    assert guarantee().held == Decimal(total) + 91
    assert [bill.tax for bill in claim().bills] == [Decimal(total), Decimal(91)]
    assert decide(ONE, TAKEN_IN).refused
    assert_balanced()


def test_a_bill_that_the_guarantee_does_not_cover_is_not_accepted() -> None:
    """Nothing is posted; it is when the guarantee covers it."""
    record_bill(ONE, bill_of(ONE, "109.01"))
    (finding,) = decide(ONE, ACCEPTED).refused
    assert finding.right
    assert (finding.rule, finding.left.value, finding.right.value) == ("GUARANTEE", "109.01", "109")
    assert standing(ONE).charge.tax == 91

    open_guarantee("200.01")
    assert decide(ONE, ACCEPTED).refused == []
    assert guarantee().available == 0


def test_there_must_be_a_bill_to_accept() -> None:
    """Neither none, nor a void one, nor that of before a return."""
    three = order(3)
    reserve(three, charge("10", "1"))
    commit(three)
    record_bill(TWO, bill_of(TWO, "91", "3"))
    give_back(ONE, charge("500", "45.50"))

    words = [decide(key, ACCEPTED).refused[0].message.en for key in (ONE, TWO, three)]

    assert ["before a return" in words[0], "has status 3" in words[1], "no tax bill has come" in words[2]] == [True] * 3
    assert standing(ONE).charge.tax == Decimal("45.50")


@pytest.mark.parametrize("what", list(DecisionKind))
def test_only_a_tax_that_is_held_is_decided_about(what: DecisionKind) -> None:
    """Not one that a payment has claimed, and none that is not there."""
    release(TWO)
    record_bill(ONE, bill_of(ONE, "91"))
    claim()
    assert "The tax is claimed (payment PAY-1)" in decide(ONE, what).refused[0].message.en
    for key in (TWO, order(9)):
        assert "no tax is held" in decide(key, what).refused[0].message.en
        assert standing(key).standing is Standing.RELEASED


@pytest.mark.parametrize("number", range(3))
def test_a_claim_in_the_middle_and_a_decision_are_one_after_the_other(number: int) -> None:
    """Whoever comes first: a bill is left out, or in the payment, never both."""
    with at_call(number, claim):
        refused = decide(ONE, LEFT_OUT).refused
    claimed = ONE in [bill.key for bill in claim().bills]
    assert claimed is bool(refused)
    assert_balanced()
