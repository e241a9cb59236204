"""How a document finds its order: by naming it, or by a number that another document has tied to it."""

from collections.abc import Callable, Iterable

from events.ceb.declaration_list import CancellationReturn, DeclarationList, DeclarationReturn
from events.ceb.message import FormatError
from events.ceb.order import OrderReturn
from events.ceb.payment import Payment, PaymentReturn
from events.ceb.waybill import Waybill, WaybillReturn, WaybillStatus, WaybillStatusReturn
from events.documents import DocumentKind, InboundDocument
from events.values import OrderKey, key_of_cop_msg_id
from functions.intake import links, store
from functions.intake.models import Routed
from functions.intake.rules import UnroutableError, business_key, is_key_part, order_of, order_of_list_receipt
from functions.intake.table import ATTEMPTS, ContendedError

AnyWaybill = WaybillStatus | WaybillReturn | WaybillStatusReturn


def route(document: InboundDocument) -> Routed:
    """The order of a document, with the documents that waited for it; or the document waits itself.

    Raises UnroutableError for a receipt of something that we do not know; ContendedError.
    """
    model = document.parsed()
    match model:
        case Waybill():
            return _waybill(document, model)
        case WaybillStatus():
            return _waybill_status(document, model)
        case DeclarationReturn() | CancellationReturn():
            declared = store.orders_of_cop_no(model.cop_no)
            return _alone(document, order_of_list_receipt(model, declared))
        case WaybillReturn() | WaybillStatusReturn():
            return _alone(document, links.waybill(_waybill_number(model)).key)
        case PaymentReturn():
            return _alone(document, links.order_of_payment(f"{model.pay_code}/{model.pay_transaction_id}"))
        case OrderReturn():
            return _alone(document, _named(model))
        case FormatError():
            return _alone(document, _of_message(model))
        case _:
            return _naming(document)


def _alone(document: InboundDocument, order: OrderKey | None) -> Routed:
    if order is None:
        number = business_key(document.kind, document.parsed())
        raise UnroutableError(f"the {document.kind} {number} speaks of something that no document has tied to an order")
    return Routed(key=order, documents=[document])


def _named(receipt: OrderReturn) -> OrderKey | None:
    fit = is_key_part(receipt.ebp_code) and is_key_part(receipt.order_no)
    return OrderKey(ebp_code=receipt.ebp_code, order_no=receipt.order_no) if fit else None


def _of_message(error: FormatError) -> OrderKey:
    try:
        return key_of_cop_msg_id(error.original_cop_msg_id)
    except ValueError as reason:
        raise UnroutableError(f"format error of a message that is none of ours: {reason}") from None


def _naming(document: InboundDocument) -> Routed:
    """A document that names its order: its numbers are tied to the order before the waiting documents are read."""
    model = document.parsed()
    order = order_of(model)
    assert order is not None  # the remaining kinds have both parts of the key
    number = links.register(order)
    found: list[links.Link] = []
    if number.platforms == {order.ebp_code}:
        found += [link for waiting in number.waiting if (link := _release(waiting, order))]
    if isinstance(model, Payment):
        links.link_payment(business_key(document.kind, model), order)
    if isinstance(model, DeclarationList):
        found.append(links.declare(_waybill_number(model.head), order, document.received_at))
    return _together(order, document, found)
