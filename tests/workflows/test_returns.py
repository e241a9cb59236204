"""Returns (公告2020-45): the whole way, and every way out of it; the ledger is exact to the cent after each."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowUpdateFailedError

from events.life import Resolution, Stage
from events.return_life import ReturnLine, ReturnStage
from events.returns import Condition, Inspection
from events.values import Text
from functions.declaration.returns import return_no
from functions.dossier import store
from functions.ledger.models import Standing
from tests.lambdas import BOTH_WAYS
from tests.workflows.life import LIMITS, MINUTE, WINDOW, Life
from tests.workflows.return_life import (
    WHOLE,
    Returns,
    assert_balanced,
    assert_nothing_is_held,
    buyer_has,
    guarantee_has,
)

PRICE, TAX = Decimal("500.00"), Decimal("46.87")
HALF = timedelta(days=15)
BACK = timedelta(days=45)
SECOND = timedelta(seconds=1)
REFUSED = Text(zh="账户已注销", en="account closed")


async def accepted(returns: Returns, *lines: tuple[int, str]) -> None:
    """A released order, and a return that customs has accepted."""
    await returns.release()
    await returns.ask(*lines)
    await returns.applied()
    await returns.customs_says("2", "3", "120", "399")
    await returns.until(ReturnStage.ACCEPTED)


async def test_a_whole_return_leaves_nothing(returns: Returns, life: Life) -> None:
    """The tax is void, quota and guarantee are restored, the buyer has everything but the freight; the order ends."""
    await returns.release()
    assert buyer_has() == Decimal("515.02")
    result = await returns.settle(*WHOLE)
    assert (result.stage, result.restored) == (ReturnStage.SETTLED, True)
    assert result.lines == [ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in WHOLE]
    assert result.refunded == sum(life.customs.refunded.values()) == PRICE + TAX
    assert returns.charge.standing is Standing.RELEASED
    assert_nothing_is_held()
    # The order waits for its bill to be void
    assert (await life.snapshot()).stage is Stage.DELIVERED
    await life.tax_void()
    assert (await life.result()).stage is Stage.RETURNED
    kinds = [entry.kind for entry in store.get_dossier(life.key).entries]
    assert {"goods-returned", "refund-receipt", "return", "tax-bill-status"} <= set(kinds)


async def test_a_void_bill_that_comes_before_the_returns_end(returns: Returns, life: Life) -> None:
    await accepted(returns, *WHOLE)
    await life.tax_void()
    await returns.goods_back(*WHOLE)
    assert (await life.result()).stage is Stage.RETURNED
    assert_nothing_is_held()


async def test_a_bill_that_comes_only_after_all_is_back(returns: Returns, life: Life) -> None:
    """Without the bill nobody knows that it is void."""
    await returns.release(billed=False)
    await returns.settle(*WHOLE)
    assert (await life.snapshot()).stage is Stage.DELIVERED
    await life.tax_void()
    await life.tax_bill()
    assert (await life.result()).stage is Stage.RETURNED


async def test_a_bill_that_is_not_void_in_time_is_for_a_person(returns: Returns, life: Life) -> None:
    await returns.release(deliver=False)
    await returns.settle(*WHOLE)
    await life.forward(LIMITS.decision + MINUTE)
    await life.until_true(lambda state: state.needs_human == "tax-bill-not-void", "a person")
    await life.decide("tax-bill-not-void", Resolution.CONTINUE)
    await life.forward(LIMITS.decision + MINUTE)
    await life.until_true(lambda state: state.needs_human == "tax-bill-not-void", "a person again")
    await life.tax_void()
    assert (await life.result()).stage is Stage.RETURNED


@BOTH_WAYS
async def test_a_part_then_the_rest(returns: Returns, life: Life) -> None:
    """Both together are the whole, to the cent; what is left counts from all that came back."""
    await returns.release()
    first = await returns.settle((1, "1"))
    assert returns.charge.standing is Standing.HELD
    assert returns.charge.charge.tax == guarantee_has() < TAX
    assert_balanced()
    assert "at most the 1 that have not come back" in await returns.refusal((1, "2"))
    second = await returns.settle((1, "1"), (2, "3"), number=2)
    assert first.refunded + second.refunded == PRICE + TAX
    assert_nothing_is_held()
    await life.tax_void()
    assert (await life.result()).stage is Stage.RETURNED


async def test_a_part_leaves_the_rest_to_be_paid(returns: Returns, life: Life) -> None:
    """The corrected bill comes after the return; the first one, which is told late, is no reason for a person."""
    await returns.release(billed=False)
    first = life.bill()
    await returns.settle((2, "3"))
    left = returns.charge.charge.tax
    await life.tax_bill(first)
    await life.tax_bill(life.bill_of(left))
    await life.forward(WINDOW)
    await life.until_true(lambda _: returns.charge.bill is not None, "the bill on record")
    assert (returns.charge.bill and returns.charge.bill.total, returns.charge.findings) == (left, [])
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED
    assert (await life.snapshot()).needs_human is None


async def test_an_old_bill_alone_after_a_part_is_no_reason_for_a_person(returns: Returns, life: Life) -> None:
    await returns.release(billed=False)
    await life.tax_bill()
    await returns.settle((2, "3"))
    await life.forward(WINDOW)
    await life.until_true(lambda _: returns.charge.bill is not None, "the bill on record")
    assert (await life.snapshot()).needs_human is None


async def test_the_last_day_to_apply(returns: Returns, life: Life) -> None:
    """公告2020-45: within 30 days of the release."""
    await returns.release()
    await life.forward(timedelta(days=30) - timedelta(minutes=2))
    await returns.ask((1, "1"))
    assert (await life.snapshot()).stage is Stage.DELIVERED


async def test_a_day_too_late(returns: Returns, life: Life) -> None:
    await returns.release()
    await life.forward(timedelta(days=30) + MINUTE)
    assert "too late" in await returns.refusal((1, "1"))
    assert not [case for case in (await life.snapshot()).history if "Return" in case.reason.en]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([(1, "3")], "above 0 and at most the 2"),
        ([(1, "0")], "above 0"),
        ([(1, "-1")], "above 0"),
        ([(7, "1")], r"-625209"),
        ([(1, "1"), (1, "1")], "stands twice"),
    ],
)
async def test_lines_that_cannot_be_returned(
    returns: Returns, life: Life, lines: list[tuple[int, str]], reason: str
) -> None:
    await returns.release()
    assert reason in await returns.refusal(*lines)
    assert life.customs.applications == []


async def test_one_return_at_a_time_and_only_after_the_release(returns: Returns, life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    assert "not released can be cancelled" in await returns.refusal((1, "1"))
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await returns.ask((1, "1"))
    assert "under way" in await returns.refusal((1, "1"))
    with pytest.raises(WorkflowUpdateFailedError):
        await life.decide("x", Resolution.CLOSE)


async def test_goods_of_the_last_day_that_are_reported_late(returns: Returns) -> None:
    """45 days to the moment; when the goods came counts, not when that was told."""
    await accepted(returns, *WHOLE)
    await returns.forward(BACK + MINUTE)
    assert (await returns.snapshot()).stage is ReturnStage.ACCEPTED
    await returns.goods_back(*WHOLE, after=BACK)
    assert (await returns.result()).stage is ReturnStage.SETTLED
    assert_nothing_is_held()


async def test_goods_a_second_after_the_last_day(returns: Returns, life: Life) -> None:
    """Nothing moves: the tax stays, the buyer gets nothing, the order lives on and is paid."""
    await accepted(returns, *WHOLE)
    await returns.goods_back(*WHOLE, after=BACK + SECOND)
    result = await returns.result()
    assert (result.stage, result.lines, result.restored) == (ReturnStage.NOT_BACK_IN_TIME, [], False)
    await nothing_moved(returns, life)


async def nothing_moved(returns: Returns, life: Life) -> None:
    """The charge is whole, no money went back, the order closes by its payment."""
    assert (guarantee_has(), life.customs.refund_orders) == (TAX, [])
    assert_balanced()
    await life.forward(WINDOW)
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED


async def test_goods_that_never_come(returns: Returns, life: Life) -> None:
    await accepted(returns, *WHOLE)
    await returns.forward(BACK + LIMITS.silence + MINUTE)
    assert (await returns.result()).stage is ReturnStage.NOT_BACK_IN_TIME
    # A report that says they came in time, and is told much later, is for a person
    await returns.goods_back(*WHOLE, after=BACK)
    await life.until_true(lambda state: state.needs_human == "return-report-late", "a person")
    await life.decide("return-report-late", Resolution.CONTINUE)
    await nothing_moved(returns, life)


@pytest.mark.parametrize("inspected", [Inspection.QUALIFIED, Inspection.UNQUALIFIED])
async def test_damaged_goods(returns: Returns, life: Life, inspected: Inspection) -> None:
    await accepted(returns, *WHOLE)
    condition = Condition.DAMAGED if inspected is Inspection.QUALIFIED else Condition.INTACT
    report = returns.report((1, "2"), (2, "3", condition), inspection=inspected)
    await life.send(report)
    assert (await returns.result()).stage is ReturnStage.NOT_AS_THEY_WERE
    await nothing_moved(returns, life)


@pytest.mark.parametrize(
    ("resolution", "stage", "left"),
    [(Resolution.CONTINUE, ReturnStage.SETTLED, "240"), (Resolution.CLOSE, ReturnStage.GIVEN_UP, "500")],
)
async def test_another_quantity(
    returns: Returns, life: Life, resolution: Resolution, stage: ReturnStage, left: str
) -> None:
    """A person takes what is there, or gives the return up; the last day does not decide instead."""
    await accepted(returns, *WHOLE)
    await returns.goods_back((1, "2"), (2, "0.5"))
    await returns.until_case("return-quantity")
    await returns.forward(BACK + LIMITS.silence + MINUTE)
    await returns.resolve("return-quantity", resolution)
    result = await returns.result()
    assert result.stage is stage
    taken = [(line.gnum, line.qty) for line in result.lines]
    assert taken == ([(1, Decimal(2)), (2, Decimal("0.5"))] if stage is ReturnStage.SETTLED else [])
    assert (result.refunded > 0, result.restored) == (stage is ReturnStage.SETTLED,) * 2
    assert sum(life.customs.refunded.values()) == result.refunded
    assert_balanced()


async def test_another_site(returns: Returns) -> None:
    """Going on takes only what is there."""
    await accepted(returns, *WHOLE)
    await returns.goods_back((1, "2"), (2, "1"), site="9999")
    await returns.until_case("return-site")
    await returns.resolve("return-site", Resolution.CONTINUE)
    result = await returns.result()
    assert [(line.gnum, line.qty) for line in result.lines] == [(1, Decimal(2)), (2, Decimal(1))]
    assert result.stage is ReturnStage.SETTLED
    assert_balanced()


async def test_another_site_until_the_last_day(returns: Returns, life: Life) -> None:
    await accepted(returns, *WHOLE)
    await returns.goods_back(*WHOLE, site="9999")
    await returns.until_case("return-site")
    await returns.forward(BACK + LIMITS.silence + MINUTE)
    assert (await returns.result()).stage is ReturnStage.NOT_BACK_IN_TIME
    await nothing_moved(returns, life)


@pytest.mark.parametrize("status", ["100", "-625014"])
async def test_customs_refuses(returns: Returns, life: Life, status: str) -> None:
    await returns.release()
    await returns.ask(*WHOLE)
    await returns.applied()
    await returns.customs_says("2", "3", "120", status)
    assert (await returns.result()).stage is ReturnStage.REFUSED_BY_CUSTOMS
    # One may ask again, under another number
    await returns.ask(*WHOLE)
    await returns.applied(2)
    first, second = life.customs.applications
    assert first.refund.head.cop_no != second.refund.head.cop_no
    await returns.customs_says(status, number=2)
    await returns.result(2)
    await nothing_moved(returns, life)


async def test_the_endpoint_refuses(returns: Returns, life: Life) -> None:
    await returns.release()
    life.customs.refusal = Text(zh="拒收", en="refused at the door")
    await returns.ask(*WHOLE)
    assert (await returns.result()).stage is ReturnStage.REFUSED_BY_CUSTOMS


async def test_customs_keeps_silent(returns: Returns, life: Life) -> None:
    """The same message again, then a person, who lets it be sent once more; a status 4 is no answer."""
    await returns.release()
    await returns.ask(*WHOLE)
    await returns.applied()
    await returns.customs_says("4")
    for _ in range(LIMITS.resends):
        sent = len(life.customs.applications)
        await returns.forward(LIMITS.silence + MINUTE)
        await returns.until_sent(sent + 1)
    await returns.forward(LIMITS.silence + MINUTE)
    await returns.until_case("return-silent")
    await returns.customs_says("4")
    await returns.resolve("return-silent", Resolution.RESEND)
    await returns.until_sent(LIMITS.resends + 2)
    assert all(sent == life.customs.applications[0] for sent in life.customs.applications)
    assert (await returns.snapshot()).needs_human is None
    await returns.customs_says("399")
    await returns.goods_back(*WHOLE)
    assert (await returns.result()).stage is ReturnStage.SETTLED


async def test_customs_does_not_decide(returns: Returns) -> None:
    await returns.release()
    await returns.ask(*WHOLE)
    await returns.applied()
    await returns.customs_says("120")
    decided_by = datetime.now(UTC) + LIMITS.silence + MINUTE
    await returns.until_true(lambda state: bool(state.due_by and state.due_by > decided_by), "time for the decision")
    await returns.forward(LIMITS.decision + MINUTE)
    await returns.until_case("return-undecided")
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await returns.resolve("return-undecided", Resolution.RESEND)
    assert "resend is for" in str(refused.value.cause)
    await returns.customs_says("300")
    await returns.until_true(lambda state: state.needs_human is None, "nobody")
    await returns.forward(LIMITS.decision + MINUTE)
    await returns.until_case("return-undecided")
    await returns.resolve("return-undecided", Resolution.CLOSE)
    assert (await returns.result()).stage is ReturnStage.GIVEN_UP


async def test_customs_is_away_for_a_while(returns: Returns, life: Life) -> None:
    await returns.release()
    life.customs.down = 2
    await returns.ask(*WHOLE)
    await returns.applied()
    assert len(life.customs.applications) == 1
    await returns.customs_says("399")
    await returns.until(ReturnStage.ACCEPTED)


@BOTH_WAYS
async def test_the_firm_refuses_the_refund(returns: Returns, life: Life) -> None:
    """Sent again on a person's word; then settled without, and the ledger is restored all the same."""
    life.customs.refund_refusal = REFUSED
    await accepted(returns, *WHOLE)
    await returns.goods_back(*WHOLE)
    await returns.until_case("refund-refused")
    assert_nothing_is_held()
    await returns.resolve("refund-refused", Resolution.RESEND)
    await returns.until_true(lambda _: len(life.customs.refund_orders) == 2, "the same order again")
    await returns.until_case("refund-refused")
    await returns.resolve("refund-refused", Resolution.CLOSE)
    result = await returns.result()
    assert (result.stage, result.refunded, result.restored) == (ReturnStage.SETTLED, Decimal(0), True)
    assert life.customs.refund_orders[0] == life.customs.refund_orders[1]


