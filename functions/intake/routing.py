"""How a document finds its order: by naming it, or by a number that another document has tied to it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from events.documents import DocumentKind, InboundDocument
from events.values import OrderKey, key_of_cop_msg_id
from functions.intake import links, store
from functions.intake.models import Routed
from functions.intake.rules import UnroutableError, business_key, is_key_part, order_of, order_of_list_receipt
from functions.intake.table import ATTEMPTS, ContendedError

if TYPE_CHECKING:
    from events.ceb.declaration_list import DeclarationReturn, ListHead
    from events.ceb.order import OrderReturn
    from events.ceb.refund import RefundReturn
    from events.ceb.waybill import WaybillHead, WaybillReturn, WaybillStatus, WaybillStatusReturn

    _NamesWaybill = WaybillHead | WaybillStatus | WaybillReturn | WaybillStatusReturn | ListHead


def route(document: InboundDocument) -> Routed:
    """The order of a document, with the documents that waited for it; or the document waits itself.

    Raises UnroutableError for a receipt of something that we do not know; ContendedError.
    """
    model: Any = document.parsed()  # of the kind's model: only that one is loaded
    match document.kind:
        case DocumentKind.WAYBILL:
            return _waybill(document, model.head)
        case DocumentKind.WAYBILL_STATUS:
            return _waybill_status(document, _waybill_number(model))
        case DocumentKind.LIST_RECEIPT:
            return _list_receipt(document, model)
        case DocumentKind.TAX_BILL | DocumentKind.TAX_BILL_STATUS:
            return _tax_bill(document, model.head.invt_no)
    if document.kind.is_receipt:
        return Routed(key=_order_of_answer(document.kind, model), documents=[document])
    return _naming(document, model)


def _order_of_answer(kind: DocumentKind, model: Any) -> OrderKey:
    match kind:
        case DocumentKind.CANCELLATION_RECEIPT:
            return order_of_list_receipt(model, store.orders_of_cop_no(model.cop_no))
        case DocumentKind.REFUND_RECEIPT:
            return _order_of_refund_receipt(model)
        case DocumentKind.WAYBILL_RECEIPT | DocumentKind.WAYBILL_STATUS_RECEIPT:
            number = _waybill_number(model)
            return _known(links.waybill(number).key, f"waybill {number}")
        case DocumentKind.PAYMENT_RECEIPT:
            number = f"{model.pay_code}/{model.pay_transaction_id}"
            return _known(links.order_of_payment(number), f"payment {number}")
        case DocumentKind.ORDER_RECEIPT:
            return _known(_order_of_receipt(model), f"order {model.ebp_code}/{model.order_no}")
    assert kind is DocumentKind.FORMAT_ERROR
    return _order_of_message(model.original_cop_msg_id)


def _known(order: OrderKey | None, what: str) -> OrderKey:
    if order is None:
        raise UnroutableError(f"a receipt for {what}, but no document that we know ties it to an order")
    return order


def _order_of_receipt(receipt: "OrderReturn") -> OrderKey | None:
    fit = is_key_part(receipt.ebp_code) and is_key_part(receipt.order_no)
    return OrderKey(ebp_code=receipt.ebp_code, order_no=receipt.order_no) if fit else None


def _list_receipt(document: InboundDocument, receipt: "DeclarationReturn") -> Routed:
    """What customs says of a list ties the number that it gave it, and takes along the tax bills that came before."""
    order = order_of_list_receipt(receipt, store.orders_of_cop_no(receipt.cop_no))
    return _together(order, document, [links.number_list(receipt.invt_no, order)] if receipt.invt_no else [])


def _order_of_refund_receipt(receipt: "RefundReturn") -> OrderKey:
    """By the copNo of the return application; by the number of the list where that was not ours to give."""
    try:
        return order_of_list_receipt(receipt, store.orders_of_cop_no(receipt.cop_no))
    except UnroutableError:
        order = links.list_number(receipt.invt_no).key if receipt.invt_no else None
        if order is None:
            raise
        return order


def _tax_bill(document: InboundDocument, invt_no: str) -> Routed:
    """A tax bill names only the number of its list: until a receipt ties that to an order, it waits."""
    for _ in range(ATTEMPTS):
        link = links.list_number(invt_no)
        if link.key is not None:
            return _together(link.key, document, [link])
        if links.wait_for_list(invt_no, document):
            return Routed(documents=[document])
    raise ContendedError(f"could not route a tax bill of list {invt_no}")


def _order_of_message(message_id: str) -> OrderKey:
    try:
        return key_of_cop_msg_id(message_id)
    except ValueError as error:
        raise UnroutableError(f"a format error for a message that is none of ours: {error}") from None


def _naming(document: InboundDocument, model: Any) -> Routed:
    """A document that names its order: it ties its numbers to the order, and takes along what waited for them."""
    order = order_of(model)
    assert order is not None  # every kind that is left has both parts of the key
    number = links.register(order)
    found: list[links.Waiting] = []
    if number.platforms == {order.ebp_code}:
        found += _released(number, order)
    if document.kind is DocumentKind.PAYMENT:
        links.link_payment(business_key(document.kind, model), order)
    if document.kind is DocumentKind.DECLARATION_LIST:
        found.append(links.declare(_waybill_number(model.head), order, document.received_at))
    return _together(order, document, found)


def _released(number: links.OrderNumber, order: OrderKey) -> Iterable[links.Waiting]:
    """The waybills that waited for the platform of their order, but for those that a list has claimed meanwhile."""
    for waybill in number.waiting:
        link = links.conclude(_number_of(waybill), order, waybill, seen=order)
        if link is not None:
            yield links.Waiting(number.pk, (waybill,))
            yield link


def _waybill(document: InboundDocument, head: "WaybillHead") -> Routed:
    number = _waybill_number(head)
    for _ in range(ATTEMPTS):
        link = links.waybill(number)
        if link.key is not None and not link.concluded:
            return _together(link.key, document, [link])
        order = _by_order_number(link, head.order_no)
        if order is not None:
            concluded = links.conclude(number, order, document, seen=link.key)
            if concluded is not None:
                return _together(order, document, [concluded])
        elif links.wait_for_platform(head.order_no, document) and links.wait_for_link(number, document, link.key):
            return Routed(documents=[document])
    raise ContendedError(f"could not route waybill {number}")


def _by_order_number(link: links.Link, order_no: str) -> OrderKey | None:
    """A waybill says its orderNo but no platform: that is enough while only one platform has such an order."""
    if link.key is not None and link.key.order_no == order_no:
        return link.key
    platforms = links.order_number(order_no).platforms
    return OrderKey(ebp_code=next(iter(platforms)), order_no=order_no) if len(platforms) == 1 else None


def _waybill_status(document: InboundDocument, number: str) -> Routed:
    for _ in range(ATTEMPTS):
        link = links.waybill(number)
        if link.key is not None:
            return _together(link.key, document, [link])
        if links.wait_for_link(number, document, seen=None):
            return Routed(documents=[document])
    raise ContendedError(f"could not route a status of waybill {number}")


def _together(order: OrderKey, document: InboundDocument, found: Iterable[links.Waiting]) -> Routed:
    """The document first, then those that waited, as they were received; each once."""
    places = [place for place in found if place.waiting]
    waiting = {waited.document_id: waited for place in places for waited in place.waiting}
    others = [waited for name, waited in waiting.items() if name != document.document_id]
    # A waybill waits for its order number and for its own number at once.
    order_numbers = {
        links.order_number_pk(_order_no_of(waited))
        for waited in waiting.values()
        if waited.kind is DocumentKind.WAYBILL
    }
    return Routed(
        key=order,
        documents=[document, *sorted(others, key=lambda waited: waited.received_at)],
        parked=sorted({place.pk for place in places} | order_numbers),
    )


def _order_no_of(waybill: InboundDocument) -> str:
    model: Any = waybill.parsed()
    return str(model.head.order_no)


def _number_of(waybill: InboundDocument) -> str:
    return business_key(waybill.kind, waybill.parsed())


def _waybill_number(named: "_NamesWaybill") -> str:
    return f"{named.logistics_code}/{named.logistics_no}"
