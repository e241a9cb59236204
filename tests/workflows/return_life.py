"""The returns of one order under test: what is asked for, what customs and the site say, what the books hold."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper

from events.ceb.base import CebModel
from events.ceb.refund import RefundReturn
from events.documents import DocumentKind, InboundDocument
from events.life import Resolution, ResolveRequest, Stage
from events.return_life import (
    ReturnAsked,
    ReturnLine,
    ReturnRequest,
    ReturnResult,
    ReturnSnapshot,
    ReturnStage,
    return_workflow_id,
)
from events.returns import Condition, GoodsReturned, Inspection, ReturnedGoods, ReturnSite
from events.values import to_millisecond
from functions.declaration.returns import return_no
from functions.ledger import handler as ledger
from functions.ledger import store as ledger_store
from functions.ledger.account_models import BuyerRequest, GuaranteeRequest, QuotaRequest, VerifyRequest
from functions.ledger.models import ChargeRequest, OrderCharge
from tests import builders
from tests.workflows.life import INVT_NO, Life
from workflows.import_order import ImportOrderWorkflow
from workflows.import_return import ImportReturnWorkflow

WHOLE = ((1, "2"), (2, "3"))
GUARANTOR = builders.SELLER["ebc_code"]
_PATIENCE_SECONDS = 15
_LAST_SECONDS = 4


class Returns:
    """The returns of one life."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.released_at = datetime.now(UTC)

    async def release(self, *, deliver: bool = True, billed: bool = True, **documents: Any) -> None:
        """The order's documents, its release, the parcel at the buyer's, and the tax bill."""
        life = self.life
        await life.send_all(**documents)
        await life.until_sent(1)
        await life.customs_says("800")
        await life.until(Stage.RELEASED)
        if deliver:
            await life.deliver()
            await life.until(Stage.DELIVERED)
        if billed:
            await life.tax_bill()
        released_at = self.charge.released_at
        assert released_at
        self.released_at = released_at

    async def release_untaxed(self) -> None:
        """Two pieces of 0.02 CNY: their tax is less than half a cent."""
        cheap = {"price": "0.02", "totalPrice": "0.04"}
        documents = self.life.documents()
        order, payment = documents[DocumentKind.ORDER], documents[DocumentKind.PAYMENT]
        waybill, declared = documents[DocumentKind.WAYBILL], documents[DocumentKind.DECLARATION_LIST]
        await self.release(
            billed=False,
            order=bent(order, cheap, goodsValue="0.04", freight="0", taxTotal="0", acturalPaid="0.04"),
            payment=bent(payment, {}, amountPaid="0.04"),
            waybill=bent(waybill, {}, freight="0"),
            declaration_list=bent(declared, cheap, freight="0"),
        )

    def handle(self, number: int = 1) -> WorkflowHandle[ImportReturnWorkflow, ReturnResult]:
        """The workflow of a return."""
        name = return_workflow_id(self.life.key, number)
        return self.life.temporal.client.get_workflow_handle_for(ImportReturnWorkflow.run, name)

    async def ask(self, *lines: tuple[int, str], exchange_for: str | None = None) -> ReturnAsked:
        """Somebody asks for a return. Raises what the order refuses it with."""
        request = ReturnRequest(
            lines=[ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in lines],
            who="op-1",
            why="不想要了",
            exchange_for=exchange_for,
        )
        return await self.life.handle.execute_update(ImportOrderWorkflow.request_return, request)

    async def refusal(self, *lines: tuple[int, str], exchange_for: str | None = None) -> str:
        """Why the order does not take a return."""
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await self.ask(*lines, exchange_for=exchange_for)
        return str(refused.value.cause)

    async def applied(self, number: int = 1) -> None:
        """Wait until customs has the application."""
        await self.until_true(
            lambda _: any(sent.number == number for sent in self.life.customs.applications), "the application", number
        )

    async def until_sent(self, applications: int) -> None:
        """Wait until customs has been sent so many applications, repeats included."""
        await self.until_true(lambda _: len(self.life.customs.applications) == applications, f"{applications} sent")

    def receipt(self, status: str, number: int = 1, info: str = "测试回执") -> InboundDocument:
        """A CEB626."""
        receipt = RefundReturn(
            guid=str(uuid4()).upper(),
            cop_no=return_no(self.life.key, number),
            pre_no="B20260105000000626",
            invt_no=INVT_NO,
            return_status=status,
            return_time=to_millisecond(self.life.moment()),
            return_info=info,
        )
        return self.life.accepted(DocumentKind.REFUND_RECEIPT, receipt)

    async def customs_says(self, *statuses: str, number: int = 1) -> None:
        """Receipts of a return, in one signal."""
        await self.life.send(*(self.receipt(status, number) for status in statuses))

    def report(
        self,
        *lines: tuple[int, str] | tuple[int, str, Condition],
        number: int = 1,
        after: timedelta = timedelta(minutes=1),
        site: str | None = None,
        inspection: Inspection = Inspection.QUALIFIED,
    ) -> InboundDocument:
        """The site's report of goods that came so long after the release."""
        declared = self.life.customs.submissions[-1].declaration_list
        original = ReturnSite.of(declared.head)
        report = GoodsReturned(
            guid=str(uuid4()).upper(),
            ebp_code=self.life.key.ebp_code,
            order_no=self.life.key.order_no,
            return_no=return_no(self.life.key, number),
            operator_code="3207WARE01",
            site=original.model_copy(update={"customs_code": site}) if site else original,
            received_at=self.released_at + after,
            lines=[
                ReturnedGoods(
                    gnum=line[0], qty=Decimal(line[1]), condition=line[2] if len(line) > 2 else Condition.INTACT
                )
                for line in lines
            ],
            inspection=inspection,
        )
        return self.life.accepted(DocumentKind.GOODS_RETURNED, report)

    async def before_the_window_ends(self) -> None:
        """Let the order's clock run on until a few seconds before; with goods on their way it cannot be let run on."""
        elapsed = datetime.now(UTC) - self.released_at
        await self.life.forward(timedelta(days=30) - elapsed - timedelta(seconds=_LAST_SECONDS))

    async def after_the_window_ends(self) -> None:
        """Wait these seconds, and then some."""
        await asyncio.sleep(_LAST_SECONDS + 1)

    async def goods_back(self, *lines: tuple[int, str], number: int = 1, **how: Any) -> None:
        """The site reports."""
        await self.life.send(self.report(*lines, number=number, **how))

    async def settle(self, *lines: tuple[int, str], number: int = 1) -> ReturnResult:
        """A return without any exception, from the wish to the money."""
        await self.ask(*lines)
        await self.applied(number)
        await self.customs_says("2", "3", "120", "399", number=number)
        await self.goods_back(*lines, number=number)
        return await self.result(number)

    async def result(self, number: int = 1) -> ReturnResult:
        """How a return ended, once its order knows."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            result = await self.handle(number).result()
        text = f"Return {result.return_no} has ended"
        await self.life.until_true(
            lambda state: any(text in change.reason.en for change in state.history), "the order to know of the end"
        )
        return result

    async def snapshot(self, number: int = 1) -> ReturnSnapshot:
        """Where a return stands."""
        return await self.handle(number).query(ImportReturnWorkflow.state)

    async def until(self, *stages: ReturnStage, number: int = 1) -> ReturnSnapshot:
        """Wait for a stage."""
        return await self.until_true(lambda state: state.stage in stages, " or ".join(stages), number)

    async def until_case(self, case: str, number: int = 1) -> ReturnSnapshot:
        """Wait until a person is called."""
        return await self.until_true(lambda state: state.needs_human == case, case, number)

    async def until_true(
        self, condition: Callable[[ReturnSnapshot], bool], what: str, number: int = 1
    ) -> ReturnSnapshot:
        """Wait until a condition holds of a return."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            state = await self.snapshot(number)
            if condition(state):
                return state
            assert time.monotonic() < deadline, f"waited for {what}, stands at {state}"
            await asyncio.sleep(0.02)

    async def resolve(self, case: str, resolution: Resolution, number: int = 1) -> None:
        """A person decides."""
        request = ResolveRequest(case=case, resolution=resolution, who="op-1", why="核实")
        await self.handle(number).execute_update(ImportReturnWorkflow.resolve, request)

    async def forward(self, duration: timedelta, number: int = 1) -> None:
        """Let a return's clock run on."""
        await TimeSkipper(self.life.temporal.client).fast_forward(self.handle(number), duration)

    @property
    def is_under_way(self) -> bool:
        """Whether the ledger keeps payments away from the order's tax."""
        return ledger_store.read(self.life.key).return_under_way > 0

    @property
    def charge(self) -> OrderCharge:
        """What the ledger holds of the order."""
        return ledger.charge(ChargeRequest(key=self.life.key))