async def test_the_firm_pays_and_dies_before_it_answers(returns: Returns, life: Life) -> None:
    life.customs.firm_dies = 2
    await accepted(returns, (1, "1"))
    await returns.goods_back((1, "1"))
    result = await returns.result()
    assert len(life.customs.refund_orders) == 3
    assert life.customs.refunded == {return_no(life.key, 1): result.refunded}


async def test_duplicates_and_disorder(returns: Returns, life: Life) -> None:
    """The goods are reported before customs has accepted; everything comes twice, the last things first."""
    await returns.release()
    await returns.ask(*WHOLE)
    await returns.applied()
    report, early = returns.report(*WHOLE), returns.receipt("2")
    await life.send(report)
    await life.send(report, early)
    assert (await returns.snapshot()).stage is ReturnStage.APPLIED
    accepted = returns.receipt("399")
    await life.send(accepted, report)
    assert (await returns.result()).stage is ReturnStage.SETTLED
    # what comes for a return that has ended changes nothing
    await life.send(accepted, report, early, returns.receipt("100"))
    await life.tax_void()
    assert (await life.result()).stage is Stage.RETURNED
    assert len(life.customs.refunded) == len(life.customs.refund_orders) == 1
    assert_nothing_is_held()


async def test_a_decision_is_for_the_case_that_waits(returns: Returns) -> None:
    await accepted(returns, *WHOLE)
    with pytest.raises(WorkflowUpdateFailedError):
        await returns.resolve("return-quantity", Resolution.CONTINUE)


