"""The tax office of customs: a bill for every released list, and what becomes of it when it is paid or goods return.

What no rule says (docs/decisions/0019): one bill per list under one number; a return voids or corrects it only once the
goods are back as 公告2020-45 wants it; a bill that is summarised for payment stays as it is.
"""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid4, uuid5

from events.ceb.tax_bill import TaxBill, TaxBillHead, TaxBillItem, TaxBillStatus, TaxBillStatusHead
from events.money import TaxPaymentFile
from events.values import CHINA, utc_now
from infra.generate.scenarios import Scenario
from infra.sandbox.cases import Bill, BillReport, Case
from infra.sandbox.config import SandboxConfig
from infra.sandbox.outbox import LOG, Outbox
from infra.sandbox.receipts import tax_bill_message, tax_status_message
from infra.sandbox.refusals import Refusal
from infra.sandbox.taxes import bill_items, levied

ISSUED, SUMMARISED, VOID = "1", "2", "3"


class TaxOffice:
    """Every bill of one customs district."""

    def __init__(self, config: SandboxConfig, outbox: Outbox) -> None:
        self._partner = config.customs_partner()
        self._config = config
        self._outbox = outbox
        self._bills: dict[str, Case] = {}

    def report(self) -> list[BillReport]:
        """Every bill as it stands."""
        return [case.bill.report() for case in self._bills.values() if case.bill]

    async def issue(self, case: Case) -> None:
        """Send the bill of a list that was just released; a list has one bill."""
        version, invt_no = case.current, case.invt_no
        if version is None or invt_no is None or (case.bill and case.bill.invt_no == invt_no):
            return
        assessment = levied(version.declared, utc_now().astimezone(CHINA).date())
        if assessment.regime is None:
            LOG.warning("no tax bill for %s: %s", invt_no, [finding.message.en for finding in assessment.findings])
            return
        items = bill_items(version.declared, assessment)
        case.bill = Bill(f"T{invt_no}", version, invt_no, assessment, ISSUED, items)
        self._bills[case.bill.tax_no] = case
        await self._say(case, case.bill, _bill_message(case, case.bill), f"816:{ISSUED}")

    def payable(self, file: TaxPaymentFile) -> Refusal | None:
        """Why customs would not take this money: None when every line is a bill of the guarantor that is due."""
        for line in file.lines:
            bill = self.bill(line.tax_no)
            if bill is None or bill.invt_no != line.invt_no:
                return Refusal(code="UNKNOWN_BILL", text=f"税单不存在：{line.tax_no}，清单{line.invt_no}")
            if bill.status != ISSUED:
                return Refusal(code="NOT_DUE", text=f"税单{line.tax_no}状态为{bill.status}，不应缴款")
            if bill.version.declared.head.assure_code != file.guarantor:
                return Refusal(code="OTHER_GUARANTOR", text=f"税单{line.tax_no}的担保企业不是{file.guarantor}")
            if bill.total != line.amount:
                return Refusal(code="OTHER_AMOUNT", text=f"税单{line.tax_no}应缴{bill.total}，缴款{line.amount}")
        return None

    def paid(self, file: TaxPaymentFile) -> None:
        """Summarise the bills of a paid file under its one payment document 缴款书, and tell it."""
        ent_duty_no = f"JKS{uuid5(NAMESPACE_URL, file.payment_no).hex[:17].upper()}"
        for line in file.lines:
            case = self._bills[line.tax_no]
            assert case.bill
            case.bill.status, case.bill.ent_duty_no = SUMMARISED, ent_duty_no
            self._later(case, case.bill, _status_message(case, case.bill), f"818:{SUMMARISED}")

    def goods_back(self, case: Case, returned: Mapping[int, Decimal]) -> None:
        """Void the bill when all goods are back, correct it when some are; `returned` is the whole of it by gnum."""
        bill = case.bill
        if bill is None or bill.status != ISSUED:
            return
        bill.items = bill_items(bill.version.declared, bill.assessment, returned)
        if all(returned.get(item.gnum, 0) == item.qty for item in bill.version.declared.items):
            bill.status = VOID
            self._later(case, bill, _status_message(case, bill), f"818:{VOID}")
        else:
            self._later(case, bill, _bill_message(case, bill), f"816:{ISSUED}")

    def bill(self, tax_no: str) -> Bill | None:
        """The bill of a number."""
        case = self._bills.get(tax_no)
        return case.bill if case else None

    def scenarios(self, file: TaxPaymentFile) -> set[Scenario | None]:
        """The stories of the orders whose bills are in a file."""
        return {self._bills[line.tax_no].scenario for line in file.lines if line.tax_no in self._bills}

    def _later(self, case: Case, bill: Bill, message: bytes, what: str) -> None:
        """Send, after a pause, what was decided and dated now."""

        async def tell() -> None:
            await asyncio.sleep(case.random.uniform(*self._config.delay))
            await self._say(case, bill, message, what)

        self._outbox.start(tell())

    async def _say(self, case: Case, bill: Bill, message: bytes, what: str) -> None:
        for _ in range(2 if case.scenario is Scenario.DUPLICATES else 1):
            await self._outbox.deliver(self._partner, message)
            bill.sent.append(what)


def _status_message(case: Case, bill: Bill) -> bytes:
    head = TaxBillStatusHead(
        guid=str(uuid4()).upper(),
        return_time=case.clock.next(),
        invt_no=bill.invt_no,
        tax_no=bill.tax_no,
        status=bill.status,
        ent_duty_no=bill.ent_duty_no,
        assure_code=bill.version.declared.head.assure_code,
    )
    return tax_status_message(TaxBillStatus(head=head), bill.version.reply_to)


def _bill_message(case: Case, bill: Bill) -> bytes:
    head = bill.version.declared.head
    made = TaxBill(
        head=TaxBillHead(
            guid=str(uuid4()).upper(),
            return_time=case.clock.next(),
            invt_no=bill.invt_no,
            tax_no=bill.tax_no,
            customs_tax=_sum(bill.items, "customs_tax"),
            value_added_tax=_sum(bill.items, "value_added_tax"),
            consumption_tax=_sum(bill.items, "consumption_tax"),
            status=ISSUED,
            assure_code=head.assure_code,
            ebc_code=head.ebc_code,
            logistics_code=head.logistics_code,
            agent_code=head.agent_code,
            customs_code=head.customs_code,
        ),
        items=bill.items,
    )
    return tax_bill_message(made, bill.version.reply_to)


def _sum(items: list[TaxBillItem], kind: str) -> Decimal:
    return sum((getattr(item, kind) for item in items), Decimal(0))
