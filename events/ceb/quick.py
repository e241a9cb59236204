"""The quick way to read: a message in plain XML, as we write it or indented, by patterns made from its models.

Whatever is unusual in any way (entities, comments, attributes, other prefixes or encodings, empty-element tags) is left
to the thorough reading, and so is everything that is wrong: here a message is read, or nothing is said of it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import compress
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from events.ceb.base import CebModel
from events.ceb.plain_fields import plain_field
from events.ceb.plain_signature import plain_signature
from events.ceb.plan import Kind, Plan, Slot, plan_of
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE, has_only_plain_characters

Model = TypeVar("Model", bound=CebModel)

_BLANKS = r"[ \t\n]*+"
_SKIP = re.compile(_BLANKS)
_ROOT = re.compile(
    r'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"\?>)?+'
    rf"{_BLANKS}<(?P<prefix>ceb:|)(?P<name>CEB\d{{3}}Message)"
    rf'(?P<attributes>(?: [\w:]++="[^"<&\x00-\x1f]*+")*+)>{_BLANKS}',
    re.ASCII,
)
_ATTRIBUTE = re.compile(r' ([\w:]++)="([^"]*+)"', re.ASCII)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LONGEST: Final = 10 * 1024 * 1024  # what the thorough reading takes at most of one text
_SELECTIONS: Final = 256  # sets of fields kept of one model

_set = object.__setattr__  # the models are frozen


class _UnusualError(Exception):
    """For the thorough reading."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """An element that holds nothing but texts: one pattern for all of it.

    The pattern takes only what the model would, so that no validation follows. `given` keeps the sets of the fields
    that stood in some element by their names in order, which is quicker than to make a set of them first.
    """

    model: type[CebModel]
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    values: tuple[tuple[str, Callable[[str], Any]], ...]
    given: dict[tuple[str, ...], set[str]] = field(default_factory=dict)

    def made(self, texts: tuple[str | None, ...]) -> CebModel:
        """The model of what the pattern found; it is as `model.model_validate` makes it."""
        content: dict[str, Any] = dict(zip(self.names, texts, strict=True))
        for name, value in self.values:
            text = content[name]
            if text is not None:
                content[name] = value(text)
        made = object.__new__(self.model)
        _set(made, "__dict__", content)
        _set(made, "__pydantic_fields_set__", self._given(texts))
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made

    def _given(self, texts: tuple[str | None, ...]) -> set[str]:
        """The names of the fields that stood there."""
        names = tuple(compress(self.names, texts))
        if len(names) + texts.count(None) != len(texts):  # compress leaves out empty texts
            names = tuple(name for name, text in zip(self.names, texts, strict=True) if text is not None)
        found = self.given.get(names)
        if found is None:
            found = plan_of(self.model).given_fields(names)
            if len(self.given) < _SELECTIONS:
                self.given[names] = found
        return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element may stand: a leaf, or parts of their own, or neither for what only the thorough way reads."""

    slot: Slot
    opening: str
    closing: str
    leaf: _Leaf | None
    parts: "_Parts | None"


@dataclass(frozen=True, slots=True)
class _Parts:
    """An element that holds parts of its own, under one prefix."""

    plan: Plan
    places: tuple[_Place, ...]