async def test_the_window_ends_while_goods_are_on_their_way(returns: Returns, life: Life) -> None:
    """A parcel that nobody took: its return goes on, nobody is called, the clock does not run hot."""
    await returns.release(deliver=False)
    await returns.before_the_window_ends()
    await returns.ask(*WHOLE)
    await returns.applied()
    before = (await life.handle.describe()).history_length
    await returns.after_the_window_ends()
    state = await life.snapshot()
    assert (state.stage, state.needs_human, state.due_by) == (Stage.RELEASED, None, None)
    assert (await life.handle.describe()).history_length < before + 10
    await returns.customs_says("100")
    await returns.result()
    await life.until_true(lambda state: state.needs_human == "undelivered", "a person")


async def test_an_order_that_owes_no_tax(returns: Returns, life: Life) -> None:
    """It neither closes while goods are on their way nor waits for a bill."""
    await returns.release_untaxed()
    await returns.before_the_window_ends()
    await returns.ask((1, "1"))
    await returns.applied()
    await returns.after_the_window_ends()
    state = await life.snapshot()
    assert (state.stage, state.due_by) == (Stage.DELIVERED, None)
    await returns.customs_says("399")
    await returns.goods_back((1, "1"))
    await returns.result()
    assert (await life.result()).stage is Stage.CLOSED
    assert_balanced()


