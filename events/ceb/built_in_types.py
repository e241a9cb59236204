"""Simple types that an element may name by xsi:type: from which each derives, and what it takes.

They are the built-in types of XML Schema and those of the schema of signatures. The messages use few of them, but where
the schema has one of these an element may name a narrower one, and any where the schema allows anything.
"""

import re
from collections.abc import Callable

from events.ceb.base import BLANK
from events.ceb.schema_types import date, date_time, is_name, is_name_token, xml_id
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xmldsig_types import BASE64, URI

XS = "{http://www.w3.org/2001/XMLSchema}"
ANY_TYPE = f"{XS}anyType"


def _pattern(pattern: str) -> Callable[[str], object]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value.strip(BLANK))


def _within(least: int | None, most: int | None) -> Callable[[str], object]:
    def takes(value: str) -> object:
        if not _WHOLE(value):
            return False
        sign, digits = ("-", value.strip(f"{BLANK}-")) if "-" in value else ("", value.strip(f"{BLANK}+"))
        number = int(sign + (digits.lstrip("0") or "0")[:_ENOUGH_DIGITS])
        return (least is None or number >= least) and (most is None or number <= most)

    return takes


def _valid(check: Callable[[str], str]) -> Callable[[str], object]:
    def takes(value: str) -> object:
        try:
            return check(value) is not None
        except ValueError:
            return False

    return takes


def _one(check: Callable[[str], bool]) -> Callable[[str], object]:
    return lambda value: check(value.strip(BLANK))


def _many(check: Callable[[str], bool]) -> Callable[[str], object]:
    """A list; validators take an empty one as well."""
    return lambda value: all(check(name) for name in re.split(f"[{BLANK}]+", value) if name)


def _is_qualified(value: str) -> bool:
    prefix, colon, name = value.rpartition(":")
    return is_name(name) and (not colon or is_name(prefix))


def _anything(_value: str) -> object:
    return True


def _nothing(_value: str) -> object:
    """Entities and notations are declared in a DTD, which no message has."""
    return False


_ENOUGH_DIGITS = 25  # to tell a number from every limit
_WHOLE = _pattern(r"[+-]?\d+")
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"-?(?:[1-9]\d{4,17}|\d{4})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12]\d)"
_MONTH_DAY = rf"(?:{_MONTH}-{_DAY}|(?!02){_MONTH}-30|(?:0[13578]|1[02])-31){_ZONE}"
_CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_FLOAT = _pattern(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN")
_DURATION = _pattern(r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?")
_SIMPLE = "anySimpleType"
_ROWS: dict[str, tuple[str, Callable[[str], object]]] = {
    "string": (_SIMPLE, _anything),
    "normalizedString": ("string", _anything),
    "token": ("normalizedString", _anything),
    "language": ("token", _pattern(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")),
    "Name": ("token", _one(lambda value: is_name(value, colons=True))),
    "NCName": ("Name", _one(is_name)),
    "ID": ("NCName", _valid(xml_id)),
    "IDREF": ("NCName", _one(is_name)),
    "IDREFS": (_SIMPLE, _many(is_name)),
    "NMTOKEN": ("token", _one(is_name_token)),
    "NMTOKENS": (_SIMPLE, _many(is_name_token)),
    "ENTITY": ("NCName", _nothing),
    "ENTITIES": (_SIMPLE, _nothing),
    "boolean": (_SIMPLE, _pattern(r"true|false|1|0")),
    "decimal": (_SIMPLE, _pattern(r"[+-]?(?:\d+\.?\d*|\.\d+)")),
    "float": (_SIMPLE, _FLOAT),
    "double": (_SIMPLE, _FLOAT),
    "duration": (_SIMPLE, _DURATION),
    "dateTime": (_SIMPLE, _valid(date_time)),
    "date": (_SIMPLE, _valid(date)),
    "time": (_SIMPLE, _pattern(_CLOCK + _ZONE)),
    "gYear": (_SIMPLE, _pattern(rf"(?!-?0000){_YEAR}{_ZONE}")),
    "gYearMonth": (_SIMPLE, _pattern(rf"(?!-?0000){_YEAR}-{_MONTH}{_ZONE}")),
    "gMonth": (_SIMPLE, _pattern(rf"--{_MONTH}{_ZONE}")),
    "gMonthDay": (_SIMPLE, _pattern(rf"--{_MONTH_DAY}")),
    "gDay": (_SIMPLE, _pattern(rf"---(?:{_DAY}|3[01]){_ZONE}")),
    "hexBinary": (_SIMPLE, _pattern(r"(?:[0-9A-Fa-f]{2})*")),
    "base64Binary": (_SIMPLE, BASE64.takes),
    "anyURI": (_SIMPLE, URI.takes),
    "QName": (_SIMPLE, _one(_is_qualified)),
    "NOTATION": (_SIMPLE, _nothing),
    "integer": ("decimal", _within(None, None)),
    "nonPositiveInteger": ("integer", _within(None, 0)),
    "negativeInteger": ("nonPositiveInteger", _within(None, -1)),
    "nonNegativeInteger": ("integer", _within(0, None)),
    "positiveInteger": ("nonNegativeInteger", _within(1, None)),
    "long": ("integer", _within(-(2**63), 2**63 - 1)),
    "int": ("long", _within(-(2**31), 2**31 - 1)),
    "short": ("int", _within(-(2**15), 2**15 - 1)),
    "byte": ("short", _within(-(2**7), 2**7 - 1)),
    "unsignedLong": ("nonNegativeInteger", _within(0, 2**64 - 1)),
    "unsignedInt": ("unsignedLong", _within(0, 2**32 - 1)),
    "unsignedShort": ("unsignedInt", _within(0, 2**16 - 1)),
    "unsignedByte": ("unsignedShort", _within(0, 2**8 - 1)),
    "anySimpleType": ("anyType", _anything),
}


_TYPES = {f"{XS}{name}": (f"{XS}{base}", check) for name, (base, check) in _ROWS.items()} | {
    f"{{{SIGNATURE_NAMESPACE}}}{name}": (f"{XS}base64Binary", BASE64.takes)
    for name in ("CryptoBinary", "DigestValueType", "SignatureValueType")
}


def is_simple(name: str) -> bool:
    """Whether a full name is that of a type that elements with nothing but a text have."""
    return name in _TYPES


def derives(name: str, base: str) -> bool:
    """Whether a type is a narrower one than another; both by their full names."""
    while name in _TYPES:
        name, _ = _TYPES[name]
        if name == base:
            return True
    return False


def takes(name: str, value: str) -> bool:
    """Whether a simple type takes a text, by the form of it: what a prefix stands for is not looked up."""
    _, check = _TYPES[name]
    return bool(check(value))
