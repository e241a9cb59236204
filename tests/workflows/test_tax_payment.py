"""The payment of summarised tax (rulebook 4.4): what is due, once, whoever dies; refused, silent, late."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from events.tax_payment import Attention, PaymentOutcome
from events.values import utc_now
from functions.bus import OutboundEvent
from functions.ledger import handler as ledger
from functions.ledger.models import BillRequest, Standing
from functions.tax_payment import bank as bank_module
from functions.tax_payment import closing
from infra.activities import FunctionInvoker, InProcessInvoker
from tests.functions.ledger.samples import assert_balanced, charge, give_back, guarantee, standing
from tests.lambdas import BOTH_WAYS
from tests.workflows.tax_payments import (
    GUARANTEE,
    NO_FUNDS,
    RELEASE,
    DyingInvoker,
    Payer,
    ScriptedBank,
    day,
    result_of,
    tax_worker,
    until,
)

PAID, REFUSED, NOTHING = PaymentOutcome.PAID, PaymentOutcome.REFUSED, PaymentOutcome.NOTHING


@pytest.fixture
def unworked(temporal: WorkflowEnvironment, aws: None, monkeypatch: pytest.MonkeyPatch) -> Payer:
    """A guarantor whose payments no worker works on yet."""
    bank, heard = ScriptedBank(), list[OutboundEvent]()
    monkeypatch.setattr(bank_module, "post", bank.post)
    monkeypatch.setattr(closing, "put_events", lambda _, events: heard.extend(events))
    return Payer(temporal, bank, heard)


@pytest.fixture
async def payer(
    unworked: Payer,
    threads: ThreadPoolExecutor,
    invoker: FunctionInvoker,
    as_by_lambda: Callable[[FunctionInvoker], FunctionInvoker],
) -> AsyncIterator[Payer]:
    """A guarantor with a worker of its own."""
    async with tax_worker(unworked.client, threads, unworked.task_queue, as_by_lambda(invoker)):
        yield unworked


async def test_a_bill_is_paid_from_day_31_on(payer: Payer) -> None:
    """tax.payment_first_day (setting): released late on day 0, not due on day 30, due just after midnight of day 31."""
    payer.release(1)

    assert (await payer.run(day(30))).guarantors == []
    assert payer.bank.asked == []

    (result,) = (await payer.run(day(31))).guarantors
    (payment,) = result.payments
    assert payment.payment_no == payer.payment_no()
    assert (payment.outcome, payment.bills, payment.total) == (PAID, 1, Decimal("9.10"))
    assert payment.bank_reference == f"BK-{payer.payment_no()}"
    assert (result.late, result.attention, result.findings) == ([], Attention(), [])
    assert payer.held == 0
    assert guarantee(payer.guarantor).available == GUARANTEE
    assert await payer.needs_human() is False
    assert_balanced()


@BOTH_WAYS
async def test_the_bank_is_told_every_bill_with_its_list_and_the_world_is_told_once(payer: Payer) -> None:
    for number in (1, 2, 3):
        payer.release(number, f"{number}.01")

    await payer.run(day(31))

    (file,) = payer.bank.files.values()
    assert (file.guarantor, file.total) == (payer.guarantor, Decimal("6.03"))
    assert [(line.tax_no, line.amount) for line in file.lines] == [
        (payer.bill(number).tax_no, Decimal(f"{number}.01")) for number in (1, 2, 3)
    ]
    assert {line.invt_no for line in file.lines} == {payer.bill(1).invt_no}
    (told,) = payer.told("paid")
    assert (told.payment_no, told.guarantor, told.month) == (file.payment_no, payer.guarantor, "2026-12")
    assert (told.bills, told.total, told.late_bills, told.late_fee) == (3, Decimal("6.03"), 0, 0)
    assert "tax.payment_last_day-2014" in told.policy
    assert payer.told("payment-refused") == []


async def test_what_is_not_to_be_paid_is_left_out(payer: Payer) -> None:
    """Returned wholly: nothing is left. Void, of another sum, or missing: for a person. Not released: not due."""
    payer.release(1)
    give_back(payer.release(2), charge("0"))
    ledger.bill(BillRequest(key=payer.release(3), bill=payer.bill(3, status="3")))
    payer.release(4, bill=False)
    ledger.bill(BillRequest(key=payer.release(5, bill=False), bill=payer.bill(5, "9.99")))
    payer.reserve(6)

    (result,) = (await payer.run(day(31))).guarantors

    assert [line.tax_no for file in payer.bank.files.values() for line in file.lines] == [payer.bill(1).tax_no]
    listed = {order.order: order.reason.en for order in result.attention.unbilled_orders}
    assert result.attention.unbilled == 3
    assert set(listed) == {str(payer.order(number)) for number in (3, 4, 5)}
    assert "void" in listed[str(payer.order(3))]
    assert "no tax bill has come" in listed[str(payer.order(4))]
    assert "9.99" in listed[str(payer.order(5))]
    assert_balanced()


async def test_a_part_that_came_back_is_not_paid(payer: Payer) -> None:
    """The bill of before the return does not count; customs corrects it, and that one is paid."""
    key = payer.release(1)
    give_back(key, charge("50", "4.55"))
    assert await payer.paid(day(31)) == []

    ledger.bill(BillRequest(key=key, bill=payer.bill(1, "4.55")))
    assert await payer.paid(day(32)) == [(payer.payment_no(), PAID, 1)]
    assert payer.bank.files[payer.payment_no()].total == Decimal("4.55")
    assert_balanced()


async def test_running_twice_pays_once(payer: Payer) -> None:
    payer.release(1)

    assert await payer.paid(day(31)) == [(payer.payment_no(), PAID, 1)]
    assert await payer.paid(day(31)) == []
    assert payer.bank.asked == [payer.payment_no()]
    assert len(payer.told("paid")) == 1
    assert_balanced()


async def test_two_runs_at_once_pay_once(payer: Payer) -> None:
    """One guarantor has one payment at a time; the other run leaves it alone."""
    payer.release(1)
    payer.bank.open.clear()
    first = await payer.start(day(31))
    await until(lambda: bool(payer.bank.asked))
    payer.release(2)

    second = await payer.run(day(31))
    assert (second.guarantors, second.under_way) == ([], [payer.guarantor])

    payer.bank.open.set()
    (result,) = (await result_of(first)).guarantors
    assert [payment.bills for payment in result.payments] == [1]
    assert payer.bank.booked == [payer.payment_no()]
    assert_balanced()


async def test_a_bill_that_arrives_in_the_middle_goes_into_the_next_run(payer: Payer) -> None:
    payer.release(1)
    payer.release(2, bill=False)
    payer.bank.open.clear()
    run = await payer.start(day(31))
    await until(lambda: bool(payer.bank.asked))
    ledger.bill(BillRequest(key=payer.order(2), bill=payer.bill(2)))
    payer.bank.open.set()

    (result,) = (await result_of(run)).guarantors
    assert [payment.bills for payment in result.payments] == [1]
    assert payer.held == Decimal("9.10")
    assert await payer.paid(day(31)) == [(payer.payment_no(2), PAID, 1)]
    assert_balanced()


async def test_numbers_run_within_the_month(payer: Payer) -> None:
    """China's month of the day for which the run looks."""
    payer.release(1)
    payer.release(2, day=1)
    payer.release(3, day=8)

    assert await payer.paid(day(31)) == [(payer.payment_no(1), PAID, 1)]
    assert await payer.paid(day(32)) == [(payer.payment_no(2), PAID, 1)]
    assert await payer.paid(day(39)) == [(payer.payment_no(1, "202701"), PAID, 1)]


