"""Simple types of XML Schema that the envelopes use beyond strings: times, days, ids."""

import re
from unicodedata import category

_DAY = r"(?P<year>-?(?:[1-9]\d{3,17}|0\d{3}))-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = r"T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_DATE_TIME = re.compile(_DAY + _TIME + _ZONE, re.ASCII)
_DATE = re.compile(_DAY + _ZONE, re.ASCII)
_LAST_OF_NAMES = 0xFFFF  # names of XML 1.0 as schemas know them: first editions
_WIDE_DIGITS = range(0xFF10, 0xFF1A)  # no name of XML 1.0 holds them
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_SPACE = " \t\r\n"


def date_time(value: str) -> str:
    """`value` when it is an xs:dateTime. Raises ValueError otherwise."""
    return _checked(_DATE_TIME, value, "is not a time: write it as 2026-01-05T10:30:00")


def date(value: str) -> str:
    """`value` when it is an xs:date. Raises ValueError otherwise."""
    return _checked(_DATE, value, "is not a day: write it as 2026-01-05")


def xml_id(value: str) -> str:
    """`value` when it is an xs:ID (an XML name without a colon). Raises ValueError otherwise."""
    if not is_name(value.strip(_SPACE)):
        raise ValueError("is not an id of XML: start with a letter, go on with letters, digits, '.', '-' and '_'")
    return value


def is_name(value: str, *, colons: bool = False) -> bool:
    """Whether `value` is a name of XML (an NCName, where colons are not allowed)."""
    first = value[:1]
    starts = first.isalpha() or first == "_" or (colons and first == ":")
    return starts and (colons or ":" not in value) and is_name_token(value)


def is_name_token(value: str) -> bool:
    """Whether `value` consists of characters of names, one at least."""
    return value != "" and all(map(_is_name_character, value))


def _is_name_character(character: str) -> bool:
    if ord(character) > _LAST_OF_NAMES:
        return False
    if character.isalpha() or character in "_.-:·":
        return True
    kind = category(character)
    return kind in {"Mn", "Mc", "Me"} or (kind == "Nd" and ord(character) not in _WIDE_DIGITS)


def _checked(pattern: re.Pattern[str], value: str, words: str) -> str:
    found = pattern.fullmatch(value.strip(_SPACE))
    if not found or not _exists(int(found["year"]), int(found["month"]), int(found["day"])):
        raise ValueError(words)
    return value


def _exists(year: int, month: int, day: int) -> bool:
    """Whether there is such a day; `datetime.date` knows neither years before 1 nor after 9999, the schema does."""
    if year == 0 or not 1 <= month <= len(_DAYS) or not 1 <= day <= _DAYS[month - 1]:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap or month != _FEBRUARY or day < _DAYS[month - 1]
