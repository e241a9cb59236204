"""Reserving: the limits to the cent, all or nothing, set to a target (财关税〔2018〕49号, rulebook 4.1, 4.4, 4.6)."""

from datetime import date
from decimal import Decimal

import pytest

from functions.ledger.buyers import buyer_hash
from functions.ledger.models import Charge, ReserveOutcome, Standing
from tests.functions.ledger.samples import (
    GUARANTOR,
    NOBODY,
    assert_balanced,
    charge,
    commit,
    give_back,
    guarantee,
    open_guarantee,
    order,
    release,
    reserve,
    standing,
    sugar,
    used,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO = order(1), order(2)


@pytest.fixture(autouse=True)
def _opened(aws: None) -> None:
    open_guarantee("1000000")


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        ("25899.99", ReserveOutcome.RESERVED),
        ("25900.00", ReserveOutcome.RESERVED),
        ("25900.01", ReserveOutcome.OVER_ANNUAL_LIMIT),
    ],
)
def test_the_annual_limit_itself_is_inside(second: str, outcome: ReserveOutcome) -> None:
    """财关税〔2018〕49号: 25,999.99 and 26,000.00 are within the year, 26,000.01 is not, and takes nothing."""
    reserve(ONE, charge("100"))

    answer = reserve(TWO, charge(second, "9.1"))

    assert answer.outcome is outcome
    expected = Decimal(100) + (Decimal(second) if outcome is ReserveOutcome.RESERVED else 0)
    assert used(answer.buyer) == expected
    assert_balanced()


@pytest.mark.parametrize("value", ["26000.01", "999999"])
def test_one_order_alone_can_be_over_the_limit(value: str) -> None:
    """Also of a buyer who has bought nothing yet."""
    assert reserve(ONE, charge(value)).outcome is ReserveOutcome.OVER_ANNUAL_LIMIT


def test_over_the_annual_limit_says_what_is_left() -> None:
    """M10, −621018: asked, left, limit, regulation, policy row, and what to do in two languages."""
    reserve(ONE, charge("25000"))

    answer = reserve(TWO, charge("1000.01"))

    (finding,) = answer.findings
    assert (finding.rule, finding.code, finding.basis) == ("M10", "-621018", "财关税〔2018〕49号")
    assert finding.left.value == "1000.01"
    assert finding.right
    assert Decimal(finding.right.value or "") == 1000
    assert "26000" in finding.message.en
    assert "general trade" in finding.message.en
    assert "一般贸易" in finding.message.zh
    assert answer.policy == ["quota.annual_limit-2019"]


def test_before_2019_the_limit_was_20000() -> None:
    """财关税〔2016〕18号: the row of the day decides."""
    on = date(2018, 12, 31)

    assert reserve(ONE, charge("20000"), on=on).outcome is ReserveOutcome.RESERVED
    refused = reserve(TWO, charge("0.01"), on=on)

    assert refused.outcome is ReserveOutcome.OVER_ANNUAL_LIMIT
    assert refused.policy == ["quota.annual_limit-2016"]


def test_every_calendar_year_is_another_account() -> None:
    """What was bought by 31 December does not count on 1 January."""
    assert reserve(ONE, charge("26000"), on=date(2026, 12, 31)).outcome is ReserveOutcome.RESERVED
    assert reserve(TWO, charge("26000"), on=date(2027, 1, 1)).outcome is ReserveOutcome.RESERVED


def test_every_buyer_has_a_year_of_his_own() -> None:
    """The identity decides, however it is written."""
    assert reserve(ONE, charge("26000"), buyer="32070019900101000x").outcome is ReserveOutcome.RESERVED
    assert reserve(TWO, charge("26000"), buyer=NOBODY).outcome is ReserveOutcome.RESERVED
    same = reserve(order(3), charge("0.01"), buyer=" 32070019900101000X ")
    assert same.outcome is ReserveOutcome.OVER_ANNUAL_LIMIT


