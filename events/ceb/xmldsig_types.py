"""The simple types of the schema of XML signatures."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from events.ceb.base import BLANK
from events.ceb.schema_types import xml_id


@dataclass(frozen=True)
class Check:
    """A type: `what` it is in words, and whether a text `takes` its form."""

    what: str
    takes: Callable[[str], bool]


_STRAY = re.compile(r"[^A-Za-z0-9+/=]")  # not of the alphabet: overlooked, as RFC 2045 has it
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?")
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)

_CHARACTER = r"(?:[\w\-.~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_AUTHORITY = rf"//(?:(?:(?!@){_CHARACTER})*@)?(?:\[[^\]/?#]*\]|(?:(?![:@]){_CHARACTER})*)(?::\d{{1,9}})?"
_PATH = rf"/?(?:{_CHARACTER}+(?:/{_CHARACTER}*)*)?"
_SCHEME = r"[A-Za-z][A-Za-z0-9+.\-]*:"
_URI = re.compile(
    rf"(?:{_SCHEME}|(?![^/?#:]*:))(?:{_AUTHORITY}(?:/{_CHARACTER}*)*|{_PATH})"
    rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:\#(?:{_CHARACTER}|[/?\[\]])*)?",
    re.ASCII,
)
_LENIENT = re.compile(r"[^!#-;=?-\[\]_a-z~]")  # what xs:anyURI allows beyond a URI, to be escaped later


def _is_base64(text: str) -> bool:
    return _BASE64.fullmatch(_STRAY.sub("", text)) is not None


def _is_uri(text: str) -> bool:
    return _URI.fullmatch(_LENIENT.sub("_", text.strip(BLANK))) is not None


def _is_integer(text: str) -> bool:
    return _INTEGER.fullmatch(text.strip(BLANK)) is not None


def _is_id(text: str) -> bool:
    try:
        xml_id(text)
    except ValueError:
        return False
    return True


BASE64 = Check("Base64", _is_base64)
URI = Check("a URI", _is_uri)
INTEGER = Check("a whole number", _is_integer)
ID = Check("an XML name", _is_id)
ANY_TEXT = Check("a text", lambda _text: True)
