"""XML as a text: what can be said of it without a parser, which takes long to load."""

import re

SCHEMA_INSTANCE_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance"
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f"  # for sets of characters in patterns: what XML has no place for below a space
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))
_NO_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF in UTF-8


def has_only_xml_characters(data: bytes) -> bool:
    """Whether UTF-8 text holds none of the characters that XML has no place for."""
    if b"\xef" in data and _NO_CHARACTERS.search(data):  # a single byte is found much sooner than a pattern
        return False
    return len(data.translate(None, _CONTROLS)) == len(data)


def has_only_plain_characters(text: str) -> bool:
    """The same of text that came out of UTF-8, but for the controls, which patterns over it refuse."""
    return "\ufffe" not in text and "\uffff" not in text
