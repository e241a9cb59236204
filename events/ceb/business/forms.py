"""The forms that numbers, times and codes have by the standard's prose. Pure."""

import re
from collections.abc import Callable
from datetime import date, datetime

_GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_PORT_NUMBER = re.compile(r"[A-Z](?P<day>[0-9]{8})[0-9]{9}")
_LIST_NUMBER = re.compile(r"[0-9]{4}[12][0-9]{3}(?P<mark>[IE])[0-9]{9,11}")
_ENTERPRISE = re.compile(r"[0-9A-Z]{10}(?:[0-9A-Z]{8})?")
_NEGATIVE = re.compile(r"-[1-9][0-9]*")
_MESSAGE_TYPE = re.compile(r"CEB[0-9]{3}Message|Unknown")
_SECOND, _MILLISECOND = 14, 17
# Days and moments that surely exist; the last days of a month are asked of the calendar.
_DAY = r"[12][0-9]{3}(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
_SURE_DAY = re.compile(_DAY)
_SURE_MOMENT = re.compile(_DAY + r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9](?:[0-9]{3})?")


def is_guid(value: str) -> bool:
    """36 characters: a UUID in upper-case letters."""
    return _GUID.fullmatch(value) is not None


def digits(count: int) -> Callable[[str], bool]:
    """Exactly `count` ASCII digits."""
    return re.compile(f"[0-9]{{{count}}}").fullmatch  # type: ignore[return-value] # a match is true, None is not


def capitals(least: int, most: int) -> Callable[[str], bool]:
    """From `least` to `most` ASCII digits and capital letters."""
    return re.compile(f"[0-9A-Z]{{{least},{most}}}").fullmatch  # type: ignore[return-value] # the same


def day_of(value: str) -> date | None:
    """The day with which `YYYYMMDD…` begins; None when there is no such day."""
    text = value[:8]
    if len(text) != 8 or not (text.isascii() and text.isdigit()):  # noqa: PLR2004 - YYYYMMDD
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def is_day(value: str) -> bool:
    """YYYYMMDD of a real day."""
    if _SURE_DAY.fullmatch(value):
        return True
    return len(value) == 8 and day_of(value) is not None  # noqa: PLR2004 - YYYYMMDD


def is_second(value: str) -> bool:
    """YYYYMMDDhhmmss of a real moment."""
    return len(value) == _SECOND and _is_moment(value)


def is_millisecond(value: str) -> bool:
    """YYYYMMDDhhmmssSSS of a real moment."""
    return len(value) == _MILLISECOND and _is_moment(value)


def _is_moment(value: str) -> bool:
    if _SURE_MOMENT.fullmatch(value):
        return True
    if not (value.isascii() and value.isdigit()):
        return False
    month, day, hour, minute, second = (int(value[start : start + 2]) for start in range(4, 14, 2))
    try:
        datetime(int(value[:4]), month, day, hour, minute, second)  # noqa: DTZ001 - only whether there is such a moment
    except ValueError:
        return False
    return True


def is_port_number(value: str) -> bool:
    """A number of the electronic port (preNo): a letter, the day, and nine digits."""
    found = _PORT_NUMBER.fullmatch(value)
    return found is not None and day_of(found["day"]) is not None


def is_list_number(mark: str) -> Callable[[str], bool]:
    """invtNo: four digits of the customs area, the year, the mark I or E, and 9 to 11 digits."""

    def holds(value: str) -> bool:
        found = _LIST_NUMBER.fullmatch(value)
        return found is not None and found["mark"] == mark

    return holds


def is_enterprise(value: str) -> bool:
    """Ten characters of a customs registration, or the eighteen of a unified social credit code."""
    return _ENTERPRISE.fullmatch(value) is not None


def is_enterprise_or_none(value: str) -> bool:
    """The same, or NO: a producer that is not registered (规范 202205 CEB603 ownerCode)."""
    return value == "NO" or is_enterprise(value)


def is_negative_number(value: str) -> bool:
    """The status of an exception: below zero."""
    return _NEGATIVE.fullmatch(value) is not None


def is_message_type(value: str) -> bool:
    """`CEB621Message` and the like, or `Unknown`."""
    return _MESSAGE_TYPE.fullmatch(value) is not None
