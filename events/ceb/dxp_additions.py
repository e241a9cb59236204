"""Parts of an envelope that are kept as XML text, checked by the schema of the terminal node (202205)."""

from collections.abc import Collection

from lxml import etree

from events.ceb.attributes import refused_attributes
from events.ceb.base import BLANK
from events.ceb.xml import local_name, parse_xml
from events.ceb.xmldsig_types import BASE64
from events.problems import InvalidInputError

_MOST_KEYS, _LONGEST_KEY, _LONGEST_NAME, _LONGEST_ENCODING = 5, 64, 32, 50


class NotBase64Error(ValueError):
    """For Data whose text is something else."""

    rule = "base64"


def check_base64(text: str) -> str:
    """The Data of an envelope. Raises NotBase64Error by the form of it; characters beyond Base64 count for nothing."""
    if not BASE64.takes(text):
        raise NotBase64Error("is not Base64: put the Base64 of the customs message here")
    return text


def check_biz_key(text: str) -> str:
    """A BizKey: one to five Key, each of 1 to 64 characters, with a name of up to 32. Raises ValueError otherwise."""
    element = _parsed(text)
    _refuse_attributes(element, ())
    if not 1 <= len(element) <= _MOST_KEYS or any(child.tag != _sibling(element, "Key") for child in element):
        raise ValueError(f"holds one to {_MOST_KEYS} Key and nothing else: write it so")
    if any(said and said.strip(BLANK) for said in (element.text, *(child.tail for child in element))):
        raise ValueError("holds text between its elements: remove it")
    for key in element:
        _refuse_attributes(key, ("name",))
        name = key.get("name")
        if len(key) or not 1 <= len(key.text or "") <= _LONGEST_KEY:
            raise ValueError(f"has a Key that is no text of 1 to {_LONGEST_KEY} characters: give one")
        if name is not None and not 1 <= len(name) <= _LONGEST_NAME:
            raise ValueError(f"has a Key whose name has not 1 to {_LONGEST_NAME} characters: shorten it")
    return text


def check_is_text(text: str) -> str:
    """An IsText: empty, with the encoding of the text. Raises ValueError otherwise."""
    element = _parsed(text)
    _refuse_attributes(element, ("Encode",))
    if len(element) or element.text:
        raise ValueError("is to be empty: the encoding stands in its attribute Encode")
    encoding = element.get("Encode")
    if encoding is None or len(encoding) > _LONGEST_ENCODING:
        raise ValueError(f"names its encoding in the attribute Encode, in at most {_LONGEST_ENCODING} characters")
    return text


def _parsed(text: str) -> etree._Element:
    try:
        return parse_xml(text.encode())
    except InvalidInputError as error:
        raise ValueError(error.problems[0].message) from None


def _refuse_attributes(element: etree._Element, known: Collection[str]) -> None:
    for step, words in refused_attributes(element, known, None):
        raise ValueError(f"has {step} at {local_name(element)}, which {words}")


def _sibling(element: etree._Element, name: str) -> str:
    return f"{{{etree.QName(element).namespace}}}{name}"
