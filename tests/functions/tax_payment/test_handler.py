"""The functions of a tax payment: numbers given once, the same told again, orders for a person."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from events.tax_payment import PaymentOutcome, TaxPayment
from events.values import CHINA, Text
from functions.bus import OutboundEvent
from functions.ledger import handler as ledger
from functions.ledger import journal, payment_orders
from functions.ledger.account_models import OpenGuaranteeRequest
from functions.ledger.models import BillRequest, SettleRequest, UnclaimRequest
from functions.tax_payment import bank, closing, looking
from functions.tax_payment.handler import claim, close, due, list_payments, open_payment, pay, review
from functions.tax_payment.models import (
    ClaimTaxRequest,
    ClosedTax,
    CloseTaxRequest,
    ListRequest,
    OpenPaymentRequest,
    PayTaxRequest,
    ReviewRequest,
    TaxDueRequest,
    TaxPaymentAnswer,
)
from tests.functions.ledger.samples import GUARANTOR, bill_of, charge, commit, order, reserve

RELEASED = datetime(2026, 11, 23, 9, tzinfo=CHINA)
DUE = datetime(2026, 12, 24, 2, tzinfo=CHINA)
PAID = TaxPaymentAnswer(paid_at=DUE, bank_reference="BK1")
REFUSED = TaxPaymentAnswer(refused=Text(zh="余额不足", en="no funds"))


@pytest.fixture(autouse=True)
def heard(aws: None, monkeypatch: pytest.MonkeyPatch) -> list[OutboundEvent]:
    """What goes on the bus; one guarantor has given a guarantee."""
    events: list[OutboundEvent] = []
    monkeypatch.setattr(closing, "put_events", lambda _, told: events.extend(told))
    ledger.open_guarantee(OpenGuaranteeRequest(guarantor=GUARANTOR, amount=Decimal(1_000_000)))
    return events


def held(number: int, *, bill: bool = True) -> None:
    """A released order."""
    reserve(order(number), charge("100", "9.10"), buyer=f"buyer {number}")
    commit(order(number), bill_of(order(number), "9.10") if bill else None, RELEASED)


def opened(as_of: datetime = DUE) -> TaxPayment:
    """The payment under way, or a new one."""
    return open_payment(OpenPaymentRequest(guarantor=GUARANTOR, as_of=as_of))


def closed(payment: TaxPayment, answer: TaxPaymentAnswer = PAID) -> ClosedTax:
    """Claimed and closed; the bank and the ledger's settling are left out."""
    claimed = claim(ClaimTaxRequest(payment=payment, most=100))
    return close(CloseTaxRequest(payment=payment, claimed=claimed, answer=answer, at=DUE))


def test_a_number_is_the_same_until_its_payment_has_ended() -> None:
    """However often and for whatever moment it is asked for."""
    first = opened()
    assert first.payment_no == f"TP-{GUARANTOR}-202612-01"
    assert opened() == opened(DUE + timedelta(days=40)) == first

    closed(first)
    assert opened().payment_no == f"TP-{GUARANTOR}-202612-02"


def test_each_month_counts_its_own_numbers() -> None:
    """Also when a run looks at an earlier day than the one before it."""
    numbers = []
    for month in (1, 2, 1, 2):
        payment = opened(datetime(2027, month, 5, tzinfo=CHINA))
        numbers.append(payment.payment_no.removeprefix(f"TP-{GUARANTOR}-"))
        closed(payment)
    assert numbers == ["202701-01", "202702-01", "202701-02", "202702-02"]
    assert [payment.number for payment in list_payments(ListRequest()).payments] == [1, 2, 3, 4]


def test_a_payment_without_bills_is_told_to_nobody(heard: list[OutboundEvent]) -> None:
    """Its number is used up."""
    assert closed(opened(), TaxPaymentAnswer()).payment.outcome is PaymentOutcome.NOTHING
    assert heard == []


