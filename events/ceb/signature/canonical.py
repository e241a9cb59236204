"""Canonical XML, inclusive, version 1.0: the bytes that are digested and signed."""

from lxml import etree

from events.ceb.c14n import c14n
from events.ceb.signature.profile import SignatureError

_XML_ATTRIBUTE = "{http://www.w3.org/XML/1998/namespace}"


def canonical(element: etree._Element) -> bytes:
    """The canonical form of an element with every namespace in its scope, without comments.

    Raises SignatureError where there is none, as for a relative namespace URI.
    """
    try:
        return c14n(element, with_comments=False, with_tail=False)
    except etree.C14NError as error:
        raise SignatureError(f"the XML has no canonical form: {error}") from None


def has_xml_attribute(element: etree._Element) -> bool:
    """Whether an attribute stands here that canonical XML copies into what is below (C14N 1.0 §2.4); lxml does not."""
    return any(str(name).startswith(_XML_ATTRIBUTE) for name in element.attrib)
