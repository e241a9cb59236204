"""Returns and payments of tax, lost answers, workers that end, and the charge of an order that comes to nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel
from temporalio.testing import WorkflowEnvironment

from events.documents import DocumentKind
from events.findings import Fix
from events.life import CancelRequest, CorrectRequest, Resolution, Stage
from events.return_life import ReturnStage
from events.values import OrderKey
from functions.declaration.customs import CustomsUnavailableError
from functions.function import Function
from functions.intake.handler import freeze, thaw
from functions.intake.models import FreezeRequest, FrozenDocument, ThawRequest
from functions.intake.rules import business_key
from functions.ledger import handler as ledger
from functions.ledger.account_models import OpenGuaranteeRequest
from functions.ledger.models import (
    Charge,
    ClaimRequest,
    ReserveRequest,
    SettleRequest,
    Standing,
    UnclaimRequest,
)
from functions.returns.handler import terms
from functions.returns.models import ReturnTerms, ReturnTermsRequest
from tests import builders
from tests.workflows.life import LIMITS, MINUTE, Life, ScriptedCustoms, stages, worker_with
from tests.workflows.return_life import (
    GUARANTOR,
    WHOLE,
    Returns,
    assert_balanced,
    assert_nothing_is_held,
    buyer_has,
    guarantee_has,
)
from workflows.import_order import ImportOrderWorkflow

PRICE, TAX = Decimal("500.00"), Decimal("46.87")
PAYMENT = "TP-1"


def claim(returns: Returns) -> Decimal:
    """A payment claims what is due, as if the time had come."""
    before = returns.released_at + timedelta(seconds=1)
    return ledger.claim(ClaimRequest(guarantor=GUARANTOR, payment_no=PAYMENT, before=before)).total


def settle() -> None:
    """The bank has paid."""
    ledger.settle(SettleRequest(guarantor=GUARANTOR, payment_no=PAYMENT, paid_at=datetime.now(UTC)))


async def billed(returns: Returns) -> None:
    """A delivered order whose bill is on record."""
    await returns.release()
    await returns.life.forward(timedelta(days=1))
    await returns.life.until_true(lambda _: returns.charge.bill is not None, "the bill on record")


async def back(returns: Returns, *lines: tuple[int, str]) -> None:
    """Goods come back, in time and as they were."""
    await returns.ask(*lines)
    await returns.applied()
    await returns.customs_says("399")
    await returns.goods_back(*lines)


async def test_no_payment_takes_the_tax_of_goods_on_their_way(returns: Returns) -> None:
    """Rulebook 4.4: paid is what no return has happened to; a return that came to nothing lets its bill be paid."""
    await billed(returns)
    await returns.ask(*WHOLE)
    await returns.applied()
    assert claim(returns) == 0
    await returns.customs_says("100")
    await returns.result()
    await returns.life.until_true(lambda _: not returns.is_under_way, "the end on record")
    ledger.unclaim(UnclaimRequest(guarantor=GUARANTOR, payment_no=PAYMENT, reason="empty"))
    before = returns.released_at + timedelta(seconds=1)
    assert ledger.claim(ClaimRequest(guarantor=GUARANTOR, payment_no="TP-2", before=before)).total == TAX
    assert_balanced()


@pytest.mark.parametrize("paid", [False, True])
async def test_a_return_after_the_payment_goes_to_a_person(returns: Returns, life: Life, *, paid: bool) -> None:
    """Policy row return.after_payment; who lets it go on gives the price back without the tax."""
    await billed(returns)
    assert claim(returns) == TAX
    if paid:
        settle()
    await back(returns, *WHOLE)
    await returns.until_case("return-after-payment")
    assert life.customs.refund_orders == []
    await returns.resolve("return-after-payment", Resolution.CONTINUE)
    result = await returns.result()
    assert (result.stage, result.restored, result.refunded) == (ReturnStage.SETTLED, False, PRICE)
    assert returns.charge.standing is (Standing.PAID if paid else Standing.CLAIMED)
    assert_balanced()
    # The order ends when the tax is paid, whatever the days for returns
    await life.tax_paid()
    assert (await life.result()).stage is Stage.RETURNED


async def test_a_payment_that_was_given_up_lets_the_tax_be_void(returns: Returns) -> None:
    """A person lets the return go on; meanwhile the bank has refused the payment."""
    await billed(returns)
    claim(returns)
    await back(returns, *WHOLE)
    await returns.until_case("return-after-payment")
    ledger.unclaim(UnclaimRequest(guarantor=GUARANTOR, payment_no=PAYMENT, reason="no funds"))
    await returns.resolve("return-after-payment", Resolution.CONTINUE)
    result = await returns.result()
    assert (result.restored, result.refunded) == (True, PRICE + TAX)
    assert_nothing_is_held()


async def test_a_return_after_the_payment_can_be_given_up(returns: Returns, life: Life) -> None:
    await billed(returns)
    claim(returns)
    settle()
    await back(returns, (1, "1"))
    await returns.until_case("return-after-payment")
    await returns.resolve("return-after-payment", Resolution.CLOSE)
    assert (await returns.result()).stage is ReturnStage.GIVEN_UP
    assert life.customs.refund_orders == []


class WithoutTax(ScriptedCustoms):
    """A what-if: the policy gives the price back without the tax."""

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """Everything as it is, but for that row."""
        if isinstance(request, ReturnTermsRequest):
            found: ReturnTerms = terms(request)
            return found.model_copy(update={"after_payment": "refund-without-tax"})
        return super().invoke(function, request)


async def test_the_policy_may_give_the_price_back_at_once(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> None:
    customs, queue = WithoutTax(), f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, queue, customs):
        returns = Returns(Life(temporal, queue, customs))
        await billed(returns)
        claim(returns)
        settle()
        await back(returns, (1, "1"))
        result = await returns.result()
        assert (result.stage, result.restored, result.refunded) == (ReturnStage.SETTLED, False, Decimal("130.00"))
        assert_balanced()


class LosingAnswers(ScriptedCustoms):
    """Every step is done and its answer lost, once, before the same is asked again."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[tuple[str, str]] = set()

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """Done; the first answer is lost."""
        answer = super().invoke(function, request)
        step = function.name, request.model_dump_json()
        if step not in self.lost:
            self.lost.add(step)
            raise CustomsUnavailableError("the answer is lost")
        return answer