@pytest.mark.parametrize(("answer", "outcome"), [(PAID, "paid"), (REFUSED, "refused")])
def test_an_end_that_is_told_again_is_the_same(
    heard: list[OutboundEvent], answer: TaxPaymentAnswer, outcome: str
) -> None:
    held(1)
    payment = opened()
    assert closed(payment, answer) == closed(payment, answer)
    assert [event.id for event in heard] == [f"tax-payment/{payment.payment_no}#{outcome}"] * 2
    assert heard[0] == heard[1]
    (listed,) = list_payments(ListRequest(guarantor=GUARANTOR)).payments
    assert (listed.outcome, listed.bills, listed.total) == (outcome, 1, Decimal("9.10"))


def test_a_payment_that_was_given_up_shows_what_it_was_of() -> None:
    held(1)
    payment = opened()
    request = ClaimTaxRequest(payment=payment, most=100)
    assert not claim(request).withdrawn
    ledger.unclaim(UnclaimRequest(guarantor=GUARANTOR, payment_no=payment.payment_no, reason="x"))

    claimed = claim(request)
    assert (claimed.withdrawn, claimed.bills, claimed.total) == (True, 1, Decimal("9.10"))


def test_a_settled_payment_is_not_given_up() -> None:
    held(1)
    payment = opened()
    claim(ClaimTaxRequest(payment=payment, most=100))
    ledger.settle(SettleRequest(guarantor=GUARANTOR, payment_no=payment.payment_no, paid_at=DUE))
    assert not claim(ClaimTaxRequest(payment=payment, most=100)).withdrawn


def test_the_file_to_the_bank_is_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often customs replaces a bill after the claim."""
    sent: list[Any] = []

    def take(*file: Any) -> TaxPaymentAnswer:
        sent.append(file)
        return PAID

    monkeypatch.setattr(bank, "pay", take)
    held(1)
    payment = opened()
    claim(ClaimTaxRequest(payment=payment, most=100))
    request = PayTaxRequest(guarantor=GUARANTOR, payment_no=payment.payment_no)
    pay(request)

    for number, status in ((1, "3"), (2, "1"), (2, "3"), (3, "1")):
        ledger.bill(BillRequest(key=order(1), bill=bill_of(order(1), "9.10", status, number)))
        pay(request)
    assert sent == [sent[0]] * 5


def test_who_has_nothing_to_pay_is_not_named() -> None:
    """Neither one without bills nor one that nobody knows; what waits without a bill is named."""
    assert due(TaxDueRequest(as_of=DUE)).guarantors == []
    held(1)
    held(2, bill=False)
    (found,) = due(TaxDueRequest(as_of=DUE)).guarantors
    assert (found.bills, found.late_bills, found.unbilled, found.under_way) == (1, 0, 1, False)
    assert due(TaxDueRequest(as_of=DUE, guarantor="NOBODY")).guarantors == []
    assert due(TaxDueRequest(as_of=DUE - timedelta(days=1))).guarantors == []
    opened()
    assert due(TaxDueRequest(as_of=DUE - timedelta(days=1))).guarantors[0].under_way


def test_the_list_for_a_person_names_the_first_and_counts_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred; here three, read two at a time."""
    monkeypatch.setattr(payment_orders, "_AT_ONCE", 2)
    monkeypatch.setattr(looking, "_LISTED", 3)
    for number in range(5):
        held(number, bill=False)
    attention = review(ReviewRequest(guarantor=GUARANTOR, as_of=DUE))
    assert attention.unbilled == 5
    assert [one.order for one in attention.unbilled_orders] == [str(order(number)) for number in range(3)]


def test_the_journal_keeps_who_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at once get one number."""
    other = opened()
    monkeypatch.setattr(journal, "payments", _blind_once(journal.payments))
    assert opened() == other


def _blind_once(real: Any) -> Any:
    """Sees an empty journal the first time."""
    looks = iter([True])
    return lambda guarantor: [] if next(looks, False) else real(guarantor)
