"""The one shape in which models are written: canonical XML, ready to be signed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from io import BytesIO
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from events.ceb.base import CebModel, plain
from events.ceb.frame import CebMessage
from events.ceb.plain_signature import is_plain_signature
from events.ceb.plan import Kind, Slot, plan_of
from events.ceb.written import Written
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE, has_only_xml_characters
from events.problems import InvalidInputError, Problem, path_of

_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})
_ATTRIBUTE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", '"': "&quot;", "\t": "&#x9;", "\n": "&#xA;", "\r": "&#xD;"}
)
_NO_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # compiled when one is looked for: it takes a while
_GATHERED: Final = 100  # pieces, before they go out
_PATTERNS: Final = 256  # kept of one model
_PLAINLY: dict[type, str] = {Decimal: "f", int: "d"}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A part whose fields have values of certain types: all its tags at once, with places for the texts between.

    `present` finds the values that are there, `decimals` and `others` which of them are no plain texts.
    """

    tags: str
    present: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    decimals: tuple[int, ...]
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """How an element that holds nothing but texts is written. `patterns` keeps those that some element has needed."""

    model: type[CebModel]
    values: Callable[[dict[str, Any]], tuple[Any, ...]]
    around: tuple[str, str]
    tags: tuple[tuple[str, str], ...]
    patterns: dict[tuple[type, ...], _Pattern] = field(default_factory=dict)

    def pattern(self, types: tuple[type, ...]) -> _Pattern:
        """The pattern for values of these types, NoneType where one is absent."""
        found = self.patterns.get(types)
        if found is None:
            places = [place for place, kind in enumerate(types) if kind is not NoneType]
            within = "".join("%s".join(self.tags[place]) for place in places)
            kinds = [types[place] for place in places]
            decimals = tuple(number for number, kind in enumerate(kinds) if kind is Decimal)
            others = tuple(number for number, kind in enumerate(kinds) if kind not in (str, Decimal))
            found = _Pattern(within.join(self.around), _getter(places), decimals, others)
            if len(self.patterns) < _PATTERNS:
                self.patterns[types] = found
        return found


