"""How the values of a field stand in a plain message, read off the field's type: a pattern, and what makes the value.

A pattern takes nothing that the type would refuse, and its value is the one that the type would give; it need not take
all that the type allows.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

from annotated_types import Gt, Lt, MaxLen, MinLen
from pydantic import PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema, WrapValidator
from pydantic.fields import FieldInfo

from events.ceb.base import Collapsed, Plainly, Presumed, read_decimal, read_whole
from events.ceb.xml_text import CONTROLS

_DECIMAL = r"(-?(?:0|[1-9]\d{0,13}+)(?:\.\d{1,5}+)?+)"
_DIGITS = 9  # of a whole number: as many as 32 bits hold, whatever the digits
_TEXT = rf"[^<>&\r{CONTROLS}]"
_COLLAPSED = r"[^<>&\x00-\x1f]"


@dataclass(frozen=True, slots=True)
class PlainField:
    """A pattern with one group, and what makes the value of its text; None where the text is the value."""

    pattern: str
    value: Callable[[str], Any] | None = None


def plain_field(field: FieldInfo, fixed: str | None) -> PlainField | None:
    """The plain writing of a field, `fixed` if the schema allows but one value; None for a type that is not known."""
    kind, marks = _unfolded(field)
    rest = [mark for mark in marks if not isinstance(mark, Presumed)]
    least = 0 if len(rest) == len(marks) else 1  # an empty element would stand for something else
    if kind is Decimal:
        return PlainField(_DECIMAL, Decimal) if _are_of(rest, read_decimal) else None
    if kind is int:
        digits = min([_DIGITS, *(_digits_within(mark) for mark in rest if isinstance(mark, Gt | Lt))])
        others = [mark for mark in rest if not isinstance(mark, Gt | Lt)]
        return PlainField(rf"(0|-?[1-9]\d{{0,{digits - 1}}}+)", int) if digits and _are_of(others, read_whole) else None
    if kind is not str:
        return None
    if fixed is not None:
        return PlainField(f"({re.escape(fixed)})")
    match rest:
        case [Collapsed(shortest=shortest, longest=longest)]:
            return PlainField(rf"(?! |[^<]*?  )({_COLLAPSED}{{{shortest},{longest}}}+)(?<! )")
    lengths = _lengths(rest, least)
    return None if lengths is None else PlainField(f"({_TEXT}{lengths}+)")


def _unfolded(field: FieldInfo) -> tuple[Any, list[Any]]:
    """The type of the values, absence apart, and all that is said of it."""
    kind: Any = field.annotation
    marks: list[Any] = list(field.metadata)
    if type(None) in (choices := get_args(kind)):
        kind = next(choice for choice in choices if choice is not type(None)) if len(choices) == 2 else None  # noqa: PLR2004 - it and None
    if hasattr(kind, "__metadata__"):
        marks += [mark for mark in kind.__metadata__ if not (isinstance(mark, FieldInfo) and not mark.metadata)]
        kind = get_args(kind)[0]
    return kind, marks


def _are_of(marks: list[Any], reader: Callable[..., Any]) -> bool:
    """Whether a value is read by `reader` and by nothing else; how it is told in JSON does not count."""
    readers = [mark for mark in marks if not isinstance(mark, PlainSerializer | WithJsonSchema | Plainly)]
    return len(readers) == 1 and isinstance(readers[0], PlainValidator | WrapValidator) and readers[0].func is reader


def _digits_within(bound: Gt | Lt) -> int:
    """How many digits a number may have and be within a bound for sure; 0 where that is not to be told so."""
    reach: Any = -bound.gt if isinstance(bound, Gt) else bound.lt  # type: ignore[operator]
    return len(str(reach)) - 1 if isinstance(reach, int) and reach > 0 else 0


def _lengths(marks: list[Any], least: int) -> str | None:
    """The repetition that a text's lengths come to, `least` at least; None where something else is asked of it."""
    shortest, longest = 0, None
    for mark in marks:
        match mark:
            case MinLen(min_length=given):
                shortest = given
            case MaxLen(max_length=given):
                longest = given
            case StringConstraints() if mark == StringConstraints(
                min_length=mark.min_length, max_length=mark.max_length
            ):
                shortest, longest = mark.min_length or 0, mark.max_length
            case _:
                return None
    return f"{{{max(shortest, least)},{'' if longest is None else longest}}}"
