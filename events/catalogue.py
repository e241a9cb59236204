"""Every event type that crosses our border, with its model and, where there is one, its customs message."""

from typing import Any

from events.ceb.message import MESSAGES
from events.documents import DocumentKind
from events.event_type import PREFIX, Direction, EventType
from events.outbound import OUTBOUND


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