@dataclass(frozen=True, slots=True)
class _Form:
    """How a model is written under one prefix: its attributes, the places of its elements."""

    attributes: tuple[tuple[str, str], ...]
    places: tuple["_Place", ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where elements stand: `texts` is there where they hold nothing but texts."""

    name: str
    opening: str
    closing: str
    slot: Slot
    texts: _Texts | None


def build(message: CebMessage) -> bytes:
    """The XML of a message, in canonical form and ready to be signed.

    Raises InvalidInputError for a text that no XML can hold, and for a part kept as XML that is not safe XML.
    """
    return write(message, message.root, message.xml_prefix)


def write(model: CebModel, tag: str, prefix: str) -> bytes:
    """The XML of a model: namespaces on the root, schema order, no white space of ours; ready to be signed.

    Raises InvalidInputError for a text that no XML can hold, and for a part kept as XML that is not safe XML.
    """
    namespaces = {prefix: model.xml_namespace, "xsi": SCHEMA_INSTANCE_NAMESPACE}
    pieces = [f"<{prefix}:{tag}", *(f' xmlns:{name}="{uri}"' for name, uri in namespaces.items())]
    written = BytesIO()
    try:
        _write_part(pieces, written, model, prefix)
        pieces.append(f"</{prefix}:{tag}>")
        _put(pieces, written)
    except UnicodeEncodeError:
        raise _unwritable(model, (tag,)) from None
    data = written.getvalue()
    if not has_only_xml_characters(data):
        raise _unwritable(model, (tag,))
    return data


def _put(pieces: list[str], written: BytesIO) -> None:
    """What has been gathered goes out in bytes: a long text of a whole message would take as much memory again."""
    written.write("".join(pieces).encode())
    pieces.clear()


def as_text(value: object) -> str:
    """A value as it stands in a message: as it was read, or else in the plain way of its kind."""
    kind = type(value)
    if kind is Decimal or kind is int:
        return format(value, _PLAINLY[kind])
    if isinstance(value, Written):
        return value.text
    return plain(value) if isinstance(value, Decimal) else str(value)


@cache
def _form(model: type[CebModel], prefix: str) -> _Form:
    plan = plan_of(model)
    attributes = tuple((f' {alias}="', plan.attributes[alias].name) for alias in sorted(plan.attributes))
    return _Form(attributes, tuple(_place(slot, prefix) for slot in plan.elements))


def _place(slot: Slot, prefix: str) -> _Place:
    opening, closing = f"<{prefix}:{slot.alias}", f"</{prefix}:{slot.alias}>"
    if slot.kind is Kind.TEXT:
        return _Place(slot.name, f"{opening}>", closing, slot, None)
    return _Place(slot.name, opening, closing, slot, _texts_of(slot.model, (f"{opening}>", closing), prefix))


def _texts_of(model: type[CebModel] | None, around: tuple[str, str], prefix: str) -> _Texts | None:
    """The form of an element between the tags `around`, if it has no attributes and holds nothing but texts."""
    plan = plan_of(model) if model else None
    if model is None or plan is None or plan.attributes:
        return None
    if not all(slot.kind is Kind.TEXT and not slot.repeated for slot in plan.elements):
        return None
    tags = tuple((f"<{prefix}:{slot.alias}>", f"</{prefix}:{slot.alias}>") for slot in plan.elements)
    return _Texts(model, _getter([slot.name for slot in plan.elements]), around, tags)


def _getter(keys: list[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """What takes the values of these keys out of a mapping or a sequence, as a tuple whatever their number."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda found: tuple(found[key] for key in keys)


def _write_part(pieces: list[str], written: BytesIO, model: CebModel, prefix: str) -> None:
    """What follows the name of an element: its attributes, `>`, its content."""
    form, values = _form(type(model), prefix), model.__dict__
    for opening, name in form.attributes:
        if values[name] is not None:
            pieces.append(f'{opening}{values[name].translate(_ATTRIBUTE_ESCAPES)}"')
    pieces.append(">")
    for place in form.places:
        value, texts = values[place.name], place.texts
        for item in value if place.slot.repeated else () if value is None else (value,):
            if texts is not None and type(item) is texts.model:
                pieces.append(_written_texts(texts, item.__dict__))
            else:
                _write_item(pieces, written, item, place, prefix)
            if len(pieces) > _GATHERED:
                _put(pieces, written)


def _written_texts(form: _Texts, values: dict[str, Any]) -> str:
    """Nothing but texts, all at once: most of every message, so that this decides how fast messages are written."""
    found = form.values(values)
    pattern = form.pattern(tuple(map(type, found)))
    texts = [*pattern.present(found)]
    for place in pattern.decimals:
        texts[place] = format(texts[place], "f")
    for place in pattern.others:
        texts[place] = as_text(texts[place])
    said = "".join(texts)
    if "&" in said or "<" in said or ">" in said or "\r" in said:
        texts = [text.translate(_TEXT_ESCAPES) for text in texts]
    return pattern.tags % tuple(texts)


def _write_item(pieces: list[str], written: BytesIO, item: Any, place: _Place, prefix: str) -> None:
    slot = place.slot
    if slot.kind is Kind.TEXT:
        pieces += (place.opening, as_text(item).translate(_TEXT_ESCAPES), place.closing)
    elif slot.kind is Kind.PARTS:
        pieces.append(place.opening)
        _write_part(pieces, written, item, prefix)
        pieces.append(place.closing)
    elif is_plain_signature(item):
        pieces.append(item)
    else:
        from events.ceb.raw import in_context  # noqa: PLC0415 - the parser: only for what is not plain

        namespaces = {prefix: slot.model_space, "xsi": SCHEMA_INSTANCE_NAMESPACE}
        pieces.append(in_context(item, slot.tag, namespaces))


def _unwritable(model: CebModel, path: Path) -> InvalidInputError:
    problems = [
        Problem(
            path=path_of(place),
            rule="character",
            value=ascii(text)[:200],
            message=f"holds {found[0]!a}, a character that XML has no place for: remove it",
        )
        for place, text in _texts(model, path)
        if (found := re.search(_NO_XML, text))
    ]
    return InvalidInputError(problems)


def _texts(model: CebModel, path: Path) -> Iterator[tuple[Path, str]]:
    plan = plan_of(type(model))
    for slot in (*plan.attributes.values(), *plan.elements):
        value = getattr(model, slot.name)
        step = f"@{slot.alias}" if slot.attribute else slot.alias
        for number, item in enumerate(value if slot.repeated else [value]):
            place = (*path, step, number) if slot.repeated else (*path, step)
            if isinstance(item, CebModel):
                yield from _texts(item, place)
            elif isinstance(item, str):
                yield place, item
