"""Hypothesis strategies of the contract's models, made from the models' own constraints."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from annotated_types import Gt, Lt, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from events.ceb.base import CebModel, Collapsed

Model = TypeVar("Model", bound=CebModel)

OTHERS_XML = (
    '<ceb:Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"></ceb:Message>',
    '<ceb:Message xmlns:ceb="http://www.chinaport.gov.cn/ceb"><own xmlns="urn:own" a="1">甲 &amp;</own></ceb:Message>',
)
_LONGEST_DRAWN = 6  # what is longer is drawn at its greatest length at once, made of one character
_LINES = 2
_CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r\x85"
)

_NO_BLANKS = str.maketrans(" \t\r\n", "甲乙丙丁")  # where blanks do not count, a text of blanks would be too short


@dataclass(frozen=True)
class Shape:
    """What a model says of one of its fields, in the words of the official schema; `longest` None: no limit."""

    base: str
    required: bool = True
    nullable: bool = False
    shortest: int = 0
    longest: int | None = None
    repeats: tuple[int, int | None] | None = None
    whole: tuple[int, int] = (-(2**31), 2**31 - 1)
    model: type[CebModel] | None = None
    collapsed: bool = False


def shape_of(field: FieldInfo) -> Shape:
    """The shape of a field, read from its annotation."""
    shape = _shape(field.annotation, field.metadata)
    extra = field.json_schema_extra
    base = "xml" if isinstance(extra, dict) and extra.get("xml") else shape.base
    return replace(shape, base=base, required=field.is_required())


def _shape(annotation: Any, metadata: list[Any]) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], [*arguments[1:], *metadata])
    if origin in {Union, UnionType}:
        (inner,) = [argument for argument in arguments if argument is not NoneType]
        return replace(_shape(inner, metadata), nullable=True)
    shortest, longest = _lengths(metadata)
    if origin is list:
        return replace(_shape(arguments[0], []), repeats=(shortest, longest))
    if annotation is str:
        blanks_collapse = any(isinstance(item, Collapsed) for item in metadata)
        return Shape("string", shortest=shortest, longest=longest, collapsed=blanks_collapse)
    if annotation is Decimal:
        return Shape("decimal")
    if annotation is int:
        return Shape("int", whole=_limits(metadata))
    assert issubclass(annotation, CebModel), annotation
    return Shape("model", model=annotation)


def _limits(metadata: list[Any]) -> tuple[int, int]:
    least, most = Shape.whole
    for item in metadata:
        if isinstance(item, Gt) and isinstance(item.gt, int):
            least = item.gt + 1
        if isinstance(item, Lt) and isinstance(item.lt, int):
            most = item.lt - 1
    return least, most


def _lengths(metadata: list[Any]) -> tuple[int, int | None]:
    shortest, longest = 0, None
    for item in metadata:
        if isinstance(item, StringConstraints):
            shortest, longest = item.min_length or 0, item.max_length
        if isinstance(item, Collapsed):
            shortest, longest = item.shortest, item.longest
        shortest = item.min_length if isinstance(item, MinLen) else shortest
        longest = item.max_length if isinstance(item, MaxLen) else longest
    return shortest, longest


@cache
def models(model: type[Model], **fixed: str) -> st.SearchStrategy[Model]:
    """Any value of a model: every length that it allows, numbers up to their last digit, optional parts or none.

    Keywords fix fields, wherever they stand. A signature is left out: what is signed is a whole message, so tests
    sign the message that they draw.
    """
    parts = {name: values(shape_of(field), **fixed) for name, field in model.model_fields.items()}
    parts |= {name: st.just(value) for name, value in fixed.items() if name in parts}
    parts.pop("signature", None)
    return st.fixed_dictionaries(parts).map(lambda fields: model(**fields))


@cache
def values(shape: Shape, **fixed: str) -> st.SearchStrategy[Any]:
    """Any value that a field of this shape can hold."""
    one = models(shape.model, **fixed) if shape.model else _one(shape)
    if shape.repeats:
        least, most = shape.repeats
        return st.lists(one, min_size=least, max_size=min(most or _LINES, max(least, _LINES)))
    return st.none() | one if shape.nullable else one


def _one(shape: Shape) -> st.SearchStrategy[Any]:
    if shape.base == "decimal":
        return amounts()
    if shape.base == "int":
        return st.integers(*shape.whole) | st.integers(0, 9)
    if shape.collapsed:
        return _texts(shape.shortest, shape.longest).map(lambda text: text.translate(_NO_BLANKS))
    return st.sampled_from(OTHERS_XML) if shape.base == "xml" else _texts(shape.shortest, shape.longest)


def amounts() -> st.SearchStrategy[Decimal]:
    """Any decimal(19,5), written with or without zeros at its end."""
    digits = st.integers(-(10**19) + 1, 10**19 - 1) | st.integers(-(10**6), 10**6)
    return st.builds(lambda number, places: Decimal(number).scaleb(-places), digits, st.integers(0, 5))


def _texts(shortest: int, longest: int | None) -> st.SearchStrategy[str]:
    drawn = _LONGEST_DRAWN if longest is None else min(longest, _LONGEST_DRAWN)
    if shortest > _LONGEST_DRAWN:
        return st.builds(
            lambda start, filler: (start + filler * shortest)[:shortest], st.text(_CHARACTERS), _CHARACTERS
        )
    short = st.text(_CHARACTERS, min_size=shortest, max_size=drawn)
    if longest is None or longest == drawn:
        return short
    return short | _CHARACTERS.map(lambda character: character * longest)
