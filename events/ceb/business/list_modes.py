"""What the prose asks of an import list by its mode: which fields, one parcel, one currency; and CNY of the rest."""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from events.ceb.fields import Field, Rule, fields_of_lines
from events.documents import DocumentKind
from events.findings import Finding
from events.values import Text

if TYPE_CHECKING:
    from events.ceb.declaration_list import DeclarationList, ListHead, ListItem
    from events.ceb.order import Order, OrderItem
    from events.ceb.payment import Payment
    from events.ceb.waybill import Waybill

DIRECT_PURCHASE, BONDED = "9610", "1210"
CNY = CHINA_CODE = "142"  # the same digits in two code tables: currency 人民币, country 中国

_TRANSPORT = ("traf_no", "voyage_no", "bill_no")
_BONDED_SITE = ("ems_no", "area_code", "area_name")
_TRANSPORT_OF, _BONDED_SITE_OF = itemgetter(*_TRANSPORT), itemgetter(*_BONDED_SITE)
_LIST = DocumentKind.DECLARATION_LIST
_BASIS = "规范 202205 CEB621"

_MODE = Rule(
    "L-MODE", Text(zh="只能是 9610 或 1210", en="it must be 9610 (direct purchase) or 1210 (bonded import)"), _BASIS
)
_TRANSPORT_GIVEN = Rule("L-9610", Text(zh="直购进口（9610）必填", en="direct purchase (9610) requires it"), _BASIS)
_SITE_GIVEN = Rule("L-1210", Text(zh="保税进口（1210）必填", en="bonded import (1210) requires it"), _BASIS)
_TRANSPORT_EMPTY = Rule("L-1210", Text(zh="保税进口（1210）免填", en="bonded import (1210) leaves it empty"), _BASIS)
_FROM_CHINA = Rule("L-1210", Text(zh="保税进口（1210）填 142", en="bonded import (1210) asks for 142"), _BASIS)
_ONE_PARCEL = Rule("L-PACK", Text(zh="限定为 1", en="it must be 1"), _BASIS)
_IN_CNY = Text(zh="进口单证的币制限定为人民币 142", en="import documents are in CNY (142) only")


def surely_fits_mode(declaration_list: "DeclarationList") -> bool:
    """A quick look: whether, of what `list_mode_findings` finds, there is surely nothing but currencies."""
    head = declaration_list.head
    transport, site = _TRANSPORT_OF(head.__dict__), _BONDED_SITE_OF(head.__dict__)
    if head.pack_no != 1:
        return False
    if head.trade_mode == DIRECT_PURCHASE:
        return _all_said(transport)
    return (
        head.trade_mode == BONDED
        and head.country == CHINA_CODE
        and not any(transport)
        and _all_said(site)
        and _all_said([item.item_record_no for item in declaration_list.items])
    )


def list_mode_findings(declaration_list: "DeclarationList") -> list[Finding]:
    """What in a list contradicts its mode (rules L-MODE, L-9610, L-1210), and L-PACK and L-CURRENCY.

    Rulebook 2.4, the prose of 规范 202205 for CEB621. No official code of rejection is known for these.
    """
    head = declaration_list.head
    found = list(_BY_MODE.get(head.trade_mode, _unknown_mode)(declaration_list))
    if head.pack_no != 1:
        pack_no = _head(declaration_list, "pack_no")
        found.append(_ONE_PARCEL.broken_at(pack_no, pack_no.fix("1")))
    return [*found, *currency_findings("L-CURRENCY", _LIST, declaration_list)]


def currency_findings(
    rule: str, kind: DocumentKind, document: "Order | Payment | Waybill | DeclarationList"
) -> Iterator[Finding]:
    """Every currency that is not 142: import documents are in CNY throughout (rulebook 2.3)."""
    items: Sequence[OrderItem | ListItem] = getattr(document, "items", ())
    if document.head.currency == CNY and all(item.currency == CNY for item in items):
        return
    fields = [Field(kind, document.head, "currency"), *fields_of_lines(kind, items, "currency")]
    in_cny = Rule(rule, _IN_CNY, f"规范 202205 {fields[0].official}")
    for field in fields:
        if field.value != CNY:
            yield in_cny.broken_at(field, field.fix(CNY))


def _unknown_mode(declaration_list: "DeclarationList") -> Iterator[Finding]:
    head = declaration_list.head
    fits_direct = not _blank(head, _TRANSPORT)
    fits_bonded = not _blank(head, _BONDED_SITE)
    meant = None if fits_direct == fits_bonded else DIRECT_PURCHASE if fits_direct else BONDED
    field = _head(declaration_list, "trade_mode")
    yield _MODE.broken_at(field, field.fix(meant))


def _direct_purchase(declaration_list: "DeclarationList") -> Iterator[Finding]:
    return _wanting(_TRANSPORT_GIVEN, declaration_list, _TRANSPORT)


def _bonded(declaration_list: "DeclarationList") -> Iterator[Finding]:
    head, items = declaration_list.head, declaration_list.items
    yield from _wanting(_SITE_GIVEN, declaration_list, _BONDED_SITE)
    if not all((item.item_record_no or "").strip() for item in items):
        records = fields_of_lines(_LIST, items, "item_record_no")
        yield from (_SITE_GIVEN.broken_at(field, field.fix(None)) for field in records if not field.given)
    empty = _blank(head, _TRANSPORT)
    for field in (_head(declaration_list, name) for name in _TRANSPORT if name not in empty):
        yield _TRANSPORT_EMPTY.broken_at(field, field.fix(""))
    if head.country != CHINA_CODE:
        country = _head(declaration_list, "country")
        yield _FROM_CHINA.broken_at(country, country.fix(CHINA_CODE))


_BY_MODE = {DIRECT_PURCHASE: _direct_purchase, BONDED: _bonded}


def _wanting(rule: Rule, declaration_list: "DeclarationList", names: tuple[str, ...]) -> Iterator[Finding]:
    for field in (_head(declaration_list, name) for name in _blank(declaration_list.head, names)):
        yield rule.broken_at(field, field.fix(None))


def _all_said(texts: Sequence[str | None]) -> bool:
    """Whether something but white space stands in each."""
    return all(text and not text.isspace() for text in texts)


def _blank(part: "ListHead | ListItem", names: tuple[str, ...]) -> list[str]:
    """Those of the names where nothing but white space stands."""
    return [name for name in names if not (getattr(part, name) or "").strip()]


def _head(declaration_list: "DeclarationList", name: str) -> Field:
    return Field(_LIST, declaration_list.head, name)
