"""Order against list, head by head: M6 (the same purchase by the same buyer)."""

from collections.abc import Iterator

from events.ceb.business.list_modes import CNY, surely_fits_mode
from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, Rule
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.documents import DocumentKind
from events.findings import Finding
from functions.matching.case import Case
from functions.matching.comparison import EQUAL, Alike, Fields, unequal
from functions.matching.identity import buyer_of, more_likely_wrong, payer_of

_ORDER, _LIST = DocumentKind.ORDER, DocumentKind.DECLARATION_LIST
_SAME_PURCHASE = Rule("M6", EQUAL, "规范 202205 CEB621")
_SAME_BUYER_NAME = Rule("M6", EQUAL, "规范 202205 CEB621 buyerName", "13127")
_SAME_BUYER_TELEPHONE = Rule("M6", EQUAL, "规范 202205 CEB621 buyerTelephone", "130126")
_SAME_BUYER_NUMBER = Rule("M6", EQUAL, "规范 202205 CEB621 buyerIdNumber")
_RULE_OF = {
    "order_no": _SAME_PURCHASE,
    "ebp_code": _SAME_PURCHASE,
    "ebc_code": _SAME_PURCHASE,
    "buyer_telephone": _SAME_BUYER_TELEPHONE,
}
_PURCHASE = Fields(*_RULE_OF)
_BUYER = Fields("buyer_name", "buyer_id_number")
_DECLARED_AS_ORDERED = Alike(*_PURCHASE.names, *_BUYER.names)


def declared_as_ordered(case: Case) -> bool:
    """The quick look of M6."""
    return _DECLARED_AS_ORDERED.hold(case.order.head, case.listed.head)


def all_in_cny(case: Case) -> bool:
    """The quick look at the currencies of the heads; those of the lines are looked at with the goods."""
    of_payment, of_waybill = case.payment.head.currency, case.waybill.head.currency
    return CNY == case.order.head.currency == case.listed.head.currency == of_payment == of_waybill


def fits_mode(case: Case) -> bool:
    """The quick look of the list's own rules; its currencies are looked at with the others."""
    return surely_fits_mode(case.listed)


def same_listed_purchase(order: Order, declaration_list: DeclarationList) -> Iterator[Finding]:
    """M6: order number, platform, seller and the buyer's telephone; the order is taken at its word."""
    for name in _PURCHASE.unlike(order.head, declaration_list.head):
        left, right = Field(_ORDER, order.head, name), Field(_LIST, declaration_list.head, name)
        yield from unequal(_RULE_OF[name], left, right)


def same_buyer(order: Order, declaration_list: DeclarationList, payment: Payment | None) -> Iterator[Finding]:
    """M6: the buyer's name and identity number. The list is mended unless the order is more likely wrong."""
    if not _BUYER.unlike(order.head, declaration_list.head):
        return
    buyer, listed = buyer_of(_ORDER, order), buyer_of(_LIST, declaration_list)
    wrong = more_likely_wrong(buyer, listed, payer_of(payment) if payment else None)
    for rule, ordered, declared in (
        (_SAME_BUYER_NAME, buyer.name, listed.name),
        (_SAME_BUYER_NUMBER, buyer.number, listed.number),
    ):
        yield from unequal(rule, ordered, declared, mend=ordered if wrong is buyer else declared)
