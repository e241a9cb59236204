"""What customs knows: the documents that it was sent, and for every order its lists and what it said of them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from random import Random

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from events.ceb.declaration_list import CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.ceb.refund import Refund, RefundReturn
from events.ceb.tax_bill import TaxBillItem
from events.ceb.waybill import Waybill
from events.values import OrderKey
from functions.tax.models import Assessment
from infra.generate.scenarios import Scenario, scenario_of
from infra.sandbox.receipts import Clock

Receipt = DeclarationReturn | CancellationReturn | RefundReturn


class Standing(StrEnum):
    """Where the list of an order stands at customs."""

    NONE = "none"
    WAITING = "waiting"
    DECLARED = "declared"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    INSPECTING = "inspecting"
    DETAINED = "detained"
    SHIPPED_BACK = "shipped-back"
    RELEASED = "released"
    CANCELLED = "cancelled"


class _Report(BaseModel):
    """A part of `GET /customs/declarations`."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)


class Submission(_Report):
    """A message under one CopMsgId: how often it came; `taken` counts how often it was processed (once, if at all)."""

    cop_msg_id: str
    guid: str
    received: int = 1
    taken: int = 0


class Received(_Report):
    """A message under its CopMsgId: how often it came, and how often it said something else than the first time.

    A new signature, or a new moment on the envelope, says nothing else.
    """

    cop_msg_id: str
    root: str
    received: int = 1
    changed: int = 0


class SentReceipt(_Report):
    """A receipt that went to the gateway; `guid` is that of the list or cancellation that it answers."""

    message: str
    guid: str
    status: str
    return_time: str
    refused: bool

    @classmethod
    def of(cls, message: str, receipt: Receipt, taken: bool) -> "SentReceipt":
        """The note of a receipt in a message; `taken`: the gateway did not refuse it."""
        return cls(
            message=message,
            guid=receipt.guid,
            status=receipt.return_status,
            return_time=receipt.return_time,
            refused=not taken,
        )


class ReturnReport(Submission):
    """A return application; `accepted` by customs, and whether the goods came back as the rules want it."""

    return_no: str
    accepted: bool
    goods_back: bool


class BillReport(_Report):
    """The tax bill of a list as it stands, and every message that told of it: 816 or 818, with its status."""

    tax_no: str
    invt_no: str
    status: str
    total: Decimal
    ent_duty_no: str | None
    sent: list[str]


class CaseReport(_Report):
    """One order at customs."""

    ebp_code: str
    order_no: str
    scenario: Scenario | None
    standing: Standing
    lists: list[Submission]
    cancellations: list[Submission]
    returns: list[ReturnReport]
    receipts: list[SentReceipt]
    tax_bill: BillReport | None


@dataclass
class Version:
    """A list as it came under one CopMsgId; `swallowed`: nobody has answered it."""

    declared: DeclarationList
    reply_to: str
    submission: Submission
    swallowed: bool = False


@dataclass
class ReturnCase:
    """A return application as it came under one CopMsgId; `swallowed`: nobody has answered it."""

    refund: Refund
    reply_to: str
    submission: Submission
    pre_no: str
    accepted: bool = False
    goods_back: bool = False
    swallowed: bool = False

    @property
    def return_no(self) -> str:
        """The number by which everybody knows the return: the applicant's own, or else that of its message."""
        return self.refund.head.cop_no or self.refund.head.guid[:20]

    def report(self) -> ReturnReport:
        """For whoever checks that nothing was returned twice."""
        said = {"return_no": self.return_no, "accepted": self.accepted, "goods_back": self.goods_back}
        return ReturnReport(**self.submission.model_dump(by_alias=False), **said)


@dataclass
class Bill:
    """The tax bill of a list: the same number from the first issue on, whatever becomes of it."""

    tax_no: str
    version: Version
    invt_no: str
    assessment: Assessment
    status: str
    items: list[TaxBillItem]
    ent_duty_no: str | None = None
    sent: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """All taxes of what is left of it."""
        taxes = (item.customs_tax + item.value_added_tax + item.consumption_tax for item in self.items)
        return sum(taxes, Decimal(0))

    def report(self) -> BillReport:
        """For whoever checks that nothing was paid twice."""
        return BillReport(
            tax_no=self.tax_no,
            invt_no=self.invt_no,
            status=self.status,
            total=self.total,
            ent_duty_no=self.ent_duty_no,
            sent=self.sent,
        )


@dataclass
class Case:
    """One order at customs."""

    key: OrderKey
    random: Random
    pre_no: str
    invt_no: str | None = None
    standing: Standing = Standing.NONE
    current: Version | None = None
    clock: Clock = field(default_factory=Clock)
    versions: dict[str, Version] = field(default_factory=dict)
    cancellations: dict[str, Submission] = field(default_factory=dict)
    returns: dict[str, ReturnCase] = field(default_factory=dict)
    released_at: datetime | None = None
    bill: Bill | None = None
    receipts: list[SentReceipt] = field(default_factory=list)

    @property
    def scenario(self) -> Scenario | None:
        """What its order number asks for."""
        return scenario_of(self.key.order_no)

    def report(self) -> CaseReport:
        """For whoever checks that nothing was declared twice."""
        return CaseReport(
            ebp_code=self.key.ebp_code,
            order_no=self.key.order_no,
            scenario=self.scenario,
            standing=self.standing,
            lists=[version.submission for version in self.versions.values()],
            cancellations=list(self.cancellations.values()),
            returns=[one.report() for one in self.returns.values()],
            receipts=self.receipts,
            tax_bill=self.bill.report() if self.bill else None,
        )


@dataclass
class Books:
    """The three documents, each under its own key; the latest sending counts."""

    orders: dict[OrderKey, Order] = field(default_factory=dict)
    payments: dict[OrderKey, Payment] = field(default_factory=dict)
    waybills: dict[tuple[str, str], Waybill] = field(default_factory=dict)

    def missing(self, declared: DeclarationList) -> str | None:
        """Which document of the list is not there, in the words of customs; None when all are."""
        key = key_of(declared)
        if key not in self.payments:
            return "支付信息不存在"
        if key not in self.orders:
            return f"订单信息查询不存在[{key.order_no}]"
        if (declared.head.logistics_code, declared.head.logistics_no) not in self.waybills:
            return f"运单信息不存在[{declared.head.logistics_no}]"
        return None


def key_of(declared: DeclarationList) -> OrderKey:
    """The order of a list."""
    return OrderKey(ebp_code=declared.head.ebp_code, order_no=declared.head.order_no)
