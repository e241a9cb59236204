"""Whether a message survives our models: its canonical form before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lxml import etree

from events.ceb import build, parse
from events.ceb.c14n import c14n
from events.ceb.node import unwrap_any
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import local_name, parse_xml
from events.ceb.xml_text import SCHEMA_INSTANCE_NAMESPACE

_HINT = f"{{{SCHEMA_INSTANCE_NAMESPACE}}}"
_SIGNATURE = f"{{{SIGNATURE_NAMESPACE}}}Signature"


@dataclass(frozen=True)
class Difference:
    """What was written otherwise than it was read; None: nothing stands there."""

    path: str
    before: str | None
    after: str | None


def roundtrip(data: bytes) -> tuple[list[Difference], bool]:
    """What parse and build change in a message, and whether what it says byte by byte in canonical XML is the same.

    The message may stand in an envelope. Prefixes, comments, schema hints and white space between elements are not
    compared; the Signature is, to the last character. The second answer is about all of it: only then does a
    signature survive. Raises InvalidInputError when the message cannot be read.
    """
    content = unwrap_any(data).message
    message = parse(content)
    written = build(message)
    before, after = parse_xml(content), parse_xml(written)
    differences = list(_differences(before, after, f"/{local_name(before)}"))
    return differences, _canonically_same(before, after)


def _canonically_same(before: etree._Element, after: etree._Element) -> bool:
    """What names a relative namespace has no canonical form at all."""
    try:
        return c14n(before) == c14n(after)
    except etree.C14NError:
        return False


def _differences(before: etree._Element, after: etree._Element, path: str) -> Iterator[Difference]:
    if before.tag == after.tag == _SIGNATURE:
        texts = [_exactly(element) for element in (before, after)]
        if texts[0] != texts[1]:
            yield Difference(path, *texts)
        return
    for name in sorted({*_attributes(before), *_attributes(after)}):
        values = before.get(name), after.get(name)
        if values[0] != values[1]:
            yield Difference(f"{path}/@{name}", *values)
    children = list(before), list(after)
    if not any(children):
        if (before.text or "") != (after.text or ""):
            yield Difference(path, before.text, after.text)
        return
    for number, (old, new) in enumerate(zip_longest(*children), 1):
        if old is None or new is None or old.tag != new.tag:
            yield Difference(f"{path}/*[{number}]", _name(old), _name(new))
            return
        yield from _differences(old, new, f"{path}/{local_name(old)}[{_place(old)}]")


def _attributes(element: etree._Element) -> list[str]:
    return [str(name) for name in element.attrib if not str(name).startswith(_HINT)]


def _place(element: etree._Element) -> int:
    return 1 + sum(1 for _ in element.itersiblings(element.tag, preceding=True))


def _name(element: etree._Element | None) -> str | None:
    return None if element is None else f"<{local_name(element)}>"


def _exactly(element: etree._Element) -> str:
    return c14n(element, exclusive=True, with_tail=False).decode()
