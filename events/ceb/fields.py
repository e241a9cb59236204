"""Fields of documents as findings name them, and the words for what is wrong with them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from events.ceb.base import CebModel, plain
from events.characters import NOT_IN_XML
from events.documents import DocumentKind
from events.findings import Finding, Fix, Place
from events.made import made
from events.values import Text

if TYPE_CHECKING:
    from events.ceb.declaration_list import ListItem
    from events.ceb.order import OrderItem

_FINDING, _PLACE, _FIX = made(Finding), made(Place), made(Fix)
_NAMES_ZH: dict[str, str] = {
    DocumentKind.ORDER: "订单",
    DocumentKind.PAYMENT: "支付凭证",
    DocumentKind.WAYBILL: "运单",
    DocumentKind.DECLARATION_LIST: "清单",
}


class Field(NamedTuple):
    """One field of a document: `part` is the head or the line of goods that holds it, `name` its Python name.

    `ambiguous`: another line has the same gnum, so that no correction can say which line it is for.
    """

    kind: DocumentKind
    part: CebModel
    name: str
    gnum: int | None = None
    ambiguous: bool = False

    @property
    def value(self) -> Decimal | int | str | None:
        """What stands in it."""
        found: Decimal | int | str | None = self.part.__dict__[self.name]
        return found

    @property
    def text(self) -> str | None:
        """What stands in it, as it would be written in a message; None when it is absent."""
        value = self.value
        return plain(value) if isinstance(value, Decimal) else None if value is None else str(value)

    @property
    def given(self) -> bool:
        """Whether anything but white space stands in it: an empty element says nothing."""
        text = self.text
        return text is not None and text.strip() != ""

    @property
    def official(self) -> str:
        """Its official name, within its line of goods where it has one: `items[2].qty`."""
        alias = _alias(type(self.part), self.name)
        return alias if self.gnum is None else f"items[{self.gnum}].{alias}"

    @property
    def place(self) -> Place:
        """The place for a finding."""
        return _PLACE(document=str(self.kind), field=self.official, value=self.text)

    def fix(self, value: str | None) -> Fix:
        """The correction that puts `value` here, "" to clear the field; None where that cannot be done."""
        held = value if self._can_hold(value) else None
        return _FIX(document=str(self.kind), field=self.official, value=held)

    def _can_hold(self, value: str | None) -> bool:
        if self.ambiguous:
            return False
        try:
            _reader(type(self.part), self.name).validate_python(value or None)
        except ValidationError:
            return False
        return value is None or not NOT_IN_XML.search(value)


@cache
def _alias(part: type[CebModel], name: str) -> str:
    return part.model_fields[name].alias or name


@cache
def _reader(part: type[CebModel], name: str) -> TypeAdapter[Any]:
    """Reads the values of one field. The parts that findings are about ask nothing of several fields together."""
    field = part.model_fields[name]
    marked: Any = field.annotation
    for mark in field.metadata:
        marked = Annotated[marked, mark]
    return TypeAdapter(marked)


def fields_of_lines(kind: DocumentKind, items: "Sequence[OrderItem | ListItem]", name: str) -> list[Field]:
    """The same field of every line of goods."""
    counts = Counter(item.gnum for item in items)
    return [Field(kind, item, name, item.gnum, ambiguous=counts[item.gnum] > 1) for item in items]


def same(left: Field, right: Field) -> bool:
    """Whether two fields say the same: numbers by value (561.890 is 561.89), texts but for white space around them."""
    ours, theirs = left.value, right.value
    if isinstance(ours, str) and isinstance(theirs, str):
        return ours.strip() == theirs.strip()
    return ours == theirs


@dataclass(frozen=True)
class Rule:
    """What is asked: `must` says it, to follow the values; `code` is customs' code for a rejection, if one is known."""

    id: str
    must: Text
    basis: str
    code: str | None = None

    def broken_at(self, field: Field, fix: Fix) -> Finding:
        """The finding about one field."""
        return self.broken_in(field.place, fix)

    def broken_in(self, place: Place, fix: Fix) -> Finding:
        """The finding about one place."""
        return self._finding(place, None, _place(place), fix)

    def broken_between(self, left: Place, right: Place, fix: Fix) -> Finding:
        """The finding about two places that do not agree."""
        (left_zh, left_en), (right_zh, right_en) = _place(left), _place(right)
        return self._finding(left, right, (f"{left_zh}，{right_zh}", f"{left_en}, {right_en}"), fix)

    def _finding(self, left: Place, right: Place | None, values: tuple[str, str], fix: Fix) -> Finding:
        zh, en = values
        zh_to_do, en_to_do = _remedy(fix)
        message = Text(
            zh=f"{self.id}：{zh}，{self.must.zh}。{zh_to_do}", en=f"{self.id}: {en}; {self.must.en}. {en_to_do}"
        )
        return _FINDING(
            rule=self.id, code=self.code, left=left, right=right, message=message, fix=fix, basis=self.basis
        )


def _remedy(fix: Fix) -> tuple[str, str]:
    """What to do, in words: in Chinese and in English."""
    zh, en = f"{_name_zh(fix.document)}的 {fix.field}", f"{fix.field} of the {fix.document}"
    if fix.value is None:
        return f"请发送方核对{zh}。", f"Have its sender check {en}."
    if fix.value == "":
        return f"请清空{zh}。", f"Clear {en}."
    return f"请把{zh} 改为 {fix.value}。", f"Set {en} to {fix.value}."


def _place(place: Place) -> tuple[str, str]:
    value = place.value
    zh = f"{_name_zh(place.document)}的 {place.field} {f'是 {value}' if value else '为空'}"
    return zh, f"{place.field} of the {place.document} is {value or 'empty'}"


def _name_zh(document: str) -> str:
    return _NAMES_ZH[document]
