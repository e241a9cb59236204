"""The life of an import order as the outside sees it: stages, what starts it, what is told of it."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from events.documents import InboundDocument
from events.findings import Finding, Fix
from events.values import OrderKey, Text, Value

IMPORT_ORDER_WORKFLOW = "ImportOrder"
DOCUMENTS_SIGNAL = "documents"
TASK_QUEUE = "orders"


class Stage(StrEnum):
    """Where an import order stands (rulebook 2.11)."""

    COLLECTING = "collecting"
    MISMATCHED = "mismatched"
    MATCHED = "matched"
    AWAITING_GUARANTEE = "awaiting-guarantee"
    DECLARED = "declared"
    REVIEWING = "reviewing"
    INSPECTING = "inspecting"
    DETAINED = "detained"
    REJECTED = "rejected"
    RELEASED = "released"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CLOSED = "closed"
    SHIPPED_BACK = "shipped-back"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether the life ends here."""
        return self in {Stage.CLOSED, Stage.RETURNED, Stage.SHIPPED_BACK, Stage.CANCELLED, Stage.EXPIRED}


class StageChange(Value):
    """One step of a life: from where to where, when, why. `number` counts from 1 within the order."""

    number: int
    stage: Stage
    at: AwareDatetime
    reason: Text
    customs_status: str | None = None


class LifeLimits(Value):
    """The waiting times of one life, fixed when it starts."""

    documents: timedelta
    correction: timedelta
    silence: timedelta
    resends: int
    decision: timedelta
    guarantee_retry: timedelta


_OPENED = Text(zh="收到第一份单证，开始收集。", en="The first document is here; collecting.")


class ImportOrderStart(Value):
    """The input of the import order's workflow; `carried` is the state of the run before, when one continues.

    `opened` is when its first document reached it; by then the order is on record as collecting (`opening`). A life
    that `rests` continues in a new run when its goods are delivered, and one that `calls_together` has one activity do
    what two did; lives that began before there was that do not. `documents` are the first ones, in the order of their
    acceptance; where there are none, a signal brings them.
    """

    key: OrderKey
    limits: LifeLimits
    opened: AwareDatetime
    rests: bool = False
    calls_together: bool = False
    documents: list[InboundDocument] = Field(default_factory=list)
    carried: dict[str, Any] | None = None

    @property
    def opening(self) -> StageChange:
        """The first change of every life."""
        return StageChange(number=1, stage=Stage.COLLECTING, at=self.opened, reason=_OPENED)


class ImportOrderResult(Value):
    """How a life ended, where its dossier lies, and the hash that vouches for it."""

    stage: Stage
    dossier: str
    head: str


class CorrectRequest(Value):
    """Update `correct`: put values into fields of the order's documents; who does it, and why."""

    fixes: list[Fix] = Field(min_length=1)
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class CancelRequest(Value):
    """Update `cancel`: end the order before its release; a declared list is cancelled at customs first (CEB623)."""

    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class Resolution(StrEnum):
    """What a person may decide in a case: go on, send the list to customs again, or close the order."""

    CONTINUE = "continue"
    RESEND = "resend"
    CLOSE = "close"


class ResolveRequest(Value):
    """Update `resolve`: the decision of a person in the case that the order waits with."""

    case: str
    resolution: Resolution
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class UpdateAnswer(Value):
    """What an update did: the stage it found and what happens next."""

    stage: Stage
    text: Text


class OrderSnapshot(Value):
    """Query `state`: where the order stands, for operators; holds no document."""

    key: OrderKey
    stage: Stage
    mode: str | None
    history: list[StageChange]
    findings: list[Finding]
    documents: dict[str, str]
    versions: int
    customs_status: str | None
    pre_no: str | None
    invt_no: str | None
    needs_human: str | None
    due_by: AwareDatetime | None


class Documents(Value):
    """The payload of the `documents` signal: one or more documents of one order, in the order of their acceptance."""

    documents: list[InboundDocument]


class OrderStageChanged(Value):
    """The outbound event `cn.sandan.order.stage-changed.v1`; findings are masked."""

    ebp_code: str
    order_no: str
    change: StageChange
    previous: Stage | None = None
    findings: tuple[Finding, ...] = ()
    needs_human: str | None = None


class OrderView(Value):
    """What `GET /v1/orders/{ebp_code}/{order_no}` answers; personal data are masked."""

    ebp_code: str
    order_no: str
    stage: Stage
    mode: str | None = None
    history: list[StageChange]
    findings: list[Finding]
    needs_human: str | None = None
    due_by: AwareDatetime | None = None