def test_the_hash_of_a_buyer_is_keyed_and_says_nothing() -> None:
    """HMAC-SHA256 over type and number: another type is another buyer, and the number is nowhere in it."""
    assert buyer_hash("1", NOBODY) == buyer_hash("1", f" {NOBODY.lower()}")
    assert buyer_hash("1", NOBODY) != buyer_hash("2", NOBODY)
    assert len(buyer_hash("1", NOBODY)) == 64


def test_a_yearly_quantity_holds_per_person() -> None:
    """Rulebook 4.6: 2 kg of sugar in a year, in one order or in several; the limit itself is inside."""
    assert reserve(ONE, charge("10", "1", sugar("1"), sugar("0.5"))).outcome is ReserveOutcome.RESERVED

    refused = reserve(TWO, charge("10", "1", sugar("0.51")))

    assert refused.outcome is ReserveOutcome.OVER_YEARLY_QUANTITY
    (finding,) = refused.findings
    assert "0.51 kg" in finding.message.en
    assert "0.50 kg are left" in finding.message.en
    assert reserve(TWO, charge("10", "1", sugar("0.5"))).outcome is ReserveOutcome.RESERVED
    assert_balanced()


def test_a_guarantee_that_does_not_cover_the_tax_is_told() -> None:
    """Rulebook 4.4: nothing is posted; after the guarantee is raised the same request passes."""
    open_guarantee("100")
    reserve(ONE, charge("1000", "91"))

    short = reserve(TWO, charge("1000", "9.01"))

    assert short.outcome is ReserveOutcome.GUARANTEE_SHORT
    (finding,) = short.findings
    assert finding.rule == "GUARANTEE"
    assert finding.left.value == "9.01"
    assert finding.right
    assert Decimal(finding.right.value or "") == 9
    assert used(short.buyer) == 1000
    open_guarantee("100.01")
    assert reserve(TWO, charge("1000", "9.01")).outcome is ReserveOutcome.RESERVED
    assert guarantee().available == 0
    assert_balanced()


def test_without_a_guarantee_there_is_none() -> None:
    """A guarantor who never gave one; an order without tax needs none."""
    short = reserve(ONE, charge("1000", "91"), guarantor="3207NOBODY")

    assert short.outcome is ReserveOutcome.GUARANTEE_SHORT
    assert "has given no guarantee" in short.findings[0].message.en
    assert reserve(ONE, charge("1000"), guarantor="3207NOBODY").outcome is ReserveOutcome.RESERVED


def test_everything_that_is_short_is_told_at_once() -> None:
    """The outcome is the gravest, the findings are all."""
    open_guarantee("1")

    short = reserve(ONE, charge("26000.01", "91", sugar("3")))

    assert short.outcome is ReserveOutcome.OVER_ANNUAL_LIMIT
    assert [finding.rule for finding in short.findings] == ["M10", "M10", "GUARANTEE"]
    assert_balanced()


def test_reserving_again_changes_nothing() -> None:
    """A retry has the same answer and posts nothing."""
    first = reserve(ONE, charge("100", "9.1", sugar("1")))

    assert reserve(ONE, charge("100.00", "9.10", sugar("1"))) == first
    assert used(first.buyer) == 100
    assert guarantee().reserved == Decimal("9.1")


def test_another_charge_buyer_guarantor_and_year_are_one_change() -> None:
    """What was reserved is given back where it was, in the same transaction."""
    first = reserve(ONE, charge("100", "9.1", sugar("1")))
    open_guarantee("50", "3207SDPT02")

    second = reserve(
        ONE, charge("200", "18.2"), buyer="320700199001010001", guarantor="3207SDPT02", on=date(2027, 1, 1)
    )

    assert second.outcome is ReserveOutcome.RESERVED
    assert used(first.buyer) == 0
    assert guarantee().available == 1000000
    assert guarantee("3207SDPT02").reserved == Decimal("18.2")
    assert_balanced()


def test_a_change_that_does_not_fit_leaves_what_was_reserved() -> None:
    """Asked and left are those of the whole order, not of the difference."""
    first = reserve(ONE, charge("25000"))

    refused = reserve(ONE, charge("26000.01"))

    assert refused.outcome is ReserveOutcome.OVER_ANNUAL_LIMIT
    assert refused.findings[0].left.value == "26000.01"
    assert refused.findings[0].right
    assert Decimal(refused.findings[0].right.value or "") == 26000
    assert used(first.buyer) == 25000


