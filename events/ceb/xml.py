"""XML from strangers: parsed with no entities, no DTD, no network and a limit of size."""

import re

from lxml import etree

from events.problems import InvalidInputError, Problem

DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024
TOO_LARGE = "split the message, or shorten what is so long in it"

_DECLARED = re.compile(rb"<\?xml\s[^>]{0,99}?encoding\s*=\s*[\"']([A-Za-z][\w.\-]*)[\"']")
_CHINESE = frozenset({b"gb18030", b"gbk", b"gb2312", b"cp936"})
_ENCODING = "save it as UTF-8, or declare the encoding that it has"
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?+(?:\s|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL)


def parse_xml(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> etree._Element:
    """The root element of `data`.

    Raises InvalidInputError (rule `size`, `xml`, or `doctype`) naming the line where reading stopped.
    """
    if len(data) > size_limit:
        raise _refused("size", f"the document has {len(data)} bytes, the limit is {size_limit}: {TOO_LARGE}")
    data = _in_utf_8(data)
    if found := _DOCTYPE.match(data):  # never parsed: what it declares may be a bomb
        raise _document_type(data.count(b"\n", 0, found.end()) + 1)
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
        raise _not_well_formed(str(error.msg), error.lineno, data) from None
    except (ValueError, LookupError) as error:
        raise _refused("xml", f"this cannot be read as XML: {error}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _document_type(1)  # in UTF-16 and the like
    if parser.error_log:  # lxml takes undeclared prefixes where a warning, as of a relative namespace, comes after them
        for fault in parser.error_log.filter_from_errors():
            raise _not_well_formed(fault.message, fault.line, data)
    return root


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def namespace(element: etree._Element) -> str | None:
    """The namespace of an element, whatever its prefix."""
    return etree.QName(element).namespace


def _in_utf_8(data: bytes) -> bytes:
    """Chinese encodings put into UTF-8, which libxml2 does only where the C library knows them."""
    found = _DECLARED.match(data)
    if not found or found[1].lower() not in _CHINESE:
        return data
    try:
        return (data[: found.start(1)] + b"UTF-8" + data[found.end(1) :]).decode("gb18030").encode()
    except UnicodeDecodeError as error:
        name, line = found[1].decode(), data.count(b"\n", 0, error.start) + 1
        raise _refused("xml", f"this is not in {name}, the encoding that it declares: {_ENCODING}", line) from None


def _not_well_formed(said: str, line: int | None, data: bytes) -> InvalidInputError:
    return _refused("xml", f"this is not well-formed XML: {_reason(said, line, data)}", line)


def _reason(said: str, line: int | None, data: bytes) -> str:
    """What libxml2 says, on one line, and what to do about it."""
    said = " ".join(said.split())
    if not data.strip():
        return "there is nothing in it; give a customs message"
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return f"{said}; this is something else than XML, give a customs message"
    if (line or 0) > data.rstrip().count(b"\n") and not data.rstrip().endswith(b">"):
        return f"{said}; it ends in the middle, as if cut off: send it whole"
    if "encoding" in said.lower() or "UTF-8" in said:
        return f"{said}: {_ENCODING}"
    return f"{said}; mend it there"


def line_of(element: etree._Element) -> int | None:
    """The line on which an element starts."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def _document_type(line: int) -> InvalidInputError:
    return _refused("doctype", "a document type declaration is not allowed, nor are entities of one: remove it", line)


def _refused(rule: str, message: str, line: int | None = None) -> InvalidInputError:
    return InvalidInputError([Problem(path="/", rule=rule, message=message, line=line)])
