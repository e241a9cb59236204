"""The state of one return: everything its workflow knows."""

from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, Field

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.refund import Refund, RefundReturn
from events.documents import InboundDocument
from events.findings import Finding
from events.life import Resolution, ResolveRequest
from events.return_life import ReturnChange, ReturnLine, ReturnResult, ReturnSnapshot, ReturnStage
from events.returns import GoodsReturned
from events.values import OrderKey, Text, Value
from functions.declaration.models import ApplicationStanding
from functions.orders.masking import personal_values
from functions.returns.models import ReturnTerms
from functions.tax.models import Assessment


class ReturnStart(Value):
    """The input of a return: what comes back of which released list, what came back for good before, and the waits."""

    key: OrderKey
    number: int
    return_no: str
    lines: list[ReturnLine]
    before: list[ReturnLine]
    who: str
    why: str
    exchange_for: str | None
    declaration_list: DeclarationList
    order: Order
    payment: Payment
    assessment: Assessment
    invt_no: str
    released_at: AwareDatetime
    silence: timedelta
    resends: int
    decision: timedelta


class ReturnState(BaseModel):
    """One return. `back` are the lines that are there as they should be, once that is known.

    `decision` is what a person has decided, until it is carried out.
    """

    start: ReturnStart
    stage: ReturnStage = ReturnStage.APPLIED
    changes: list[ReturnChange] = Field(default_factory=list)
    told: int = 0
    application: Refund | None = None
    terms: ReturnTerms | None = None
    receipts: list[RefundReturn] = Field(default_factory=list)
    receipts_read: int = 0
    standing: ApplicationStanding | None = None
    resends: int = 0
    report: GoodsReturned | None = None
    back: list[ReturnLine] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)
    restored: bool = False
    refund: Decimal = Decimal(0)
    refund_no: str | None = None
    needs_human: str | None = None
    decision: ResolveRequest | None = None
    deadline: AwareDatetime | None = None

    def absorb(self, document: InboundDocument) -> None:
        """Take in what customs or the site says; repeats change nothing."""
        content = document.parsed()
        if isinstance(content, RefundReturn) and content not in self.receipts:
            self.receipts.append(content)
        elif isinstance(content, GoodsReturned) and self.report is None:  # the door takes one report of a return
            self.report = content

    @property
    def decided(self) -> Resolution | None:
        """What a person has decided in the case that the return waits with; of another case it does not count."""
        decision = self.decision
        return decision.resolution if decision and decision.case == self.needs_human else None

    @property
    def personal(self) -> list[str]:
        """Every value of its documents that names a person or a way to reach one."""
        start = self.start
        documents = (start.order, start.payment, start.declaration_list)
        return sorted({value for one in documents for value in personal_values(one.model_dump(mode="json"))})

    def enter(self, stage: ReturnStage, reason: Text, at: datetime) -> None:
        """Enter a stage, or note something about the one that it is in."""
        self.stage = stage
        if stage.is_final:
            self.deadline, self.needs_human = None, None
        self.changes.append(ReturnChange(number=len(self.changes) + 1, stage=stage, at=at, reason=reason))

    def call_person(self, case: str, reason: Text, at: datetime) -> None:
        """Wait for a person's decision in a case."""
        self.needs_human = case
        self.enter(self.stage, reason, at)

    def snapshot(self) -> ReturnSnapshot:
        """Where the return stands, without its documents."""
        return ReturnSnapshot(
            key=self.start.key,
            number=self.start.number,
            return_no=self.start.return_no,
            stage=self.stage,
            lines=self.start.lines,
            exchange_for=self.start.exchange_for,
            history=self.changes,
            needs_human=self.needs_human,
            due_by=self.deadline,
        )

    def result(self) -> ReturnResult:
        """How it ended."""
        settled = self.stage is ReturnStage.SETTLED
        return ReturnResult(
            number=self.start.number,
            return_no=self.start.return_no,
            stage=self.stage,
            lines=self.back if settled else [],
            restored=self.restored,
            refunded=self.refund if self.refund_no else Decimal(0),
            refund_no=self.refund_no,
            exchange_for=self.start.exchange_for,
            back_by=self.terms.back_by if self.terms else None,
        )
