"""The return desk of customs: applications to return goods (CEB625), and goods that come back (公告2020-45)."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from events.ceb.receipt_status import CANCELLED as CLOSED
from events.ceb.refund import Refund, RefundItem
from events.returns import Condition, GoodsReturned, Inspection, ReturnedGoods, ReturnSite
from infra.generate.scenarios import Scenario
from infra.sandbox.cases import Case, ReturnCase, SentReceipt, Submission
from infra.sandbox.config import SandboxConfig
from infra.sandbox.outbox import Outbox
from infra.sandbox.receipts import Numbers, refund_message, refund_receipt
from infra.sandbox.refusals import Refusal, return_refusal
from infra.sandbox.tax_office import TaxOffice
from infra.sandbox.warehouse import Warehouse

GOODS_BACK_WITHIN = timedelta(days=45)
_REJECTED_BY_STORY = Refusal(code="-625014", text="退货申请单[{number}]金额超过单笔限额")
_TAKEN_IN = ("2", "3", "120")


class ReturnDesk:
    """Every return of one customs district."""

    def __init__(
        self, config: SandboxConfig, outbox: Outbox, numbers: Numbers, office: TaxOffice, warehouse: Warehouse
    ) -> None:
        self._partner = config.customs_partner()
        self._config = config
        self._outbox = outbox
        self._numbers = numbers
        self._office = office
        self._warehouse = warehouse

    def take(self, case: Case, asked: Refund, cop_msg_id: str, reply_to: str, signed: bool) -> None:
        """Take an application that comes for the first time."""
        submission = Submission(cop_msg_id=cop_msg_id, guid=asked.head.guid)
        refusal = return_refusal(case, asked, signed)
        one = ReturnCase(asked, reply_to, submission, self._numbers.pre_no())
        case.returns[cop_msg_id] = one
        if refusal:
            self._outbox.start(self._refuse(case, one, refusal))
        elif case.scenario is Scenario.RETURN_SILENCE and len(case.returns) == 1:
            one.swallowed = True
        else:
            self._begin(case, one)

    def again(self, case: Case, cop_msg_id: str) -> None:
        """The same message once more: it is counted, and answered only where nobody has."""
        one = case.returns.get(cop_msg_id)
        if one is None:
            return
        one.submission.received += 1
        if one.swallowed:
            one.swallowed = False
            self._begin(case, one)

    def _begin(self, case: Case, one: ReturnCase) -> None:
        one.submission.taken += 1
        if case.scenario is Scenario.RETURN_REFUSED:
            text = _REJECTED_BY_STORY.text.format(number=one.return_no)
            self._outbox.start(self._refuse(case, one, Refusal(code=_REJECTED_BY_STORY.code, text=text)))
            return
        one.accepted = True
        self._outbox.start(self._accept(case, one))

    async def _refuse(self, case: Case, one: ReturnCase, refusal: Refusal) -> None:
        await self._pause(case)
        await self._say(case, one, (refusal.code,), refusal.text)

    async def _accept(self, case: Case, one: ReturnCase) -> None:
        for statuses in (_TAKEN_IN, (CLOSED,)):
            await self._pause(case)
            await self._say(case, one, statuses)
        await self._pause(case)
        report = self._warehouse.report_of(case, one)
        if report is None:
            return
        self._judge(case, one, report)
        await self._warehouse.send(report)

    def _judge(self, case: Case, one: ReturnCase, report: GoodsReturned) -> None:
        """No tax for goods that are back in time, at their site, as they were, and as many as were applied for."""
        assert case.current
        assert case.released_at
        original = ReturnSite.of(case.current.declared.head)
        as_asked = _counted(report.lines) == _counted(one.refund.items)
        whole = all(line.condition is Condition.INTACT for line in report.lines)
        in_time = report.received_at <= case.released_at + GOODS_BACK_WITHIN
        fine = report.inspection is Inspection.QUALIFIED and report.site.is_within(original)
        if as_asked and whole and in_time and fine:
            one.goods_back = True
            self._office.goods_back(case, returned_of(case))

    async def _say(self, case: Case, one: ReturnCase, statuses: tuple[str, ...], info: str | None = None) -> None:
        receipts = [refund_receipt(one.refund, status, case.clock.next(), one.pre_no, info) for status in statuses]
        taken = await self._outbox.deliver(self._partner, refund_message(receipts, one.reply_to))
        case.receipts.extend(SentReceipt.of("CEB626Message", receipt, taken) for receipt in receipts)

    async def _pause(self, case: Case) -> None:
        await asyncio.sleep(case.random.uniform(*self._config.delay))


def returned_of(case: Case) -> dict[int, Decimal]:
    """How much of each line is back for good."""
    return _counted([item for one in case.returns.values() if one.goods_back for item in one.refund.items])


def _counted(lines: Sequence[RefundItem | ReturnedGoods]) -> dict[int, Decimal]:
    counted: dict[int, Decimal] = {}
    for line in lines:
        counted[line.gnum] = counted.get(line.gnum, Decimal(0)) + line.qty
    return counted
