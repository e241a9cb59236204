"""Any functions in any order, repeated, cut off, one inside another: the ledger is within its limits and balanced."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pydantic import BaseModel

from events.values import OrderKey
from functions.ledger import handler as ledger
from functions.ledger import paying, table
from functions.ledger.account_models import QuotaRequest, VerifyRequest
from functions.ledger.models import (
    Bill,
    Charge,
    ClaimRequest,
    DecisionKind,
    OrderCharge,
    Reserved,
    SettleRequest,
    UnclaimRequest,
)
from tests.functions.ledger.interruptions import CrashError, at_call, crash
from tests.functions.ledger.samples import (
    LATER,
    PAID_AT,
    bill_of,
    charge,
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
    returning,
    standing,
    sugar,
    used,
)

pytestmark = pytest.mark.usefixtures("aws")

KEYS = [order(number) for number in range(4)]
BUYERS = ["buyer a", "buyer b"]
GUARANTORS = ["G1", "G2"]
PAYMENTS = ["PAY-1", "PAY-2"]

Act = Callable[[], BaseModel]


@st.composite
def _charges(draw: st.DrawFn) -> Charge:
    value = draw(st.sampled_from(["0", "0.01", "8000", "13000", "26000", "26000.01"]))
    tax = draw(st.sampled_from(["0", "10", "33.33", "60", "100.01"]))
    return charge(
        value, tax, *(sugar(draw(st.sampled_from(["0.5", "2", "2.5"]))) for _ in range(draw(st.integers(0, 1))))
    )


@st.composite
def _acts(draw: st.DrawFn) -> Act:
    """One call of one function."""
    key, guarantor = draw(st.sampled_from(KEYS)), draw(st.sampled_from(GUARANTORS))
    payment_no, taken = draw(st.sampled_from(PAYMENTS)), draw(_charges())
    buyer, year = draw(st.sampled_from(BUYERS)), draw(st.sampled_from([2026, 2027]))
    status, number = draw(st.sampled_from("1123")), draw(st.integers(1, 2))
    amount, decision = draw(st.sampled_from(["50", "100", "200"])), draw(st.sampled_from(DecisionKind))
    acts: list[Act] = [
        lambda: reserve(key, taken, buyer=buyer, guarantor=guarantor, on=date(year, 6, 1)),
        lambda: reserve(key, taken, buyer=buyer, guarantor=guarantor, on=date(year, 6, 1)),
        lambda: commit(key, _fitting_bill(key, status, number)),
        lambda: commit(key),
        lambda: release(key),
        lambda: record_bill(key, _fitting_bill(key, status, number)),
        lambda: record_bill(key, bill_of(key, str(taken.tax), status, number)),
        lambda: give_back(key, taken, number),
        lambda: returning(key, number, under_way=status == "1"),
        lambda: _claim(guarantor, payment_no),
        lambda: ledger.settle(SettleRequest(guarantor=guarantor, payment_no=payment_no, paid_at=PAID_AT)),
        lambda: ledger.unclaim(UnclaimRequest(guarantor=guarantor, payment_no=payment_no, reason="refused")),
        lambda: open_guarantee(amount, guarantor),
        lambda: decide(key, decision),
    ]
    return draw(st.sampled_from(acts))


def _fitting_bill(key: OrderKey, status: str, number: int) -> Bill:
    return bill_of(key, str(standing(key).charge.tax), status, number)


def _claim(guarantor: str, payment_no: str) -> BaseModel:
    return ledger.claim(ClaimRequest(guarantor=guarantor, payment_no=payment_no, before=LATER, most=3))


class LedgerMachine(RuleBasedStateMachine):
    """The ledger under a world that does anything at any time."""

    def __init__(self) -> None:
        super().__init__()
        empty_table()
        for guarantor in GUARANTORS:
            open_guarantee("100", guarantor)
        self.buyers = {reserve(KEYS[0], charge("0"), buyer=buyer, guarantor="G1").buyer for buyer in BUYERS}
        for key in KEYS[1:3]:
            reserve(key, charge("8000", "10"), buyer=BUYERS[0], guarantor="G1")
            commit(key, bill_of(key, "10"))

    @rule(act=_acts())
    def once_and_again(self, act: Act) -> None:
        """The second time changes nothing, and says the same of how the order stands."""
        first = act()
        postings = ledger.verify(VerifyRequest()).postings
        second = act()
        assert ledger.verify(VerifyRequest()).postings == postings
        if isinstance(first, Reserved) and isinstance(second, Reserved):
            assert first.outcome == second.outcome
        if isinstance(first, OrderCharge):
            assert first == second

    @rule(act=_acts(), number=st.integers(0, 8), after=st.booleans())
    def cut_off(self, act: Act, number: int, *, after: bool) -> None:
        """A crash at some call; the invariants hold before the repetition, which may never come."""
        try:
            with at_call(number, crash, after=after):
                act()
        except CrashError:
            self.is_sound()

    @rule(outer=_acts(), inner=_acts(), number=st.integers(0, 8))
    def one_inside_another(self, outer: Act, inner: Act, number: int) -> None:
        """Both come to an end, whatever the other one has changed."""
        with at_call(number, inner):
            outer()

    @invariant()
    def is_sound(self) -> None:
        """Balanced; nobody over a limit."""
        assert ledger.verify(VerifyRequest()).differences == []
        for guarantor in GUARANTORS:
            found = guarantee(guarantor)
            assert found.available >= 0
            assert found.reserved + found.held + found.available == found.amount
        for buyer in self.buyers:
            assert used(buyer) <= 26000
            assert all(
                account.reserved + account.held <= (2 if account.goods else 26000)
                for account in ledger.quota(QuotaRequest(buyer=buyer)).accounts
            )


def test_whatever_happens_the_ledger_is_sound(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random stories of all functions."""
    monkeypatch.setattr(paying, "_CLAIMED_AT_ONCE", 1)
    monkeypatch.setattr(paying, "_SETTLED_AT_ONCE", 1)
    monkeypatch.setattr(table, "_FIRST_PAUSE_SECONDS", 0)
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