def quick_message(data: bytes, models: Mapping[str, type[Model]]) -> Model | None:
    """The message, one of `models` by its root, when it is plain and valid; else None."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")  # as every parser of XML reads the ends of lines
    if len(data) > _LONGEST or b"\r" in data:
        return None
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
        start = _ROOT.match(text)
        if start is None or start["name"] not in models or not has_only_plain_characters(text):
            return None
        prefix = start["prefix"]
        content = _attributes(start["attributes"], prefix)
        model = models[start["name"]]
        found, end = _read(text, start.end(), _parts(model, prefix), content)
    except (UnicodeDecodeError, ValidationError, _UnusualError):
        return None
    closing = f"</{prefix}{start['name']}>"
    ended = text.startswith(closing, end) and not text[end + len(closing) :].strip(" \t\n")
    return found if ended and isinstance(found, model) else None


def _attributes(written: str, prefix: str) -> dict[str, Any]:
    """The attributes of the root that are content; the namespaces must be the usual ones."""
    pairs = _ATTRIBUTE.findall(written)
    found = dict(pairs)
    own = found.pop("xmlns:ceb" if prefix else "xmlns", None)
    instance = found.pop("xmlns:xsi", SCHEMA_INSTANCE_NAMESPACE)
    if own != CebModel.xml_namespace or instance != SCHEMA_INSTANCE_NAMESPACE or len(pairs) != len(set(dict(pairs))):
        raise _UnusualError
    if found.keys() != {"guid", "version"}:
        raise _UnusualError
    return found


@cache
def _parts(model: type[CebModel], prefix: str) -> _Parts:
    plan = plan_of(model)
    return _Parts(plan, tuple(_place(slot, prefix) for slot in plan.elements))


def _place(slot: Slot, prefix: str) -> _Place:
    tag = f"{prefix}{slot.alias}"
    leaf = _leaf(slot.model, tag, prefix) if slot.model else None
    parts = _parts(slot.model, prefix) if slot.model and leaf is None else None
    return _Place(slot, f"<{tag}>", f"</{tag}>", leaf, parts)


def _leaf(model: type[CebModel], tag: str, prefix: str) -> _Leaf | None:
    """A model that holds nothing but texts, none of them twice, each of a type that has a plain writing."""
    plan = plan_of(model)
    names = tuple(slot.name for slot in plan.elements)
    fields = [plain_field(model.model_fields[slot.name], slot.fixed) for slot in plan.elements]
    texts_only = all(slot.kind is Kind.TEXT and not slot.repeated for slot in plan.elements)
    if not texts_only or names != tuple(model.model_fields) or _has_validators(model):
        return None
    pattern, values = _BLANKS, []
    for slot, plain in zip(plan.elements, fields, strict=True):
        if plain is None or not (slot.required or model.model_fields[slot.name].default is None):
            return None
        inner = f"{prefix}{slot.alias}"
        pattern += f"(?:<{inner}>{plain.pattern}</{inner}>{_BLANKS}){'' if slot.required else '?+'}"
        if plain.value:
            values.append((slot.name, plain.value))
    return _Leaf(model, re.compile(f"<{tag}>{pattern}</{tag}>{_BLANKS}", re.ASCII), names, tuple(values))


def _has_validators(model: type[CebModel]) -> bool:
    """Whether a model asks for more than its fields do."""
    asked = model.__pydantic_decorators__
    return bool(asked.field_validators or asked.model_validators or model.__pydantic_post_init__)


def _read(text: str, at: int, parts: _Parts, content: dict[str, Any]) -> tuple[CebModel, int]:
    """A part from its first character on, and where it ends; `content` has what is known of it already."""
    at = _skip(text, at)
    for place in parts.places:
        slot = place.slot
        if slot.kind is Kind.XML:
            signature = plain_signature(text, at) if slot.alias == "Signature" else None
            if signature is not None:
                content[slot.alias] = signature
                at = _skip(text, at + len(signature))
            continue
        items, at = _read_all(text, at, place)
        if slot.repeated:
            if items:
                content[slot.alias] = items
        elif len(items) == 1:
            content[slot.alias] = items[0]
        elif items:
            raise _UnusualError
    return parts.plan.validate(content, by_alias=True, by_name=False), at


def _read_all(text: str, at: int, place: _Place) -> tuple[list[CebModel], int]:
    """The elements that stand at a place, one after the other."""
    items: list[CebModel] = []
    leaf, parts = place.leaf, place.parts
    if leaf is not None:
        while (found := leaf.pattern.match(text, at)) is not None:
            items.append(leaf.made(found.groups()))
            at = found.end()
    elif parts is not None:
        while text.startswith(place.opening, at):
            item, at = _read(text, at + len(place.opening), parts, {})
            if not text.startswith(place.closing, at):
                raise _UnusualError
            items.append(item)
            at = _skip(text, at + len(place.closing))
    return items, at


def _skip(text: str, at: int) -> int:
    found = _SKIP.match(text, at)
    assert found is not None
    return found.end()
