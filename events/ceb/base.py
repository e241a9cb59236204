"""The building blocks of customs messages: the base model and the schema's simple types."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, InitErrorDetails, core_schema

from events.ceb.written import WrittenDecimal, WrittenInt, WrittenText
from events.characters import WORDS, UnwritableCharacterError, shown, unwritable

_PLAIN_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,13})(?:\.\d{1,5})?", re.ASCII)
_DECIMAL = re.compile(r"(?P<sign>[+-]?)0*+(?P<whole>\d*+)(?:\.(?P<fraction>\d*+))?", re.ASCII)
_PLAIN_INTEGER = re.compile(r"0|-?[1-9]\d{0,9}", re.ASCII)
_INTEGER = re.compile(r"(?P<sign>[+-]?)0*+(?P<digits>\d{0,10})", re.ASCII)
_TOTAL_DIGITS, _FRACTION_DIGITS = 19, 5
_FARTHEST_DIGIT = 100  # far beyond any real amount; 1e999999999 would overflow, or fill the memory when written out
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
BLANK = " \t\r\n"  # what XML calls white space; str.strip() alone takes much more
_BLANKS = re.compile(f"[{BLANK}]+")


class CebModel(BaseModel):
    """A part of a customs message: Python names inside, the official names outside (XML and JSON alike).

    Fields stand in the order of the official schema, which is the order in which they are written; what a model names
    as its first and its last element stands there, wherever its field is.
    """

    xml_namespace: ClassVar[str] = "http://www.chinaport.gov.cn/ceb"
    xml_prefix: ClassVar[str] = "ceb"
    first_element: ClassVar[str | None] = None
    last_element: ClassVar[str | None] = None

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        extra="forbid",
        frozen=True,
        defer_build=True,
    )

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """As pydantic's; control characters, for which XML has no place, are refused here and not first in writing."""
        _refuse_unwritable(cls.__name__, obj)
        return super().model_validate(obj, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """As pydantic's; control characters are refused as by `model_validate`."""
        try:
            content = json.loads(json_data)
        except ValueError:
            content = None  # pydantic says what is wrong with it
        _refuse_unwritable(cls.__name__, content)
        return super().model_validate_json(json_data, **options)


def _refuse_unwritable(title: str, content: Any) -> None:
    """Raises ValidationError. XML needs no such look: the parser refuses these characters."""
    if bad := unwritable(content):
        error = {"error": UnwritableCharacterError(WORDS)}
        raise ValidationError.from_exception_data(
            title,
            [InitErrorDetails(type="value_error", loc=path, input=shown(text), ctx=error) for path, text in bad],
        )


def read_decimal(value: Any) -> Decimal:
    """A decimal number, of 19 digits with 5 after the point at most."""
    if isinstance(value, str):
        return Decimal(value) if _PLAIN_DECIMAL.fullmatch(value) else _as_written(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError('is not an exact decimal number: give it as a string, such as "561.89"')
    if abs(value.adjusted()) > _FARTHEST_DIGIT:
        raise ValueError(f"has more than {_TOTAL_DIGITS} digits")
    whole, _, fraction = plain(value).lstrip("-0").partition(".")
    _check_digits(whole, fraction.rstrip("0"))
    return value


def _as_written(text: str) -> Decimal:
    """A decimal in one of the unusual ways that the schema allows too: +5, .5, 05, 5. and blanks around."""
    stripped = text.strip(BLANK)
    found = _DECIMAL.fullmatch(stripped)
    if not found or not stripped.strip("+-."):
        raise ValueError("is not a plain decimal number: write it with ASCII digits and one point, such as 561.89")
    whole, fraction = found["whole"], (found["fraction"] or "").rstrip("0")
    _check_digits(whole, fraction)
    return WrittenDecimal(Decimal(f"{found['sign']}{whole or 0}.{fraction}"), text)


def _check_digits(whole: str, fraction: str) -> None:
    """Digits count by value: zeros before and after the number are free."""
    if len(fraction) > _FRACTION_DIGITS:
        raise ValueError(f"has more than {_FRACTION_DIGITS} digits after the point: round it")
    if len(whole) + len(fraction) > _TOTAL_DIGITS:
        raise ValueError(f"has more than {_TOTAL_DIGITS} digits")


def read_whole(value: Any, within: ValidatorFunctionWrapHandler) -> int:
    """A whole number; `within` holds its limits."""
    found = _whole_as_written(value) if isinstance(value, str) else value
    if not isinstance(found, int) or isinstance(found, bool):
        raise ValueError("is not a whole number: write it with ASCII digits")
    if not _INT_MIN <= found <= _INT_MAX:
        raise ValueError("is outside the range of a 32-bit whole number")
    within(found)
    return found


def _whole_as_written(text: str) -> int | None:
    if _PLAIN_INTEGER.fullmatch(text):
        return int(text)
    stripped = text.strip(BLANK)
    found = _INTEGER.fullmatch(stripped)
    if not found or not stripped.strip("+-"):
        return None
    return WrittenInt(int(f"{found['sign']}{found['digits'] or 0}"), text)


def plain(value: Decimal) -> str:
    """A decimal as the message standard writes it: digits and a point, never an exponent."""
    return format(value, "f")


@dataclass(frozen=True)
class Presumed:
    """What an empty element stands for, by the schema; `fixed`: nothing else may stand there.

    JSON knows neither: there a field is left out or says what it says.
    """

    value: str
    fixed: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        read = handler(source)
        kept = core_schema.no_info_wrap_validator_function(_keep_written, read)
        return core_schema.json_or_python_schema(json_schema=read, python_schema=kept)


def _keep_written(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    read = handler(value)
    return value if isinstance(value, WrittenText) else read


@dataclass(frozen=True)
class Collapsed:
    """A string whose white space does not count: single spaces within, none around (xs:whiteSpace collapse)."""

    shortest: int
    longest: int

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(min_length=self.shortest, max_length=self.longest)
        return core_schema.no_info_wrap_validator_function(_collapse, text)


def _collapse(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    if not isinstance(value, str):
        return handler(value)
    collapsed = handler(_BLANKS.sub(" ", value).strip(" "))
    return collapsed if collapsed == value else WrittenText(collapsed, value)


class Plainly:
    """How strict reading of JSON takes a number: in its plain writing alone, without a call of ours.

    What it takes is what the thorough reading makes of it; the rest is for that one (`events.reading.read_json`).
    """

    def __init__(self, plain_writing: CoreSchema) -> None:
        self._plain_writing = plain_writing

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        thorough = handler(source)
        return core_schema.lax_or_strict_schema(
            lax_schema=thorough,
            strict_schema=core_schema.json_or_python_schema(json_schema=self._plain_writing, python_schema=thorough),
        )


_PLAIN_AMOUNT = core_schema.chain_schema(
    [
        core_schema.str_schema(pattern=r"^-?(?:0|[1-9][0-9]{0,13})(?:\.[0-9]{1,5})?$"),  # that of _PLAIN_DECIMAL
        core_schema.no_info_plain_validator_function(Decimal),
    ]
)
Amount = Annotated[
    Decimal,
    PlainValidator(read_decimal),
    Plainly(_PLAIN_AMOUNT),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)$", "description": "decimal(19,5)"}),
]
Count = Annotated[int, WrapValidator(read_whole), Plainly(core_schema.int_schema(ge=_INT_MIN, le=_INT_MAX))]
Pieces = Annotated[  # nine digits
    int,
    Field(gt=-(10**9), lt=10**9),
    WrapValidator(read_whole),
    Plainly(core_schema.int_schema(gt=-(10**9), lt=10**9)),
]


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
Cny = Annotated[Code3, Presumed("142", fixed=True)]
