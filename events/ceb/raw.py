"""Parts of a message that are kept as XML text: the Signature, and what a sender adds of its own."""

import re
from collections.abc import Iterator

from lxml import etree

from events.ceb.c14n import c14n
from events.ceb.plain_signature import is_plain_signature
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import namespace, parse_xml
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE
from events.problems import InvalidInputError, Problem

_PREFIX = re.compile(r"([\w.\-]++):")


class CanonicalFormError(ValueError):
    """XML that cannot be written canonically, and so not be signed."""


def raw_text(element: etree._Element, space: str, prefix: str) -> str:
    """An element and all that is in it as text: exclusive canonical form, with the namespaces that its texts name.

    An element of `space` itself gets `prefix`. Raises CanonicalFormError where there is no canonical form.
    """
    if namespace(element) == SIGNATURE_NAMESPACE:
        text = _canonical(element, [])
        if is_plain_signature(text):
            return text
    named = _named_in_texts(element, space)
    if element.prefix != prefix and namespace(element) == space != SIGNATURE_NAMESPACE:
        element = _with_prefix(element, {prefix: space, **named})
    return _canonical(element, list(named))


def _canonical(element: etree._Element, prefixes: list[str]) -> str:
    try:
        data = c14n(element, exclusive=True, with_tail=False, inclusive_ns_prefixes=prefixes or None)
    except etree.C14NError:
        raise CanonicalFormError("names a relative namespace, so it cannot be signed: give its whole URI") from None
    return data.decode()


def in_context(text: str, tag: str, namespaces: dict[str, str]) -> str:
    """The text of a part as it stands in canonical form within a root that declares `namespaces`.

    Raises InvalidInputError when it is no safe XML, or not an element of the name `tag`.
    """
    if text.startswith("<?"):
        raise _refused(tag, "is to be an element alone, without an XML declaration")
    part = parse_xml(text.encode())
    if part.tag != tag:
        raise _refused(tag, f"is {part.tag}, where {tag} is to stand")
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in namespaces.items())
    around = f"<root{declared}>{text}</root>".encode()  # as text: lxml would change prefixes of the same namespaces
    root = parse_xml(around, len(around))
    root.text = root[0].tail = None
    try:
        whole = c14n(root).decode()
    except etree.C14NError:
        raise _refused(tag, "names a relative namespace: give its whole URI") from None
    return whole[whole.index(">") + 1 : whole.rindex("</")]


def _named_in_texts(element: etree._Element, space: str) -> dict[str, str]:
    """The prefixes that stand in attributes and texts, where XML itself does not see that they are used."""
    said = {name for text in _texts(element) for name in _PREFIX.findall(text)}
    everywhere = {space, SCHEMA_INSTANCE_NAMESPACE}
    return {name: uri for name, uri in _in_scope(element) if name in said and uri not in everywhere}


def _in_scope(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Prefixes and namespaces, those of the element first, then those that are declared within it."""
    yield from ((name or "", uri) for name, uri in element.nsmap.items())
    for _, declared in etree.iterwalk(element, events=("start-ns",)):
        yield declared


def _texts(element: etree._Element) -> Iterator[str]:
    for part in element.iter():
        yield from (str(value) for value in part.attrib.values())
        yield part.text or ""
        yield part.tail or ""


def _with_prefix(element: etree._Element, namespaces: dict[str, str]) -> etree._Element:
    """A copy under the first of the prefixes."""
    same = etree.Element(element.tag, nsmap=dict(namespaces))
    same.attrib.update(element.attrib)
    same.text = element.text
    for child in element:
        copied = etree.fromstring(etree.tostring(child, with_tail=False))
        copied.tail = child.tail
        same.append(copied)
    return same


def _refused(tag: str, message: str) -> InvalidInputError:
    return InvalidInputError([Problem(path=f"/{tag.rpartition('}')[2]}", rule="xml", message=message)])
