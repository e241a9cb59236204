"""The waybill against order and list: M5 (the consignee) and M8 (the parcel)."""

from collections.abc import Iterator

from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, Rule
from events.ceb.order import Order
from events.ceb.waybill import Waybill
from events.documents import DocumentKind
from events.findings import Finding
from events.values import Text
from functions.matching.case import Case
from functions.matching.comparison import EQUAL, Alike, Fields, unequal

_CONSIGNED = Fields("order_no", "consignee", "consignee_telephone", "consignee_address")
_PARCEL = Fields("logistics_code", "logistics_no")
_SENT_AS_ORDERED, _SAME_LABEL = Alike(*_CONSIGNED.names), Alike(*_PARCEL.names)
_SAME_CONSIGNEE = Rule("M5", EQUAL, "规范 202205 CEB311 consignee")
_SAME_PARCEL = Rule("M8", EQUAL, "规范 202205 CEB621 logisticsNo")
_ONE_PARCEL = Rule("M8", Text(zh="限定为 1", en="it must be 1"), "规范 202205 CEB511 packNo")


def sent_as_ordered(case: Case) -> bool:
    """The quick look of M5."""
    return _SENT_AS_ORDERED.hold(case.order.head, case.waybill.head)


def parcel_agrees(case: Case) -> bool:
    """The quick look of M8."""
    waybill = case.waybill.head
    return waybill.pack_no == 1 and _SAME_LABEL.hold(waybill, case.listed.head)


def same_consignee(order: Order, waybill: Waybill) -> Iterator[Finding]:
    """M5: order number, name, telephone and address, white space around them aside. The order is right."""
    for name in _CONSIGNED.unlike(order.head, waybill.head):
        yield from unequal(_SAME_CONSIGNEE, Field(DocumentKind.ORDER, order.head, name), _of(waybill, name))


def one_parcel(waybill: Waybill) -> Iterator[Finding]:
    """M8: a waybill is for one parcel."""
    if waybill.head.pack_no != 1:
        pack_no = _of(waybill, "pack_no")
        yield _ONE_PARCEL.broken_at(pack_no, pack_no.fix("1"))


def same_parcel(waybill: Waybill, declaration_list: DeclarationList) -> Iterator[Finding]:
    """M8: the list names the parcel as its carrier does."""
    for name in _PARCEL.unlike(waybill.head, declaration_list.head):
        listed = Field(DocumentKind.DECLARATION_LIST, declaration_list.head, name)
        yield from unequal(_SAME_PARCEL, _of(waybill, name), listed)


def _of(waybill: Waybill, name: str) -> Field:
    return Field(DocumentKind.WAYBILL, waybill.head, name)
