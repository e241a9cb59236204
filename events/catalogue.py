"""Every event type that crosses our border, with its model and, where there is one, its customs message."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from events.ceb.message import MESSAGES, CebMessage
from events.documents import DocumentKind
from events.guarantee import GuaranteeLow
from events.life import OrderStageChanged
from events.payment_data_life import PaymentDataChanged, PaymentDataWanted
from events.receipts import DocumentAnswered
from events.return_life import ReturnStageChanged, StockReturned
from events.tax_payment import TaxPaid, TaxPaymentRefused

PREFIX = "cn.sandan."


class Direction(StrEnum):
    """Into the product or out of it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class EventType:
    """One event type: its CloudEvents name, the model of its data, the customs message that carries the same."""

    name: str
    direction: Direction
    model: type[BaseModel]
    summary: str
    kind: DocumentKind | None = None
    message: type[CebMessage] | None = None


def _inbound(name: str, kind: DocumentKind, summary: str, message: str | None = None) -> EventType:
    return EventType(
        f"{PREFIX}{name}.v1", Direction.INBOUND, kind.model, summary, kind, MESSAGES[message] if message else None
    )


INBOUND = (
    _inbound("order.placed", DocumentKind.ORDER, "An order, from its platform", "CEB311Message"),
    _inbound("payment.made", DocumentKind.PAYMENT, "A payment, from the payment enterprise", "CEB411Message"),
    _inbound("waybill.issued", DocumentKind.WAYBILL, "A waybill, from the logistics enterprise", "CEB511Message"),
    _inbound("waybill.delivered", DocumentKind.WAYBILL_STATUS, "The parcel was signed for", "CEB513Message"),
    _inbound("list.submitted", DocumentKind.DECLARATION_LIST, "A list, from its declarant", "CEB621Message"),
    _inbound("list.requested", DocumentKind.DECLARATION_REQUEST, "The platform asks us to build the list"),
    _inbound("cancellation.requested", DocumentKind.CANCELLATION, "A list is to be cancelled", "CEB623Message"),
    _inbound("customs.list-receipt", DocumentKind.LIST_RECEIPT, "Customs on a list", "CEB622Message"),
    _inbound(
        "customs.cancellation-receipt", DocumentKind.CANCELLATION_RECEIPT, "Customs on a cancellation", "CEB624Message"
    ),
    _inbound("customs.order-receipt", DocumentKind.ORDER_RECEIPT, "Customs on an order", "CEB312Message"),
    _inbound("customs.payment-receipt", DocumentKind.PAYMENT_RECEIPT, "Customs on a payment", "CEB412Message"),
    _inbound("customs.waybill-receipt", DocumentKind.WAYBILL_RECEIPT, "Customs on a waybill", "CEB512Message"),
    _inbound(
        "customs.waybill-status-receipt",
        DocumentKind.WAYBILL_STATUS_RECEIPT,
        "Customs on a waybill status",
        "CEB514Message",
    ),
    _inbound("customs.refund-receipt", DocumentKind.REFUND_RECEIPT, "Customs on a return", "CEB626Message"),
    _inbound("customs.tax-bill", DocumentKind.TAX_BILL, "The taxes of a released list", "CEB816Message"),
    _inbound("customs.tax-bill-status", DocumentKind.TAX_BILL_STATUS, "A tax bill's new status", "CEB818Message"),
    _inbound("goods.returned", DocumentKind.GOODS_RETURNED, "Goods came back to their supervision site"),
    _inbound("customs.format-error", DocumentKind.FORMAT_ERROR, "A message customs could not read", "CEB900Message"),
    _inbound("payment.original", DocumentKind.ORIGINAL_PAYMENT, "The raw payment data of an order (公告2018-179)"),
    _inbound(
        "customs.payment-data-asked", DocumentKind.PAYMENT_DATA_REQUEST, "Customs asks for payment data (platDataOpen)"
    ),
)

STAGE_CHANGED = EventType(
    f"{PREFIX}order.stage-changed.v1", Direction.OUTBOUND, OrderStageChanged, "An order entered another stage"
)
DOCUMENT_ANSWERED = EventType(
    f"{PREFIX}document.answered.v1",
    Direction.OUTBOUND,
    DocumentAnswered,
    "The receipt of a document that came over the bus",
)
PAYMENT_DATA_CHANGED = EventType(
    f"{PREFIX}payment-data.stage-changed.v1",
    Direction.OUTBOUND,
    PaymentDataChanged,
    "The answer to customs' question for payment data entered another stage, or needs a person",
)
PAYMENT_DATA_WANTED = EventType(
    f"{PREFIX}payment-data.wanted.v1",
    Direction.OUTBOUND,
    PaymentDataWanted,
    "Customs asks for payment data that nobody has sent yet",
)
GUARANTEE_LOW = EventType(
    f"{PREFIX}guarantee.low.v1", Direction.OUTBOUND, GuaranteeLow, "A guarantee is nearly used up"
)
RETURN_STAGE_CHANGED = EventType(
    f"{PREFIX}return.stage-changed.v1", Direction.OUTBOUND, ReturnStageChanged, "A return entered another stage"
)
STOCK_RETURNED = EventType(
    f"{PREFIX}stock.returned.v1", Direction.OUTBOUND, StockReturned, "Returned goods may be sold again"
)
TAX_PAID = EventType(f"{PREFIX}tax.paid.v1", Direction.OUTBOUND, TaxPaid, "The bank has paid tax bills of a guarantor")
TAX_PAYMENT_REFUSED = EventType(
    f"{PREFIX}tax.payment-refused.v1",
    Direction.OUTBOUND,
    TaxPaymentRefused,
    "The bank refused a payment of tax; its bills are due again",
)
OUTBOUND = (
    STAGE_CHANGED,
    DOCUMENT_ANSWERED,
    GUARANTEE_LOW,
    RETURN_STAGE_CHANGED,
    STOCK_RETURNED,
    TAX_PAID,
    TAX_PAYMENT_REFUSED,
    PAYMENT_DATA_CHANGED,
    PAYMENT_DATA_WANTED,
)

EVENT_TYPES: dict[str, EventType] = {event_type.name: event_type for event_type in (*INBOUND, *OUTBOUND)}
BY_KIND: dict[DocumentKind, EventType] = {event_type.kind: event_type for event_type in INBOUND if event_type.kind}
BY_MESSAGE: dict[str, EventType] = {event_type.message.root: event_type for event_type in INBOUND if event_type.message}


def _by_element() -> dict[str, list[EventType]]:
    found: dict[str, list[EventType]] = {}
    for event_type in BY_MESSAGE.values():
        if event_type.message:
            name = event_type.message.model_fields[event_type.message.first_element].alias
            found.setdefault(str(name), []).append(event_type)
    return found


BY_ELEMENT: dict[str, list[EventType]] = _by_element()


def messages_in(content: Any) -> dict[str, EventType]:
    """The types of the messages whose JSON stands in `content`, by their business elements; one in a right message.

    CEB816 and CEB818 share the element Tax: what stands in its first one tells them apart.
    """
    found = [name for name in BY_ELEMENT if isinstance(content, dict) and name in content]
    return {name: _told_apart(BY_ELEMENT[name], content[name]) for name in found}


def _told_apart(event_types: list[EventType], elements: Any) -> EventType:
    first = elements[0] if isinstance(elements, list) and elements else elements
    parts = first.keys() if isinstance(first, dict) else set()
    fitting = (one for one in event_types if parts & {field.alias for field in one.model.model_fields.values()})
    return next(fitting, event_types[0])
