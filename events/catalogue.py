"""Every event type that crosses our border, with its model and, where there is one, its customs message."""

from events.documents import DocumentKind
from events.event_type import PREFIX, Direction, EventType
from events.outbound import OUTBOUND


def _inbound(name: str, kind: DocumentKind, summary: str, root: str | None = None) -> EventType:
    return EventType(f"{PREFIX}{name}.v1", Direction.INBOUND, kind.place, summary, kind, root)


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
BY_MESSAGE: dict[str, EventType] = {event_type.root: event_type for event_type in INBOUND if event_type.root}