async def test_more_bills_than_a_payment_takes_make_more_payments(payer: Payer) -> None:
    for number in range(1, 6):
        payer.release(number)

    paid = await payer.paid(day(31), most=2)

    assert [(outcome, bills) for _, outcome, bills in paid] == [(PAID, 2), (PAID, 2), (PAID, 1)]
    assert payer.held == 0
    assert_balanced()


async def test_a_late_bill_shows_its_days_and_its_fee(payer: Payer) -> None:
    """Day 45 is in time, day 46 is late (tax.payment_last_day, setting); 0.0005 a day (tax.late_fee_rate, setting)."""
    payer.release(1, "100.00")
    payer.release(2, "200.00", day=1)
    payer.release(3, "10.00", day=16)

    (result,) = (await payer.run(day(47))).guarantors

    (payment,) = result.payments
    assert payment.late
    assert (payment.late.bills, payment.late.days, payment.late.fee) == (2, 2, Decimal("0.20"))
    assert [(bill.order, bill.days_late, bill.late_fee, bill.enforceable) for bill in result.late] == [
        (str(payer.order(1)), 2, Decimal("0.10"), False),
        (str(payer.order(2)), 1, Decimal("0.10"), False),
    ]
    assert payment.total == Decimal("310.00")
    (told,) = payer.told("paid")
    assert (told.late_bills, told.most_days_late, told.late_fee) == (2, 2, Decimal("0.20"))


