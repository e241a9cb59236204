"""The waybill against order and list: M5 (the consignee) and M8 (the parcel)."""

from collections.abc import Iterator

from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, Rule
from events.ceb.order import Order
from events.ceb.waybill import Waybill
from events.documents import DocumentKind
from events.findings import Finding
from events.values import Text
from functions.matching.comparison import EQUAL, unequal

_SAME_CONSIGNEE = Rule("M5", EQUAL, "规范 202205 CEB311 consignee")
_SAME_PARCEL = Rule("M8", EQUAL, "规范 202205 CEB621 logisticsNo")
_ONE_PARCEL = Rule("M8", Text(zh="限定为 1", en="it must be 1"), "规范 202205 CEB511 packNo")


def same_consignee(order: Order, waybill: Waybill) -> Iterator[Finding]:
    """M5: order number, name, telephone and address, white space around them aside. The order is right."""
    for name in ("order_no", "consignee", "consignee_telephone", "consignee_address"):
        yield from unequal(_SAME_CONSIGNEE, Field(DocumentKind.ORDER, order.head, name), _of(waybill, name))


def one_parcel(waybill: Waybill) -> Iterator[Finding]:
    """M8: a waybill is for one parcel."""
    pack_no = _of(waybill, "pack_no")
    if pack_no.value != 1:
        yield _ONE_PARCEL.broken_at(pack_no, pack_no.fix("1"))


def same_parcel(waybill: Waybill, declaration_list: DeclarationList) -> Iterator[Finding]:
    """M8: the list names the parcel as its carrier does."""
    for name in ("logistics_code", "logistics_no"):
        listed = Field(DocumentKind.DECLARATION_LIST, declaration_list.head, name)
        yield from unequal(_SAME_PARCEL, _of(waybill, name), listed)


def _of(waybill: Waybill, name: str) -> Field:
    return Field(DocumentKind.WAYBILL, waybill.head, name)
