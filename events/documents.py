"""Documents on their way inside: what the door has accepted and an order's workflow receives."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import AwareDatetime

from events.ceb.base import CebModel, plain
from events.place import ModelPlace
from events.values import Value

_UNESSENTIAL = {"guid", "appType", "appTime", "appStatus"}


class DocumentKind(StrEnum):
    """What a document is to us; the value is also its name in findings, fixes and the command line."""

    ORDER = "order"
    PAYMENT = "payment"
    WAYBILL = "waybill"
    DECLARATION_LIST = "list"
    DECLARATION_REQUEST = "list-request"
    WAYBILL_STATUS = "waybill-status"
    CANCELLATION = "cancellation"
    LIST_RECEIPT = "list-receipt"
    CANCELLATION_RECEIPT = "cancellation-receipt"
    ORDER_RECEIPT = "order-receipt"
    PAYMENT_RECEIPT = "payment-receipt"
    WAYBILL_RECEIPT = "waybill-receipt"
    WAYBILL_STATUS_RECEIPT = "waybill-status-receipt"
    REFUND_RECEIPT = "refund-receipt"
    TAX_BILL = "tax-bill"
    TAX_BILL_STATUS = "tax-bill-status"
    GOODS_RETURNED = "goods-returned"
    FORMAT_ERROR = "format-error"
    ORIGINAL_PAYMENT = "original-payment"
    PAYMENT_DATA_REQUEST = "payment-data-request"

    @property
    def model(self) -> type[CebModel]:
        """The model of the document's content."""
        return self.place.load()

    @property
    def place(self) -> ModelPlace:
        """Where that model is."""
        return _MODELS[self]

    @property
    def is_receipt(self) -> bool:
        """Whether customs says it of an order: an answer, or a tax bill."""
        return self.value.endswith("-receipt") or self in _SAID_BY_CUSTOMS

    @property
    def is_from_customs(self) -> bool:
        """Whether customs says or asks it: always taken, never remembered, and at the gateway only."""
        return self.is_receipt or self is DocumentKind.PAYMENT_DATA_REQUEST


_SAID_BY_CUSTOMS = {DocumentKind.FORMAT_ERROR, DocumentKind.TAX_BILL, DocumentKind.TAX_BILL_STATUS}


_MODELS = {  # where the models are: whoever compares orders need not load those of tax bills and receipts
    DocumentKind.ORDER: ModelPlace("events.ceb.order", "Order"),
    DocumentKind.PAYMENT: ModelPlace("events.ceb.payment", "Payment"),
    DocumentKind.WAYBILL: ModelPlace("events.ceb.waybill", "Waybill"),
    DocumentKind.DECLARATION_LIST: ModelPlace("events.ceb.declaration_list", "DeclarationList"),
    DocumentKind.DECLARATION_REQUEST: ModelPlace("events.declaration_request", "DeclarationRequest"),
    DocumentKind.WAYBILL_STATUS: ModelPlace("events.ceb.waybill", "WaybillStatus"),
    DocumentKind.CANCELLATION: ModelPlace("events.ceb.declaration_list", "Cancellation"),
    DocumentKind.LIST_RECEIPT: ModelPlace("events.ceb.declaration_list", "DeclarationReturn"),
    DocumentKind.CANCELLATION_RECEIPT: ModelPlace("events.ceb.declaration_list", "CancellationReturn"),
    DocumentKind.ORDER_RECEIPT: ModelPlace("events.ceb.order", "OrderReturn"),
    DocumentKind.PAYMENT_RECEIPT: ModelPlace("events.ceb.payment", "PaymentReturn"),
    DocumentKind.WAYBILL_RECEIPT: ModelPlace("events.ceb.waybill", "WaybillReturn"),
    DocumentKind.WAYBILL_STATUS_RECEIPT: ModelPlace("events.ceb.waybill", "WaybillStatusReturn"),
    DocumentKind.REFUND_RECEIPT: ModelPlace("events.ceb.refund", "RefundReturn"),
    DocumentKind.TAX_BILL: ModelPlace("events.ceb.tax_bill", "TaxBill"),
    DocumentKind.TAX_BILL_STATUS: ModelPlace("events.ceb.tax_bill", "TaxBillStatus"),
    DocumentKind.GOODS_RETURNED: ModelPlace("events.returns", "GoodsReturned"),
    DocumentKind.FORMAT_ERROR: ModelPlace("events.ceb.format_error", "FormatError"),
    DocumentKind.ORIGINAL_PAYMENT: ModelPlace("events.payment_data", "OriginalPayment"),
    DocumentKind.PAYMENT_DATA_REQUEST: ModelPlace("events.payment_data", "PlatDataOpen"),
}


class InboundDocument(Value):
    """An accepted document: `content` is the JSON of its model, under the official names.

    `content_hash` is over what the document says, so that the same document sent twice is known as one;
    `sender` is the partner who sent it, `document_id` the id of the event that brought it.
    """

    document_id: str
    kind: DocumentKind
    content: dict[str, Any]
    content_hash: str
    sender: str
    received_at: AwareDatetime

    def parsed(self) -> CebModel:
        """The content as its model."""
        return self.kind.model.model_validate(self.content)


def content_hash(document: CebModel) -> str:
    """SHA-256 of what a document says: all of it but its serial number, its times and the kind of its sending.

    The same number is the same content however it is written, 561.890 is 561.89; and so is the same moment.
    """
    return hashlib.sha256(json.dumps(_essence(document), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _essence(content: Any) -> Any:
    if isinstance(content, str):
        return content
    if isinstance(content, CebModel):
        said = ((official, getattr(content, name)) for official, name in _essential(type(content)))
        return {official: _essence(value) for official, value in said if value is not None and value != ""}
    if isinstance(content, list):
        return [_essence(item) for item in content]
    if isinstance(content, datetime):
        return content.astimezone(UTC).isoformat()
    return plain(content.normalize() + 0) if isinstance(content, Decimal) else content


@cache
def _essential(model: type[CebModel]) -> tuple[tuple[str, str], ...]:
    """The official names of the fields that count, and ours."""
    named = ((field.alias or name, name) for name, field in model.model_fields.items())
    return tuple((official, name) for official, name in named if official not in _UNESSENTIAL)
