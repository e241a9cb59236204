"""Lines of goods: M7 (the same lines in order and list, and each line's sum)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from operator import itemgetter
from typing import TypeVar

from events.ceb.base import plain
from events.ceb.business.list_modes import CNY
from events.ceb.business.sums import line_total
from events.ceb.declaration_list import DeclarationList, ListItem
from events.ceb.fields import Field, Rule, same
from events.ceb.order import Order, OrderItem
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.values import Text
from functions.matching.case import Case
from functions.matching.comparison import EQUAL, Fields, unequal

Item = OrderItem | ListItem
SomeItem = TypeVar("SomeItem", bound=Item)

_ORDER, _LIST = DocumentKind.ORDER, DocumentKind.DECLARATION_LIST
_EXACT = 50  # digits that hold the product of two numbers of 19
_AMOUNTS = ("qty", "price", "total_price")
_COMPARED = Fields("item_no", "item_name", "bar_code", "country", "unit", *_AMOUNTS)
_LINE = Fields("gnum", *_COMPARED.names)
_GOODS = itemgetter("gnum", "qty", "price", "total_price", "currency", *_COMPARED.names)
_BASIS = "规范 202205 CEB621 gnum"
_SAME_COUNT = Rule("M7", Text(zh="商品项数应当一致", en="they must have as many lines of goods"), _BASIS, "1320")
_SAME_ITEM = Rule("M7", EQUAL, _BASIS, "1322")
_SAME_NUMBERS = Rule("M7", Text(zh="商品序号应当一一对应", en="each line must have its counterpart"), _BASIS, "1322")
_UNIQUE = {
    kind: Rule("M7", Text(zh="商品序号不得重复", en="a line's number must stand once"), "规范 202205 gnum", code)
    for kind, code in ((_ORDER, "-301002"), (_LIST, "-621027"))
}
_MULTIPLIES = Rule(
    "M7", Text(zh="总价应等于单价乘以数量", en="the total must be price x quantity"), "规范 202205 CEB311 totalPrice"
)


def goods_agree(case: Case) -> bool:
    """The quick look of M7 and at the currencies of the lines."""
    ordered, declared = case.order.items, case.listed.items
    if len(ordered) != len(declared):
        return False
    numbers = set()
    for ours, theirs in zip(ordered, declared, strict=True):
        line = _GOODS(ours.__dict__)
        if line != _GOODS(theirs.__dict__):
            return False
        gnum, qty, price, total, currency = line[:5]
        if price * qty != total or currency != CNY:
            return False
        numbers.add(gnum)
    return len(numbers) == len(ordered)


def lines_multiply(kind: DocumentKind, items: Sequence[Item], others: Sequence[Item] = ()) -> Iterator[Finding]:
    """M7: price x qty = totalPrice, exactly, at five digits after the point (rounded half up).

    Proposes what the other document says when that alone mends the line, otherwise another total.
    """
    if all(map(_multiplies, items)):
        return
    for item in _by_number(items).values():
        if _multiplies(item):
            continue
        total = line_total(item.price, item.qty)
        wrong = Field(kind, item, "total_price", item.gnum)
        product = Place(document=kind, field=f"items[{item.gnum}].price*qty", value=_tidy(total))
        other = _by_number(others).get(item.gnum)
        fix = other and _fix_by_counterpart(kind, item, other)
        yield _MULTIPLIES.broken_between(wrong.place, product, fix or wrong.fix(_tidy(total)))


def lines_are_unique(kind: DocumentKind, items: Sequence[Item]) -> Iterator[Finding]:
    """M7: lines answer to each other by gnum, so no gnum may stand twice in a document."""
    if len({item.gnum for item in items}) == len(items):
        return
    counts = Counter(item.gnum for item in items)
    for item in {item.gnum: item for item in items if counts[item.gnum] > 1}.values():
        field = Field(kind, item, "gnum", item.gnum)
        yield _UNIQUE[kind].broken_at(field, field.fix(None))


def same_lines(order: Order, declaration_list: DeclarationList) -> Iterator[Finding]:
    """M7: as many lines (1320), and the same goods, quantities and prices line by line (1322).

    gname and gmodel are left out: the standard asks that they agree in substance, not letter by letter.
    """
    if [*map(_LINE.of, order.items)] == [*map(_LINE.of, declaration_list.items)]:
        return
    ordered, declared = _by_number(order.items), _by_number(declaration_list.items)
    if len(order.items) != len(declaration_list.items):
        left = Place(document=_ORDER, field="items", value=str(len(order.items)))
        right = Place(document=_LIST, field="items", value=str(len(declaration_list.items)))
        yield _SAME_COUNT.broken_between(left, right, Fix(document=_LIST, field="items"))
    yield from _lone_lines(order, declaration_list)
    for gnum in sorted(ordered.keys() & declared.keys()):
        yield from _same_line(ordered[gnum], declared[gnum])


def _same_line(ordered: OrderItem, declared: ListItem) -> Iterator[Finding]:
    order_is_wrong = not _multiplies(ordered) and _multiplies(declared)
    for name in _COMPARED.unlike(ordered, declared):
        left, right = Field(_ORDER, ordered, name, ordered.gnum), Field(_LIST, declared, name, declared.gnum)
        if left.given and right.given:
            yield from unequal(_SAME_ITEM, left, right, mend=left if order_is_wrong and name in _AMOUNTS else right)


def _lone_lines(order: Order, declaration_list: DeclarationList) -> Iterator[Finding]:
    ordered, declared = {item.gnum for item in order.items}, {item.gnum for item in declaration_list.items}
    if ordered == declared:
        return
    without_list, without_order = ordered - declared, declared - ordered
    unique = len(ordered) == len(order.items) and len(declared) == len(declaration_list.items)
    if unique and len(without_list) == len(without_order) == 1:
        (gnum,), (wrong,) = without_list, without_order
        left = Place(document=_ORDER, field=f"items[{gnum}].gnum", value=str(gnum))
        right = Place(document=_LIST, field=f"items[{wrong}].gnum", value=str(wrong))
        yield _SAME_NUMBERS.broken_between(left, right, Fix(document=_LIST, field=right.field, value=str(gnum)))
        return
    for gnum in sorted(without_list | without_order):
        left, right = (
            Place(document=kind, field=f"items[{gnum}].gnum", value=str(gnum) if gnum in lines else None)
            for kind, lines in ((_ORDER, ordered), (_LIST, declared))
        )
        yield _SAME_NUMBERS.broken_between(left, right, Fix(document=_LIST, field=right.field))


def _fix_by_counterpart(kind: DocumentKind, item: Item, other: Item) -> Fix | None:
    fields = [(Field(kind, item, name, item.gnum), Field(kind, other, name)) for name in _AMOUNTS]
    different = [(mine, theirs) for mine, theirs in fields if not same(mine, theirs)]
    return different[0][0].fix(different[0][1].text) if len(different) == 1 and _multiplies(other) else None


def _multiplies(item: Item) -> bool:
    price, qty, total = item.price, item.qty, item.total_price
    return price * qty == total or line_total(price, qty) == total  # the first is cheap, and nearly always true


def _by_number(items: Sequence[SomeItem]) -> dict[int, SomeItem]:
    """The lines by gnum; those whose number stands more than once are left out, nobody can tell which is meant."""
    found = {item.gnum: item for item in items}
    if len(found) == len(items):
        return found
    counts = Counter(item.gnum for item in items)
    return {item.gnum: item for item in items if counts[item.gnum] == 1}


def _tidy(value: Decimal) -> str:
    with localcontext(prec=_EXACT):
        return plain(value.normalize())
