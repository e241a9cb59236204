"""One order's life under test: its documents, its customs, its clock."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from pydantic import BaseModel
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker, WorkerDeploymentConfig

from events.ceb.base import CebModel
from events.ceb.declaration_list import CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.tax_bill import TaxBill, TaxBillStatus
from events.ceb.waybill import WaybillStatus
from events.declaration_request import DeclarationRequest, GoodsDeclaration
from events.documents import DocumentKind, InboundDocument
from events.life import (
    Documents,
    ImportOrderResult,
    ImportOrderStart,
    LifeLimits,
    OrderSnapshot,
    Resolution,
    ResolveRequest,
    Stage,
)
from events.values import CHINA, OrderKey, Text, to_millisecond, to_second
from functions.declaration.customs import CustomsUnavailableError
from functions.declaration.models import CancelListRequest, ReturnListRequest, SubmitRequest, Submitted
from functions.dispatch.search_attributes import at_start
from functions.function import Function
from functions.intake.handler import accept
from functions.intake.models import AcceptRequest
from functions.money.post import MoneyUnavailableError
from functions.refund.models import PayRefundRequest, RefundAnswer
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest
from infra.activities import ORDER_FUNCTIONS, FunctionInvoker, InProcessInvoker, activities_of
from infra.temporal import life_of
from infra.worker import workflow_runner
from tests import builders
from workflows.import_order import ImportOrderWorkflow
from workflows.import_return import ImportReturnWorkflow

LIMITS = LifeLimits(
    documents=timedelta(hours=72),
    correction=timedelta(hours=72),
    silence=timedelta(minutes=30),
    resends=2,
    decision=timedelta(hours=72),
    guarantee_retry=timedelta(minutes=10),
)
PRE_NO = "B20260105000000001"
INVT_NO = "23012026I000000001"
_PATIENCE_SECONDS = 15
WINDOW = timedelta(days=31)
MINUTE = timedelta(minutes=1)


class ScriptedCustoms:
    """The outside of one test, customs and the payment firm: what each was sent, how often it is down or refuses.

    While `open` is not set, cancellations get no answer.

    The firm pays a refund once for its return, and answers it as it did whenever it is asked again; `firm_dies` says
    how many times it pays and does not answer.
    """

    def __init__(self, invoker: FunctionInvoker | None = None) -> None:
        self._invoker = invoker or InProcessInvoker()
        self.submissions: list[SubmitRequest] = []
        self.cancellations: list[CancelListRequest] = []
        self.applications: list[ReturnListRequest] = []
        self.refund_orders: list[PayRefundRequest] = []
        self.refunded: dict[str, Decimal] = {}
        self.open = threading.Event()
        self.open.set()
        self.down = 0
        self.firm_dies = 0
        self.refusal: Text | None = None
        self.refund_refusal: Text | None = None

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """The worker's invoker: everything runs for real, but what goes to customs comes here."""
        if isinstance(request, SubmitRequest):
            return self._take(self.submissions, request)
        if isinstance(request, CancelListRequest):
            taken = self._take(self.cancellations, request)
            self.open.wait(_PATIENCE_SECONDS)
            return taken
        if isinstance(request, ReturnListRequest):
            return self._take(self.applications, request)
        if isinstance(request, PayRefundRequest):
            return self._refund(request)
        return self._invoker.invoke(function, request)

    def _refund(self, request: PayRefundRequest) -> RefundAnswer:
        self.refund_orders.append(request)
        if self.refund_refusal:
            return RefundAnswer(refused=self.refund_refusal)
        self.refunded.setdefault(request.return_no, request.amount)
        if self.firm_dies:
            self.firm_dies -= 1
            raise MoneyUnavailableError("payment firm: ReadTimeout")
        return RefundAnswer(refund_no=f"RF-{request.return_no}", refunded_at=datetime.now(UTC))

    def _take(self, taken: list[Any], request: BaseModel) -> Submitted:
        if self.down:
            self.down -= 1
            raise CustomsUnavailableError("customs endpoint answered 503")
        taken.append(request)
        return Submitted(messages=["CEB621Message"], refused=self.refusal)

    @property
    def versions(self) -> list[int]:
        """The list versions that were sent, repeats included."""
        return [submission.version for submission in self.submissions]


