"""Attributes of an element against those that the schema gives it."""

from collections.abc import Collection, Iterator

from lxml import etree

from events.ceb.xml import SCHEMA_INSTANCE_NAMESPACE

_XSI = f"{{{SCHEMA_INSTANCE_NAMESPACE}}}"
_NIL, _TYPE = f"{_XSI}nil", f"{_XSI}type"
_HINTS = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})  # they say nothing of the message


def refused_attributes(
    element: etree._Element, known: Collection[str], type_name: str | None
) -> Iterator[tuple[str, str]]:
    """The attributes that may not stand here, as a step of a path, with the words for it.

    `type_name` is the full name of the element's type, which xsi:type may repeat.
    """
    for name in map(str, element.keys()):
        if name in known or name in _HINTS:
            continue
        if name == _TYPE and type_name is not None and _named_type(element) == type_name:
            continue
        step = f"@{name.rpartition('}')[2]}"
        if name == _NIL:
            yield f"@xsi:{step[1:]}", "may not stand here, for nothing is nillable: leave the element out"
        elif name == _TYPE:
            yield f"@xsi:{step[1:]}", "names another type than the schema's: remove it"
        else:
            yield step, "is not an attribute of the official schema at this place: remove it"


def _named_type(element: etree._Element) -> str | None:
    prefix, _, name = str(element.get(_TYPE)).rpartition(":")
    space = element.nsmap.get(prefix or None)
    return f"{{{space}}}{name}" if space else None
