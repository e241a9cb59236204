"""XML from strangers: parsed with no entities, no DTD, no network and a limit of size."""

from lxml import etree

from events.problems import InvalidInputError, Problem

SCHEMA_INSTANCE_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024


def parse_xml(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> etree._Element:
    """The root element of `data`.

    Raises InvalidInputError (rule `size`, `xml`, or `doctype`) naming the line where reading stopped.
    """
    if len(data) > size_limit:
        raise _refused("size", f"the document has {len(data)} bytes, the limit is {size_limit}: split the message")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _refused("xml", f"this is not well-formed XML: {error.msg}", error.lineno) from None
    except (ValueError, LookupError) as error:
        raise _refused("xml", f"this cannot be read as XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused("doctype", "a document type declaration is not allowed: remove it")
    return root


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: etree._Element) -> str | None:
    """The namespace of an element, whatever its prefix."""
    return etree.QName(element).namespace


def _refused(rule: str, message: str, line: int | None = None) -> InvalidInputError:
    return InvalidInputError([Problem(path="/", rule=rule, message=message, line=line)])