@pytest.mark.parametrize(("paid_on", "late"), [(45, 0), (46, 1)])
async def test_a_bank_that_pays_late_makes_a_bill_late(payer: Payer, paid_on: int, late: int) -> None:
    """The day of the payment decides, where it is later than the one for which the run looked."""
    payer.release(1)
    payer.bank.paid_at = day(paid_on)

    (result,) = (await payer.run(day(31))).guarantors

    assert [bill.days_late for bill in result.late] == [late] * late


@BOTH_WAYS
async def test_a_refused_payment_leaves_its_bills_due_for_another_one(payer: Payer) -> None:
    payer.release(1)
    payer.bank.refusals = [NO_FUNDS]

    assert await payer.paid(day(31)) == [(payer.payment_no(), REFUSED, 1)]

    assert await payer.needs_human() is True
    (told,) = payer.told("payment-refused")
    assert (told.payment_no, told.bills, told.total, told.reason) == (payer.payment_no(), 1, Decimal("9.10"), NO_FUNDS)
    assert standing(payer.order(1)).standing is Standing.HELD
    assert_balanced()

    assert await payer.paid(day(32)) == [(payer.payment_no(2), PAID, 1)]
    assert await payer.needs_human() is False
    assert payer.bank.booked == [payer.payment_no(2)]
    assert payer.held == 0
    assert_balanced()


async def test_a_bank_that_booked_and_died_is_asked_again_and_pays_once(payer: Payer) -> None:
    payer.release(1)
    payer.bank.dies = 1

    assert await payer.paid(day(31)) == [(payer.payment_no(), PAID, 1)]

    assert payer.bank.asked == [payer.payment_no()] * 2
    assert payer.bank.booked == [payer.payment_no()]
    assert_balanced()


async def test_a_silent_bank_is_a_case_for_a_person_until_it_answers(payer: Payer) -> None:
    payer.release(1)
    payer.bank.open.clear()
    run = await payer.start(day(31), silence=timedelta(milliseconds=200))
    async with asyncio.timeout(20):
        while not (payer.bank.asked and await payer.needs_human()):
            await asyncio.sleep(0.05)

    payer.bank.open.set()
    (result,) = (await result_of(run)).guarantors
    assert [payment.outcome for payment in result.payments] == [PAID]
    assert await payer.needs_human() is False


async def test_a_run_does_not_wait_forever_for_one_guarantor(payer: Payer) -> None:
    """It ends, the guarantor's payment goes on, and the next run finds it under way."""
    payer.release(1)
    payer.bank.open.clear()
    result = await payer.run(day(31), patience=timedelta(milliseconds=500))
    assert (result.guarantors, result.under_way) == ([], [payer.guarantor])

    described = await payer.child.describe()
    assert described.status is WorkflowExecutionStatus.RUNNING
    payer.bank.open.set()
    async with asyncio.timeout(20):
        done = await payer.child.result()
    assert [payment.outcome for payment in done.payments] == [PAID]
    assert_balanced()


async def test_what_a_run_that_was_ended_by_force_has_left_is_finished_first(payer: Payer) -> None:
    """The same number goes to the bank; what has become due since then comes next."""
    payer.release(1)
    payer.release(2, day=3)
    payer.bank.away = 1_000
    run = await payer.start(day(31))
    await until(lambda: bool(payer.bank.asked))
    await payer.child.terminate("by an operator")
    assert (await result_of(run)).failed == [payer.guarantor]
    assert standing(payer.order(1)).standing is Standing.CLAIMED
    payer.bank.away = 0

    assert await payer.paid(day(34)) == [(payer.payment_no(1), PAID, 1), (payer.payment_no(2), PAID, 1)]
    assert payer.bank.booked == [payer.payment_no(1), payer.payment_no(2)]
    assert_balanced()


STEPS = ["tax_payment.due", "tax_payment.open", "tax_payment.claim", "tax_payment.pay", "tax_payment.close"]
DEATHS = [
    *((step, True) for step in (*STEPS, "ledger.settle", "tax_payment.review")),  # done, and not known to be done
    *((step, False) for step in ("tax_payment.claim", "tax_payment.pay", "ledger.settle")),
]


