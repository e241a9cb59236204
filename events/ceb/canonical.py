"""The canonical form of a message, taken from its XML alone: what `build` writes of it, byte for byte."""

from lxml import etree

from events.ceb.base import BLANK, CebModel
from events.ceb.c14n import c14n
from events.ceb.raw import CanonicalFormError, in_context, raw_text
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import DEFAULT_SIZE_LIMIT, line_of, local_name, namespace, parse_xml
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE
from events.problems import InvalidInputError, Problem

_SPACE, _PREFIX = CebModel.xml_namespace, CebModel.xml_prefix
_NAMESPACES = {_PREFIX: _SPACE, "xsi": SCHEMA_INSTANCE_NAMESPACE}
_PLACE = "part"
_XSI = f"{{{SCHEMA_INSTANCE_NAMESPACE}}}"
_RAW = (f"{{{SIGNATURE_NAMESPACE}}}Signature", f"{{{_SPACE}}}Message")


def canonical(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> bytes:
    """The message in canonical XML (C14N 1.0), in the one shape that the standard's signers agree on.

    The prefix is ceb, the root declares it and xsi; comments, instructions, hints to schema processors and white space
    between elements are gone. Every text stays as it is. Raises InvalidInputError when it is no safe XML.
    """
    root = parse_xml(data, size_limit)
    same = etree.Element(root.tag, nsmap=_NAMESPACES)
    parts: list[str] = []
    try:
        _copy(root, same, parts)
        whole = c14n(same)
    except (CanonicalFormError, etree.C14NError) as error:
        problem = Problem(path=f"/{local_name(root)}", rule="canonical", message=str(error), line=line_of(root))
        raise InvalidInputError([problem]) from None
    for number, part in enumerate(parts):
        whole = whole.replace(f"<?{_PLACE} {number}?>".encode(), part.encode())
    return whole


def _copy(element: etree._Element, same: etree._Element, parts: list[str]) -> None:
    """Into `same`; what is kept as XML goes to `parts`, and an instruction to where it stands."""
    for name, value in element.attrib.items():
        if not str(name).startswith(_XSI):
            same.set(name, value)
    same.text = element.text if not len(element) else _unless_blank(element.text)
    for child in element:
        if child.tag in _RAW:
            place = etree.ProcessingInstruction(_PLACE, str(len(parts)))
            place.tail = _unless_blank(child.tail)
            same.append(place)
            parts.append(in_context(raw_text(child, namespace(child) or "", _PREFIX), str(child.tag), _NAMESPACES))
        else:
            copied = etree.SubElement(same, child.tag)
            _copy(child, copied, parts)
            copied.tail = _unless_blank(child.tail)


def _unless_blank(text: str | None) -> str | None:
    return text if text and text.strip(BLANK) else None