def bent(model: CebModel, first: dict[str, str], **head: str) -> CebModel:
    """A document with only its first line of goods, and other values in its head and that line (official names)."""
    (name, fields), *rest = model.model_dump(mode="json").items()
    lines = {lines: [bent_line | first] for lines, (bent_line, *_) in rest}
    unknown = (head.keys() - fields.keys()) or any(first.keys() - line[0].keys() for line in lines.values())
    assert not unknown, unknown
    return type(model).model_validate({name: fields | head} | lines)


def buyer_has(year: int | None = None) -> Decimal:
    """What the buyer of the builders' orders has used of the years' money, reserved and held."""
    buyer = ledger.hash_buyer(BuyerRequest(buyer_id_type="1", buyer_id=builders.BUYER_ID)).buyer
    accounts = ledger.quota(QuotaRequest(buyer=buyer, year=year)).accounts
    return sum((account.reserved + account.held for account in accounts), Decimal(0))


def guarantee_has() -> Decimal:
    """What the guarantee covers, reserved and held."""
    found = ledger.guarantee(GuaranteeRequest(guarantor=GUARANTOR))
    return found.reserved + found.held


def assert_balanced() -> None:
    """The books hold what their postings say."""
    assert ledger.verify(VerifyRequest()).differences == []


def assert_nothing_is_held() -> None:
    """Quota and guarantee are as if there had been no order."""
    assert (buyer_has(), guarantee_has()) == (Decimal(0), Decimal(0))
    assert_balanced()