def worker_with(
    client: Client,
    threads: ThreadPoolExecutor,
    task_queue: str,
    customs: FunctionInvoker,
    *,
    workflows: Sequence[type] = (ImportOrderWorkflow, ImportReturnWorkflow),
    version: WorkerDeploymentConfig | None = None,
) -> Worker:
    """The product's worker, with its outside replaced."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=workflows,
        activities=activities_of(ORDER_FUNCTIONS, customs),
        activity_executor=threads,
        workflow_runner=workflow_runner(),
        deployment_config=version,
    )


class Life:
    """Drives one order; every document goes through the real door (intake) first."""

    def __init__(self, temporal: WorkflowEnvironment, task_queue: str, customs: ScriptedCustoms) -> None:
        self.temporal = temporal
        self.task_queue = task_queue
        self.customs = customs
        self.limits = LIMITS
        self.rests = True
        self.calls_together = True
        self.is_new = True
        self.task_timeout: timedelta | None = None
        self.key = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=f"T{uuid4().hex[:20]}")
        self.unique = uuid4().hex[:12]
        self._moment = datetime.now(UTC)

    @property
    def handle(self) -> WorkflowHandle[ImportOrderWorkflow, ImportOrderResult]:
        """The order's workflow."""
        return self.temporal.client.get_workflow_handle_for(ImportOrderWorkflow.run, self.key.workflow_id)

    def moment(self) -> datetime:
        """The next second of everybody's clock."""
        self._moment += timedelta(seconds=1)
        return self._moment

    def documents(self, mode: str = "9610") -> dict[DocumentKind, CebModel]:
        """The four documents of this order, in agreement."""
        no, transaction, parcel = self.key.order_no, f"P{self.unique}", f"L{self.unique}"
        return {
            DocumentKind.ORDER: builders.order(order_no=no, pay_transaction_id=transaction),
            DocumentKind.PAYMENT: builders.payment(order_no=no, pay_transaction_id=transaction),
            DocumentKind.WAYBILL: builders.waybill(order_no=no, logistics_no=parcel),
            DocumentKind.DECLARATION_LIST: builders.declaration_list(
                mode, order_no=no, logistics_no=parcel, cop_no=self.unique
            ),
        }

    def accepted(self, kind: DocumentKind, model: CebModel) -> InboundDocument:
        """A document through the door, each a second after the one before."""
        self.moment()
        request = AcceptRequest(
            document_id=str(uuid4()),
            kind=kind,
            content=model.model_dump(mode="json"),
            sender="test",
            received_at=self._moment,
        )
        accepted = accept(request)
        assert accepted.document, accepted.answer
        return accepted.document

    async def send(self, *documents: InboundDocument) -> None:
        """The first documents come with the start, later ones in a signal."""
        start = ImportOrderStart(
            key=self.key,
            limits=self.limits,
            opened=datetime.now(UTC),
            rests=self.rests,
            calls_together=self.calls_together,
        )
        first, self.is_new = self.is_new, False
        await self.temporal.client.start_workflow(
            ImportOrderWorkflow.run,
            start.model_copy(update={"documents": list(documents)}) if first else start,
            id=self.key.workflow_id,
            task_queue=self.task_queue,
            task_timeout=self.task_timeout,
            start_signal=None if first else "documents",
            start_signal_args=[] if first else [Documents(documents=list(documents))],
            search_attributes=at_start(self.key.ebp_code, datetime.now(UTC)),
        )

    async def send_all(self, mode: str = "9610", **replaced: CebModel) -> None:
        """The four documents together; keywords replace one by its kind's name."""
        models = self.documents(mode) | {DocumentKind[name.upper()]: model for name, model in replaced.items()}
        await self.send(*(self.accepted(kind, model) for kind, model in models.items()))

    async def customs_says(self, *statuses: str, info: str = "测试回执", version: int | None = None) -> None:
        """Receipts of the latest (or the given) list version, one signal, times rising."""
        submission = self.customs.submissions[-1]
        if version is not None:
            submission = next(sent for sent in self.customs.submissions if sent.version == version)
        receipts = [self.receipt(submission.declaration_list, status, info) for status in statuses]
        await self.send(*(self.accepted(DocumentKind.LIST_RECEIPT, receipt) for receipt in receipts))

    def receipt(
        self, declared: DeclarationList, status: str, info: str, at: datetime | None = None
    ) -> DeclarationReturn:
        """A CEB622 element; each a second after the one before unless `at` is given."""
        self.moment()
        return DeclarationReturn(
            guid=declared.head.guid,
            agent_code=declared.head.agent_code,
            cop_no=declared.head.cop_no or "",
            pre_no=PRE_NO,
            invt_no=INVT_NO,
            return_status=status,
            return_time=to_millisecond(at or self._moment),
            return_info=info,
        )

    async def customs_says_of_cancellation(self, status: str) -> None:
        """A CEB624 element."""
        self.moment()
        receipt = CancellationReturn(
            guid=builders.GUID.format(624),
            cop_no=self.unique,
            pre_no=PRE_NO,
            invt_no=INVT_NO,
            return_status=status,
            return_time=to_millisecond(self._moment),
            return_info="测试回执",
        )
        await self.send(self.accepted(DocumentKind.CANCELLATION_RECEIPT, receipt))

    async def deliver(self) -> None:
        """The parcel is signed for (CEB513, S)."""
        status = WaybillStatus(
            guid=builders.GUID.format(513),
            app_type="1",
            app_time=to_second(self._moment),
            app_status="2",
            **builders.CARRIER,
            logistics_no=f"L{self.unique}",
            logistics_status="S",
            logistics_time=to_second(self._moment),
        )
        await self.send(self.accepted(DocumentKind.WAYBILL_STATUS, status))

    def bill(self, tax_no: str = "T1", **changed: Any) -> TaxBill:
        """The tax bill (CEB816) for the list that was declared last, as customs would make it."""
        declared = self.customs.submissions[-1].declaration_list
        assessed = assess(AssessListRequest(on=datetime.now(CHINA).date(), declaration_list=declared))
        self.moment()
        taxes = [
            {
                "gnum": item.gnum,
                "gcode": next(line.gcode for line in declared.items if line.gnum == item.gnum),
                "tax_price": item.dutiable_value,
                "customs_tax": item.duty,
                "value_added_tax": item.vat,
                "consumption_tax": item.consumption_tax,
            }
            for item in assessed.items
        ]
        head = {
            "guid": builders.GUID.format(816),
            "return_time": to_millisecond(self._moment),
            "invt_no": INVT_NO,
            "tax_no": f"{tax_no}{self.unique}",
            "customs_tax": assessed.duty,
            "value_added_tax": assessed.vat,
            "consumption_tax": assessed.consumption_tax,
            "status": "1",
            "assure_code": declared.head.assure_code,
        }
        return TaxBill.model_validate({"head": head | changed, "items": taxes})

    def bill_status(self, status: str, tax_no: str = "T1") -> TaxBillStatus:
        """A status of the tax bill (CEB818): 2 summarised, 3 void."""
        self.moment()
        head = {
            "guid": builders.GUID.format(818),
            "return_time": to_millisecond(self._moment),
            "invt_no": INVT_NO,
            "tax_no": f"{tax_no}{self.unique}",
            "status": status,
            "ent_duty_no": f"D{self.unique}",
        }
        return TaxBillStatus.model_validate({"head": head})

    async def tax_bill(self, bill: TaxBill | None = None) -> None:
        """Customs sends the tax bill."""
        await self.send(self.accepted(DocumentKind.TAX_BILL, bill or self.bill()))

    async def tax_paid(self) -> None:
        """Customs says that the tax bill was summarised."""
        await self.send(self.accepted(DocumentKind.TAX_BILL_STATUS, self.bill_status("2")))

    async def tax_void(self) -> None:
        """Customs says that the tax bill is void."""
        await self.send(self.accepted(DocumentKind.TAX_BILL_STATUS, self.bill_status("3")))

    def bill_of(self, vat: Decimal) -> TaxBill:
        """The bill again, corrected to a sum of VAT."""
        return self.bill(customs_tax=Decimal(0), consumption_tax=Decimal(0), value_added_tax=vat)

    async def decide(self, case: str, resolution: Resolution) -> None:
        """A person decides a case of the order."""
        request = ResolveRequest(case=case, resolution=resolution, who="op-1", why="核实")
        await self.handle.execute_update(ImportOrderWorkflow.resolve, request)

    async def snapshot(self) -> OrderSnapshot:
        """Where the order stands."""
        return await self.handle.query(ImportOrderWorkflow.state)

    async def until(self, *stages: Stage) -> OrderSnapshot:
        """Wait for a stage; fails naming where the order stands."""
        return await self.until_true(lambda state: state.stage in stages, f"{' or '.join(stages)}")

    async def until_true(self, condition: Callable[[OrderSnapshot], bool], what: str) -> OrderSnapshot:
        """Wait until a condition holds of the order's state."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            state = await self.snapshot()
            if condition(state):
                return state
            assert time.monotonic() < deadline, f"waited for {what}, stands at {state.stage}: {state.history}"
            await asyncio.sleep(0.02)

    async def until_sent(self, submissions: int) -> None:
        """Wait until customs has been sent so many lists."""
        await self.until_true(lambda _: len(self.customs.submissions) >= submissions, f"{submissions} submissions")
        await asyncio.sleep(0.05)

    async def runs(self) -> list[WorkflowHistory]:
        """The histories of the order's workflow."""
        return await life_of(self.temporal.client, self.key.workflow_id)

    async def until_it_rests(self) -> list[WorkflowHistory]:
        """Wait until the delivered order goes on in a second run; both histories."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(runs := await self.runs()) == 1:
                await asyncio.sleep(0.02)
        return runs

    async def forward(self, duration: timedelta) -> None:
        """Let the order's clock run on."""
        await TimeSkipper(self.temporal.client).fast_forward(self.handle, duration)

    async def result(self) -> ImportOrderResult:
        """How the life ended."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self.handle.result()


def stages(state: OrderSnapshot) -> list[Stage]:
    """The stages of a history, without repeats."""
    found: list[Stage] = []
    for change in state.history:
        if not found or found[-1] is not change.stage:
            found.append(change.stage)
    return found


def request_for(declared: DeclarationList) -> DeclarationRequest:
    """The platform's request for a list that says the same as `declared`."""
    names = set(DeclarationRequest.model_fields) - {"goods"}
    goods = [
        GoodsDeclaration(**item.model_dump(include=set(GoodsDeclaration.model_fields), by_alias=False))
        for item in declared.items
    ]
    return DeclarationRequest(**declared.head.model_dump(include=names, by_alias=False), goods=goods)
