"""Attributes of an element against those that the schema gives it."""

from collections.abc import Collection, Iterator

from lxml import etree

from events.ceb.built_in_types import derives, takes
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE

_XSI = f"{{{SCHEMA_INSTANCE_NAMESPACE}}}"
NIL, TYPE = f"{_XSI}nil", f"{_XSI}type"
_HINTS = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})  # they say nothing of the message


def refused_attributes(
    element: etree._Element, known: Collection[str], type_name: str | None
) -> Iterator[tuple[str, str]]:
    """The attributes that may not stand here, as a step of a path, with the words for it.

    `type_name` is the full name of the element's type, which xsi:type may repeat; it may also name a narrower type that
    the element's text is of.
    """
    for name in map(str, element.keys()):
        if name in known or name in _HINTS:
            continue
        if name == TYPE and type_name is not None and _may_be(element, type_name):
            continue
        step = f"@{name.rpartition('}')[2]}"
        if name == NIL:
            yield f"@xsi:{step[1:]}", "may not stand here, for nothing is nillable: leave the element out"
        elif name == TYPE:
            yield f"@xsi:{step[1:]}", "names another type than the schema's, or one that this is not of: remove it"
        else:
            yield step, "is not an attribute of the official schema at this place: remove it"


def _may_be(element: etree._Element, type_name: str) -> bool:
    named = named_type(element)
    if named == type_name:
        return True
    return named is not None and derives(named, type_name) and takes(named, element.text or "")


def named_type(element: etree._Element) -> str | None:
    """The full name of the type that xsi:type names; None when its prefix stands for nothing."""
    prefix, _, name = str(element.get(TYPE)).rpartition(":")
    space = element.nsmap.get(prefix or None)
    return f"{{{space}}}{name}" if space else None
