"""The quick way to read: a message in plain XML, as we write it or indented, by patterns made from its models.

Whatever is unusual in any way (entities, comments, attributes, other prefixes or encodings, empty-element tags) is left
to the thorough reading, and so is everything that is wrong: here a message is read, or nothing is said of it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from events.ceb.base import CebModel
from events.ceb.plain_signature import plain_signature
from events.ceb.plan import Kind, Plan, Slot, plan_of
from events.ceb.xml import SCHEMA_INSTANCE_NAMESPACE, has_only_xml_characters

Model = TypeVar("Model", bound=CebModel)

_BLANKS = r"[ \t\n]*+"
_TEXT = r"([^<>&\r]*+)"
_SKIP = re.compile(_BLANKS)
_ROOT = re.compile(
    r'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"\?>)?+'
    rf'{_BLANKS}<(?P<prefix>ceb:|)(?P<name>CEB\d{{3}}Message)(?P<attributes>(?: [\w:]++="[^"<&\t\n\r]*+")*+)>{_BLANKS}',
    re.ASCII,
)
_ATTRIBUTE = re.compile(r' ([\w:]++)="([^"]*+)"', re.ASCII)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_LONGEST: Final = 10 * 1024 * 1024  # what the thorough reading takes at most of one text


class _UnusualError(Exception):
    """For the thorough reading."""


@dataclass(frozen=True, slots=True)
class _Template:
    """A part under one prefix: one pattern for all of it where it holds nothing but texts."""

    plan: Plan
    pattern: re.Pattern[str] | None
    aliases: tuple[str, ...]
    sensitive: tuple[tuple[str, str | None], ...]
    slots: tuple[tuple[str, str, Slot, "_Template | None"], ...]


def quick_message(data: bytes, models: Mapping[str, type[Model]]) -> Model | None:
    """The message, one of `models` by its root, when it is plain and valid; else None."""
    if len(data) > _LONGEST or b"\r" in data or not has_only_xml_characters(data):
        return None
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
        start = _ROOT.match(text)
        if start is None or start["name"] not in models:
            return None
        prefix = start["prefix"]
        content = _attributes(start["attributes"], prefix)
        model = models[start["name"]]
        found, end = _part(text, start.end(), _template(model, prefix), content)
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
def _template(model: type[CebModel], prefix: str) -> _Template:
    plan = plan_of(model)
    pattern = None
    if all(slot.kind is Kind.TEXT and not slot.repeated for slot in plan.elements):
        tags = ((f"{prefix}{slot.alias}", "" if slot.required else "?+") for slot in plan.elements)
        pattern = re.compile(
            _BLANKS + "".join(f"(?:<{tag}>{_TEXT}</{tag}>{_BLANKS}){maybe}" for tag, maybe in tags), re.ASCII
        )
    return _Template(
        plan,
        pattern,
        tuple(slot.alias for slot in plan.elements),
        tuple((slot.alias, slot.fixed) for slot in plan.elements if slot.empty != ""),
        tuple(
            (
                f"<{prefix}{slot.alias}>",
                f"</{prefix}{slot.alias}>",
                slot,
                _template(slot.model, prefix) if slot.model else None,
            )
            for slot in plan.elements
        ),
    )


def _part(text: str, at: int, template: _Template, content: dict[str, Any]) -> tuple[CebModel, int]:
    """A part from its first character on, and where it ends; `content` has what is known of it already."""
    if template.pattern is not None:
        found = template.pattern.match(text, at)
        if found is None:
            raise _UnusualError
        given = zip(template.aliases, found.groups(), strict=True)
        content = {alias: value for alias, value in given if value is not None}
        at = found.end()
        for alias, fixed in template.sensitive:
            value = content.get(alias)
            if value == "" or (value is not None and fixed is not None and value != fixed):
                raise _UnusualError
    else:
        at = _parts(text, at, template, content)
    return template.plan.validate(content, by_alias=True, by_name=False), at


def _parts(text: str, at: int, template: _Template, content: dict[str, Any]) -> int:
    at = _skip(text, at)
    for opening, closing, slot, inner in template.slots:
        if slot.kind is Kind.XML:
            signature = plain_signature(text, at) if slot.alias == "Signature" else None
            if signature is not None:
                content[slot.alias] = signature
                at = _skip(text, at + len(signature))
            continue
        while text.startswith(opening, at):
            if inner is None or (slot.alias in content and not slot.repeated):
                raise _UnusualError
            found, at = _part(text, at + len(opening), inner, {})
            if not text.startswith(closing, at):
                raise _UnusualError
            at = _skip(text, at + len(closing))
            if slot.repeated:
                content.setdefault(slot.alias, []).append(found)
            else:
                content[slot.alias] = found
    return at


def _skip(text: str, at: int) -> int:
    found = _SKIP.match(text, at)
    assert found is not None
    return found.end()
