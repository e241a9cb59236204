"""What a run leaves when all went well: one released order, one that was returned, one that never came to customs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from events.life import OrderStageChanged, Stage, StageChange
from events.values import utc_now
from functions.ledger.account_models import Guarantee, Verified
from infra.chaos.evidence import Evidence, Histories
from infra.demo.report import DemoReport, OrderReport
from infra.generate.orders import GeneratedOrder, generated
from infra.generate.scenarios import Mode, Scenario
from infra.sandbox.cases import BillReport, CaseReport, Received, ReturnReport, Standing, Submission
from infra.sandbox.questions import TAKEN, QuestionReport, Story

RELEASED = generated(7, 0, Mode.DIRECT, Scenario.RELEASE)
RETURNED = generated(7, 1, Mode.DIRECT, Scenario.RETURN)
EXPIRED = generated(7, 2, Mode.DIRECT, Scenario.PAYMENT_MISSING)
ORDERS = (RELEASED, RETURNED, EXPIRED)
TAX = Decimal("12.34")


class _Listed:
    """A workflow as Temporal lists it."""

    def __init__(self, workflow_id: str, status: WorkflowExecutionStatus) -> None:
        self.id = workflow_id
        self.status = status


def listed(workflow_id: str, status: WorkflowExecutionStatus = WorkflowExecutionStatus.COMPLETED) -> WorkflowExecution:
    """One line of the list."""
    return cast("WorkflowExecution", _Listed(workflow_id, status))


def told(order: GeneratedOrder, *stages: Stage) -> list[OrderStageChanged]:
    """The outbound events of an order."""
    return [
        OrderStageChanged(
            ebp_code=order.key.ebp_code,
            order_no=order.key.order_no,
            change=StageChange(number=number, stage=stage, at=utc_now(), reason={"zh": "…", "en": "…"}),
        )
        for number, stage in enumerate(stages, 1)
    ]


def case(order: GeneratedOrder, bill: str | None, **changed: Any) -> CaseReport:
    """An order at customs, its one list processed once."""
    number = order.key.order_no
    made = CaseReport(
        ebp_code=order.key.ebp_code,
        order_no=number,
        scenario=order.scenario,
        standing=Standing.RELEASED,
        lists=[Submission(cop_msg_id=f"{number}#1", guid=f"G-{number}", received=3, taken=1)],
        cancellations=[],
        returns=[],
        receipts=[],
        tax_bill=bill_of(order, bill) if bill else None,
    )
    return made.model_copy(update=changed)


def bill_of(order: GeneratedOrder, status: str) -> BillReport:
    """The tax bill of an order."""
    number = f"T-{order.key.order_no}"
    return BillReport(tax_no=number, invt_no="I", status=status, total=TAX, ent_duty_no=None, sent=["816:1"])


def returned(order: GeneratedOrder, taken: int = 1) -> ReturnReport:
    """The return of an order."""
    guid = f"R-{order.key.order_no}"
    return ReturnReport(cop_msg_id=guid, guid=guid, taken=taken, return_no="SR1", accepted=True, goods_back=True)


def refund(order: GeneratedOrder) -> dict[str, Any]:
    """A refund in the payment firm's journal."""
    return {"order": {"orderNo": order.key.order_no}, "asked": 1, "done": {"refundNo": "RF"}, "refused": None}


def payment(*bills: BillReport) -> dict[str, Any]:
    """A file in the bank's journal."""
    lines = [{"taxNo": bill.tax_no, "amount": str(bill.total)} for bill in bills]
    return {"order": {"lines": lines}, "asked": 2, "done": {"bankReference": "BK"}, "refused": None}


def question(code: str) -> QuestionReport:
    """A question for payment data."""
    return QuestionReport(session_id="S", order_no="1", story=Story.PLAIN, uploads=1, code=code, orders=["1"])


def order_report(order: GeneratedOrder, **changed: Any) -> OrderReport:
    """How an order ended: as its scenario says, unless told otherwise."""
    made = OrderReport(
        orderNo=order.key.order_no,
        mode=order.mode,
        scenario=order.scenario,
        expectedStage=order.scenario.expected,
        finalStage=order.scenario.expected,
        actions=1,
        transactions=1,
        seconds=1,
    )
    return made.model_copy(update=changed)


def evidence(**changed: Any) -> Evidence:
    """All of it, in order, but for what is told."""
    demo = DemoReport(
        seed=7,
        seconds=1,
        orders=[order_report(order) for order in ORDERS],
        action_kinds={},
        dead_letters=0,
        payments=[],
        books=Verified(accounts=3, orders=2, payments=1, postings=9, differences=[]),
        workers=["17@host"],
    )
    right = Evidence(
        orders=ORDERS,
        demo=demo,
        stages={order.key.order_no: told(order, Stage.COLLECTING, order.scenario.expected) for order in ORDERS},
        cases=[case(RELEASED, "2"), case(RETURNED, "3", returns=[returned(RETURNED)])],
        received=[Received(cop_msg_id="1", root="CEB621Message", received=3)],
        bills=[bill_of(RELEASED, "2"), bill_of(RETURNED, "3")],
        questions=[question(TAKEN)],
        refunds=[refund(RETURNED)],
        payments=[payment(bill_of(RELEASED, "2"))],
        outbox={"delivered": 9, "refused": 0, "overtaken": 1, "repeated": 2, "under_way": 0},
        letters=[],
        guarantees=[
            Guarantee(
                guarantor="G",
                amount=Decimal(100),
                reserved=Decimal(0),
                held=Decimal(0),
                available=Decimal(100),
                alerted=False,
            )
        ],
        workflows=[
            *(listed(order.key.workflow_id) for order in ORDERS),
            listed(RELEASED.key.workflow_id, WorkflowExecutionStatus.CONTINUED_AS_NEW),
        ],
        histories=Histories(events=9),
        keyless=[],
    )
    return replace(right, **changed)