async def test_every_answer_lost_once(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> None:
    """Nothing is given back twice, nothing refunded twice, whatever step is repeated."""
    customs, queue = LosingAnswers(), f"test-{uuid4()}"
    async with worker_with(temporal.client, threads, queue, customs):
        returns = Returns(Life(temporal, queue, customs))
        await returns.release()
        first = await returns.settle((1, "1"))
        second = await returns.settle((1, "1"), (2, "3"), number=2)
        await returns.life.tax_void()
        assert (await returns.life.result()).stage is Stage.RETURNED
    assert {"ledger.reserve", "ledger.commit", "ledger.give_back", "ledger.returning", "refund.pay"} <= {
        name for name, _ in customs.lost
    }
    assert sum(customs.refunded.values()) == first.refunded + second.refunded == PRICE + TAX
    assert len(customs.refunded) == 2
    assert_nothing_is_held()


async def test_the_worker_ends_after_every_step(
    temporal: WorkflowEnvironment, threads: ThreadPoolExecutor, guarantees: None
) -> None:
    """Another worker, which knows nothing but the history, takes each step on."""
    customs, queue = ScriptedCustoms(), f"test-{uuid4()}"
    returns = Returns(Life(temporal, queue, customs))

    def worker() -> Any:
        return worker_with(temporal.client, threads, queue, customs)

    async with worker():
        await returns.release()
        await returns.life.until_it_rests()
    async with worker():
        await returns.ask(*WHOLE)
    async with worker():
        await returns.applied()
    report = returns.report(*WHOLE)
    customs.firm_dies = 1
    for documents in ([returns.receipt("120")], [report], [returns.receipt("399")]):
        await returns.life.send(*documents)
        async with worker():
            await returns.snapshot()
            await returns.life.snapshot()
    async with worker():
        assert (await returns.result()).refunded == PRICE + TAX
        await returns.life.tax_void()
    async with worker():
        assert (await returns.life.result()).stage is Stage.RETURNED
    assert len(customs.refunded) == 1
    assert_nothing_is_held()


async def test_a_cancellation_restores_everything(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    assert (buyer_has(), guarantee_has()) == (Decimal("515.02"), TAX)
    await life.handle.execute_update(ImportOrderWorkflow.cancel, CancelRequest(who="op-1", why="订购人取消"))
    await life.customs_says("120")
    await life.until_true(lambda _: bool(life.customs.cancellations), "the cancellation")
    await life.customs_says_of_cancellation("399")
    assert (await life.result()).stage is Stage.CANCELLED
    assert_nothing_is_held()


async def test_a_rejection_gives_back_and_a_correction_reserves_again(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("120", "100", info="其他")
    await life.until(Stage.REJECTED)
    await life.until_true(lambda _: guarantee_has() == 0, "the charge given back")
    assert_nothing_is_held()
    await correct(life)
    await life.until_sent(2)
    assert (buyer_has(), guarantee_has()) == (Decimal("515.02"), TAX)
    assert_balanced()


async def correct(life: Life) -> None:
    """An operator corrects something."""
    fix = Fix(document=DocumentKind.ORDER, field="note", value=f"corrected {uuid4()}")
    await life.handle.execute_update(ImportOrderWorkflow.correct, CorrectRequest(fixes=[fix], who="op-1", why="补正"))


async def test_a_charge_given_back_before_the_declaration_is_reserved_again(life: Life) -> None:
    """M11: another order's list uses the payment for a while; the charge comes and goes before version 1."""
    other = OrderKey(ebp_code=life.key.ebp_code, order_no="OTHER")
    documents = [life.accepted(kind, model) for kind, model in life.documents().items()]
    payment = next(document for document in documents if document.kind is DocumentKind.PAYMENT)
    key = business_key(payment.kind, payment.parsed())
    used = [FrozenDocument(kind=payment.kind, business_key=key, content_hash=payment.content_hash)]
    agent = builders.AGENT["agent_code"]
    freeze(FreezeRequest(key=other, list_version=1, cop_no="OTHER", agent_code=agent, documents=used))
    await life.send(*documents)
    state = await life.until(Stage.MISMATCHED)
    assert [finding.rule for finding in state.findings] == ["M11"]
    await life.until_true(lambda _: guarantee_has() == 0, "the charge given back")
    # When the other list lets the payment go
    thaw(ThawRequest(key=other, documents=used))
    await correct(life)
    await life.until_sent(1)
    assert (buyer_has(), guarantee_has()) == (Decimal("515.02"), TAX)
    assert_balanced()


async def test_an_order_waits_for_its_guarantee(life: Life) -> None:
    ledger.open_guarantee(OpenGuaranteeRequest(guarantor=GUARANTOR, amount=TAX - Decimal("0.01")))
    await life.send_all()
    await life.until(Stage.AWAITING_GUARANTEE)
    assert_nothing_is_held()
    ledger.open_guarantee(OpenGuaranteeRequest(guarantor=GUARANTOR, amount=TAX))
    await life.forward(LIMITS.guarantee_retry + MINUTE)
    await life.until_sent(1)
    state = await life.until(Stage.DECLARED)
    assert Stage.AWAITING_GUARANTEE in stages(state)
    assert guarantee_has() == TAX
    assert_balanced()


@pytest.mark.parametrize(("used", "stage"), [("25484.98", Stage.DECLARED), ("25484.99", Stage.MISMATCHED)])
async def test_the_limit_of_the_year(life: Life, used: str, stage: Stage) -> None:
    """财关税〔2018〕49号: 26,000 a year, itself included; −621018."""
    reserve_for_the_buyer(Decimal(used))
    await life.send_all()
    state = await life.until(stage)
    assert [finding.code for finding in state.findings] == ([] if stage is Stage.DECLARED else ["-621018"])
    assert_balanced()


def reserve_for_the_buyer(value: Decimal) -> None:
    """Another order of the same person."""
    request = ReserveRequest(
        key=OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no="ANOTHER"),
        on=date.today(),  # noqa: DTZ011 - the year is what counts
        buyer_id_type="1",
        buyer_id=builders.BUYER_ID,
        guarantor=GUARANTOR,
        charge=Charge(value=value, tax=Decimal(0), yearly=[]),
    )
    assert not ledger.reserve(request).findings
