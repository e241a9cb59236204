"""The life of an import order as the outside sees it: stages, what starts it, what is told of it."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from events.documents import InboundDocument
from events.findings import Finding
from events.values import OrderKey, Text, Value

IMPORT_ORDER_WORKFLOW = "ImportOrder"
DOCUMENTS_SIGNAL = "documents"
TASK_QUEUE = "orders"


class Stage(StrEnum):
    """Where an import order stands (rulebook 2.11)."""

    COLLECTING = "collecting"
    MISMATCHED = "mismatched"
    MATCHED = "matched"
    DECLARED = "declared"
    REVIEWING = "reviewing"
    INSPECTING = "inspecting"
    DETAINED = "detained"
    REJECTED = "rejected"
    RELEASED = "released"
    DELIVERED = "delivered"
    CLOSED = "closed"
    SHIPPED_BACK = "shipped-back"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether the life ends here."""
        return self in {Stage.CLOSED, Stage.SHIPPED_BACK, Stage.CANCELLED, Stage.EXPIRED}


class LifeLimits(Value):
    """The waiting times of one life, fixed when it starts."""

    documents: timedelta
    correction: timedelta
    silence: timedelta
    resends: int


class ImportOrderStart(Value):
    """The input of the import order's workflow."""

    key: OrderKey
    limits: LifeLimits


class Documents(Value):
    """The payload of the `documents` signal: one or more documents of one order, in the order of their acceptance."""

    documents: list[InboundDocument]


class StageChange(Value):
    """One step of a life: from where to where, when, why. `number` counts from 1 within the order."""

    number: int
    stage: Stage
    at: AwareDatetime
    reason: Text
    customs_status: str | None = None


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