def test_less_is_always_possible() -> None:
    """Also over a limit that has shrunk."""
    reserve(ONE, charge("25000"), on=date(2026, 1, 1))
    assert reserve(ONE, charge("100")).outcome is ReserveOutcome.RESERVED


def test_a_release_restores_everything() -> None:
    """Rejected, cancelled, expired: the year and the guarantee are as before; a second time changes nothing."""
    buyer = reserve(ONE, charge("100", "9.1", sugar("2"))).buyer

    for _ in range(2):
        released = release(ONE)
        assert released.standing is Standing.RELEASED
        assert released.findings == []

    assert used(buyer) == 0
    assert guarantee().available == 1000000
    assert reserve(ONE, charge("50", "4.55", sugar("2"))).outcome is ReserveOutcome.RESERVED
    assert_balanced()


def test_a_call_that_comes_too_late_undoes_nothing() -> None:
    """What a crash has cut off may arrive after a later version of the list; its version tells."""
    buyer = reserve(ONE, charge("100"), list_version=1).buyer
    release(ONE, list_version=1)

    assert reserve(ONE, charge("100"), list_version=1).outcome is ReserveOutcome.SUPERSEDED
    assert used(buyer) == 0
    assert reserve(ONE, charge("200"), list_version=2).outcome is ReserveOutcome.RESERVED
    assert release(ONE, list_version=1).findings[0].rule == "CHARGE"
    assert used(buyer) == 200
    assert_balanced()


def test_a_release_holds_what_was_reserved() -> None:
    """Committing twice is committing once; the first moment counts."""
    reserve(ONE, charge("100", "9.1"))

    for _ in range(2):
        held = commit(ONE)

    assert held.standing is Standing.HELD
    assert held.guarantor == GUARANTOR
    assert guarantee().reserved == 0
    assert guarantee().held == Decimal("9.1")
    assert_balanced()


def test_a_release_without_a_reservation_is_for_a_person() -> None:
    """It answers, and posts nothing."""
    answer = commit(ONE)

    assert answer.standing is Standing.RELEASED
    assert [finding.rule for finding in answer.findings] == ["CHARGE"]
    assert standing(ONE).guarantor == ""


def test_a_return_gives_back_to_the_cent() -> None:
    """公告2020-45: the quota and the guarantee are what is left; again, and an older return, change nothing."""
    buyer = reserve(ONE, charge("300.03", "27.30", sugar("2"))).buyer
    commit(ONE)

    for _ in range(2):
        left = give_back(ONE, charge("100.01", "9.10", sugar("0.67")))
        assert left.standing is Standing.HELD
    assert used(buyer) == Decimal("100.01")
    assert guarantee().held == Decimal("9.10")

    assert give_back(ONE, charge("0"), return_number=2).standing is Standing.RELEASED
    assert give_back(ONE, charge("100.01", "9.10"), return_number=1).charge.value == 0
    assert give_back(ONE, charge("0"), return_number=2).findings == []
    assert used(buyer) == 0
    assert guarantee().available == 1000000
    assert_balanced()


@pytest.mark.parametrize("left", [charge("100.01", "9.1"), charge("100", "9.2"), charge("100", "9.1", sugar("1"))])
def test_a_return_never_takes_more(left: Charge) -> None:
    """The finding names the field; nothing is posted."""
    reserve(ONE, charge("100", "9.1"))
    commit(ONE)

    answer = give_back(ONE, left)

    assert answer.charge == charge("100", "9.1")
    assert [finding.rule for finding in answer.findings] == ["CHARGE"]


def test_before_the_release_there_is_nothing_to_return() -> None:
    """A return needs a released order."""
    reserve(ONE, charge("100", "9.1"))

    assert give_back(ONE, charge("0")).findings[0].rule == "CHARGE"
    assert standing(ONE).standing is Standing.RESERVED