@pytest.mark.parametrize(("step", "after"), DEATHS)
async def test_a_worker_that_dies_at_any_step_loses_and_doubles_nothing(
    unworked: Payer, threads: ThreadPoolExecutor, step: str, *, after: bool
) -> None:
    """The next worker goes on: one payment, one booking, one event, a balanced ledger."""
    payer = unworked
    for number in (1, 2, 3):
        payer.release(number)
    dying = DyingInvoker(step, after=after)
    async with tax_worker(payer.client, threads, payer.task_queue, dying):
        run = await payer.start(day(31))
        await until(dying.dead.is_set)
    assert_balanced()

    async with tax_worker(payer.client, threads, payer.task_queue, InProcessInvoker()):
        (result,) = (await result_of(run)).guarantors

    assert [(payment.payment_no, payment.outcome) for payment in result.payments] == [(payer.payment_no(), PAID)]
    assert payer.bank.booked == [payer.payment_no()]
    assert {event.id for event in payer.heard} == {f"tax-payment/{payer.payment_no()}#paid"}
    assert payer.standings == [Standing.PAID] * 3
    assert payer.held == 0
    assert_balanced()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["tax_payment.pay", "ledger.unclaim", "tax_payment.close"])
async def test_a_worker_that_dies_while_a_payment_is_refused_loses_nothing(
    unworked: Payer, threads: ThreadPoolExecutor, step: str, *, after: bool
) -> None:
    payer = unworked
    payer.bank.refusals = [NO_FUNDS]
    for number in (1, 2, 3):
        payer.release(number)
    dying = DyingInvoker(step, after=after)
    async with tax_worker(payer.client, threads, payer.task_queue, dying):
        run = await payer.start(day(31))
        await until(dying.dead.is_set)

    async with tax_worker(payer.client, threads, payer.task_queue, InProcessInvoker()):
        (result,) = (await result_of(run)).guarantors
        assert [payment.outcome for payment in result.payments] == [REFUSED]
        assert payer.standings == [Standing.HELD] * 3
        assert {event.id for event in payer.heard} == {f"tax-payment/{payer.payment_no()}#refused"}
        assert await payer.paid(day(32)) == [(payer.payment_no(2), PAID, 3)]
    assert payer.bank.booked == [payer.payment_no(2)]
    assert_balanced()


async def test_a_payment_that_customs_does_not_summarise_is_listed(payer: Payer) -> None:
    """Three days after the payment (tax.summary_days, setting) a person looks; CEB818 ends it."""
    for number in (1, 2):
        payer.release(number)
    payer.bank.paid_at = day(1)  # by the clock; the run was asked for a later day
    (result,) = (await payer.run(day(31))).guarantors
    assert result.attention == Attention()
    payer.customs_summarises(1)

    assert (await payer.run(day(34))).guarantors == []
    (result,) = (await payer.run(day(35))).guarantors
    assert result.payments == []
    assert result.attention.unsummarised == 1
    assert [order.order for order in result.attention.unsummarised_orders] == [str(payer.order(2))]

    payer.customs_summarises(2)
    (result,) = (await payer.run(day(36))).guarantors
    assert result.attention == Attention()
    assert (await payer.run(day(37))).guarantors == []


async def test_a_run_without_a_moment_takes_what_is_due_now(payer: Payer) -> None:
    """By the server's clock: released 31 days ago is due, 30 days ago is not."""
    now = utc_now()
    payer.release(1, day=(now - timedelta(days=31) - RELEASE).days)
    payer.release(2, day=(now - timedelta(days=29) - RELEASE).days)

    result = await payer.run()

    assert abs(result.as_of - now) < timedelta(minutes=5)
    assert [payment.bills for one in result.guarantors for payment in one.payments] == [1]


async def test_every_guarantor_is_paid_by_itself(payer: Payer, temporal: WorkflowEnvironment) -> None:
    """One payment each; what the bank refuses one of them does not touch the other."""
    other = Payer(temporal, payer.bank, payer.heard)
    payer.release(1)
    other.release(2)

    result = await payer.run(day(31), guarantor=None)

    assert {one.guarantor: [payment.bills for payment in one.payments] for one in result.guarantors} == {
        payer.guarantor: [1],
        other.guarantor: [1],
    }
    assert payer.held == other.held == 0
    assert_balanced()
