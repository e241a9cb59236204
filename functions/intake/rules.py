"""Who a document is at the door, and what the memory of the door says of it. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, ValidationError

from events.ceb.base import CebModel
from events.documents import DocumentKind, content_hash
from events.problems import InvalidInputError, problems_of
from events.receipts import Answer
from events.values import OrderKey, Value
from functions.intake.models import AcceptRequest
from functions.intake.refusals import Reason

if TYPE_CHECKING:
    from events.ceb.declaration_list import CancellationReturn, DeclarationReturn
    from events.ceb.refund import RefundReturn

NEW, CHANGE = "1", "2"
_RECEIPT_KEY = ("guid", "return_status", "return_time")
_TAX_BILL_KEY = ("tax_no", "status", "return_time")
_ORDER_KEY = ("ebp_code", "order_no")
_WAYBILL_KEY = ("logistics_code", "logistics_no")
_BUSINESS_KEYS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.ORDER: _ORDER_KEY,
    DocumentKind.PAYMENT: ("pay_code", "pay_transaction_id"),
    DocumentKind.WAYBILL: _WAYBILL_KEY,
    DocumentKind.DECLARATION_LIST: _ORDER_KEY,
    DocumentKind.DECLARATION_REQUEST: _ORDER_KEY,
    DocumentKind.WAYBILL_STATUS: (*_WAYBILL_KEY, "logistics_status"),
    DocumentKind.CANCELLATION: (*_ORDER_KEY, "invt_no"),
    DocumentKind.GOODS_RETURNED: (*_ORDER_KEY, "return_no"),
    DocumentKind.TAX_BILL: _TAX_BILL_KEY,
    DocumentKind.TAX_BILL_STATUS: _TAX_BILL_KEY,
    DocumentKind.ORIGINAL_PAYMENT: _ORDER_KEY,
    DocumentKind.PAYMENT_DATA_REQUEST: ("session_id", "order_no"),
}
_KEY_PART = re.compile(r"[^/\s]+")
_TICK = timedelta(milliseconds=1)


class UnroutableError(Exception):
    """No order can be found for a document, and none will turn up by waiting; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Arrival:
    """A document at the door, with what identifies it."""

    request: AcceptRequest
    model: CebModel
    business_key: str
    content_hash: str
    app_type: str
    app_time: str
    order: OrderKey | None

    @property
    def kind(self) -> DocumentKind:
        """The kind of the document."""
        return self.request.kind


class Record(Value):
    """What the door remembers of the document that holds under a business key.

    `version` counts its contents from 1; `frozen` is the workflow id of the order whose list uses it.
    """

    content_hash: str
    version: int
    app_time: str
    accepted_at: AwareDatetime
    document_id: str
    answer: Answer
    order: OrderKey | None = None
    frozen: str | None = None


@dataclass(frozen=True)
class Change:
    """The content of the arrival is to hold from now on, as this version."""

    version: int
    accepted_at: AwareDatetime


@dataclass(frozen=True)
class Repeat:
    """The arrival says what is on record; `restated` when its sender said it later than the record knows."""

    record: Record
    restated: bool


def head_of(model: CebModel) -> CebModel:
    """The part of a document that holds its key fields."""
    head: CebModel = getattr(model, "head", model)
    return head


def business_key(kind: DocumentKind, model: CebModel) -> str:
    """What the standard tells documents of one kind apart by, joined with "/": "ebpCode/orderNo" for an order."""
    head = head_of(model)
    return "/".join(getattr(head, name) for name in _BUSINESS_KEYS.get(kind, _RECEIPT_KEY))


def order_of(model: CebModel) -> OrderKey | None:
    """The order that a document names by itself; None where it names no platform, or no order."""
    head = head_of(model)
    ebp_code, order_no = getattr(head, "ebp_code", None), getattr(head, "order_no", None)
    return OrderKey(ebp_code=ebp_code, order_no=order_no) if ebp_code and order_no else None


def is_key_part(value: str) -> bool:
    """Whether a code or number can be part of a workflow id: no "/", no white space."""
    return _KEY_PART.fullmatch(value) is not None


def arrival_of(request: AcceptRequest) -> Arrival:
    """The arrival of a document. Raises InvalidInputError, whose text holds no values, when its structure is wrong."""
    try:
        model = request.kind.model.model_validate(request.content)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error)) from None
    head = head_of(model)
    return Arrival(
        request=request,
        model=model,
        business_key=business_key(request.kind, model),
        content_hash=content_hash(model),
        app_type=getattr(head, "app_type", NEW),
        app_time=getattr(head, "app_time", ""),
        order=order_of(model),
    )


def decide(record: Record | None, arrival: Arrival) -> Change | Repeat | Reason:
    """What becomes of an arrival, given what is on record under its business key; a Reason refuses it.

    Rulebook 2.7 and M11: other content needs a change (appType 2), and none is taken once a list uses the document.
    """
    at = arrival.request.received_at
    if record is None:
        return Reason.UNKNOWN if arrival.app_type == CHANGE else Change(version=1, accepted_at=at)
    if record.content_hash == arrival.content_hash:
        return Repeat(record, restated=arrival.app_time > record.app_time and record.frozen is None)
    if record.frozen is not None:
        return Reason.DECLARED
    if arrival.app_type != CHANGE:
        return Reason.EXISTS
    if arrival.app_time < record.app_time:
        return Reason.OUTDATED
    # Clocks of several doors differ; the newer content must have the later time all the same.
    return Change(version=record.version + 1, accepted_at=max(at, record.accepted_at + _TICK))


def order_of_list_receipt(
    receipt: "DeclarationReturn | CancellationReturn | RefundReturn", declared: dict[OrderKey, str]
) -> OrderKey:
    """The order of what customs says under a copNo; `declared` maps the orders of that copNo to their declarant.

    copNo is the declarant's own number, so agentCode decides between declarants, ebpCode between platforms.
    Raises UnroutableError when none or several remain.
    """
    found = [key for key, agent in declared.items() if receipt.agent_code in {None, agent}]
    if len(found) > 1 and receipt.ebp_code is not None:
        found = [key for key in found if key.ebp_code == receipt.ebp_code]
    if len(found) != 1:
        whose = f" of the declarant {receipt.agent_code}" if receipt.agent_code else ""
        raise UnroutableError(f"copNo {receipt.cop_no}{whose} belongs to {len(found)} lists that we know, not to one")
    return found[0]