async def test_an_order_that_owes_no_tax_comes_back_whole(returns: Returns, life: Life) -> None:
    await returns.release_untaxed()
    result = await returns.settle((1, "2"))
    assert result.refunded == Decimal("0.04")
    assert (await life.result()).stage is Stage.RETURNED
    assert_nothing_is_held()


async def test_an_order_that_owes_no_tax_closes_by_itself(returns: Returns, life: Life) -> None:
    await returns.release_untaxed()
    await life.forward(WINDOW)
    assert (await life.result()).stage is Stage.CLOSED


async def test_a_return_ended_by_force_is_for_a_person(returns: Returns, life: Life) -> None:
    await accepted(returns, *WHOLE)
    await returns.handle().terminate("test")
    await life.until_true(lambda state: state.needs_human == "return-failed", "a person")
    assert "due without" not in str(returns.charge)
    await life.decide("return-failed", Resolution.CONTINUE)
    await nothing_moved(returns, life)


async def test_an_exchange_is_known_to_both_orders(returns: Returns, life: Life) -> None:
    other = Life(life.temporal, life.task_queue, life.customs)
    await other.send_all()
    await other.until_sent(1)
    await returns.release()
    assert "not exchanged for itself" in await returns.refusal(*WHOLE, exchange_for=life.key.order_no)
    assert "no order number" in await returns.refusal(*WHOLE, exchange_for="a b")
    asked = await returns.ask(*WHOLE, exchange_for=other.key.order_no)
    text = f"Exchange for return {asked.return_no} of order {life.key.order_no}."
    await other.until_true(lambda state: state.history[-1].reason.en == text, "the exchange")
    await returns.customs_says("399")
    await returns.goods_back(*WHOLE)
    assert (await returns.result()).exchange_for == other.key.order_no
    told = [change.reason.en for change in (await other.snapshot()).history]
    assert told.count(text) == 1


async def test_an_exchange_for_an_order_that_appears_later(returns: Returns, life: Life) -> None:
    other = Life(life.temporal, life.task_queue, life.customs)
    await returns.release()
    asked = await returns.ask(*WHOLE, exchange_for=other.key.order_no)
    await returns.applied()
    await returns.customs_says("399")
    await other.send_all()
    await returns.goods_back(*WHOLE)
    await returns.result()
    await other.until_true(
        lambda state: any(asked.return_no in change.reason.en for change in state.history), "the exchange"
    )
