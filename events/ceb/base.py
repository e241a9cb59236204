"""The building blocks of customs messages: the base model and the schema's simple types."""

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_TOTAL_DIGITS, _FRACTION_DIGITS = 19, 5
_FARTHEST_DIGIT = 100  # far beyond any real amount; 1e999999999 would overflow, or fill the memory when written out
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1


class CebModel(BaseModel):
    """A part of a customs message: Python names inside, the official names outside (XML and JSON alike).

    Fields stand in the order of the official schema, which is the order in which they are written.
    """

    xml_namespace: ClassVar[str] = "http://www.chinaport.gov.cn/ceb"
    first_element: ClassVar[str | None] = None

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
    )


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value.strip(" \t\r\n")):
            raise ValueError("is not a plain decimal number: write it with ASCII digits and one point, such as 561.89")
        value = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError('is not an exact decimal number: give it as a string, such as "561.89"')
    if abs(value.adjusted()) > _FARTHEST_DIGIT:
        raise ValueError(f"has more than {_TOTAL_DIGITS} digits")
    _, digits, exponent = value.normalize().as_tuple()
    assert isinstance(exponent, int)
    if -exponent > _FRACTION_DIGITS:
        raise ValueError(f"has more than {_FRACTION_DIGITS} digits after the point: round it")
    if len(digits) + max(exponent, 0) > _TOTAL_DIGITS:
        raise ValueError(f"has more than {_TOTAL_DIGITS} digits")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip(" \t\r\n")):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("is not a whole number: write it with ASCII digits")
    if not _INT_MIN <= value <= _INT_MAX:
        raise ValueError("is outside the range of a 32-bit whole number")
    return value


def plain(value: Decimal) -> str:
    """A decimal as the message standard writes it: digits and a point, never an exponent."""
    return format(value, "f")


Amount = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)$", "description": "decimal(19,5)"}),
]
Count = Annotated[int, BeforeValidator(_integer)]
Pieces = Annotated[Count, Field(gt=-(10**9), lt=10**9)]  # nine digits


def text(shortest: int, longest: int) -> StringConstraints:
    """A string of `shortest` to `longest` characters."""
    return StringConstraints(min_length=shortest, max_length=longest)


Guid = Annotated[str, text(36, 36)]
Flag = Annotated[str, text(1, 1)]
Status = Annotated[str, text(1, 3)]
Second = Annotated[str, text(14, 14), Field(description="YYYYMMDDhhmmss, China Standard Time")]
Millisecond = Annotated[str, text(17, 17), Field(description="YYYYMMDDhhmmssSSS, China Standard Time")]
Day = Annotated[str, text(8, 8), Field(description="YYYYMMDD")]
Code3 = Annotated[str, text(3, 3)]
Code4 = Annotated[str, text(4, 4)]
GoodsCode = Annotated[str, text(10, 10)]
Enterprise = Annotated[str, text(1, 18)]
EnterpriseName = Annotated[str, text(1, 100)]
Key = Annotated[str, text(1, 60)]
Person = Annotated[str, text(1, 60)]
ListNo = Annotated[str, text(18, 18)]
Note = Annotated[str, text(0, 1000)]
Reason = Annotated[str, text(1, 1000)]
ReturnStatus = Annotated[str, text(1, 10)]
