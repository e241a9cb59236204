"""A message taken apart: each model within it, with its path and its fields by their official names."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from events.ceb.base import CebModel
from events.ceb.business.problem import said_of


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a model: its Python name, its official name, and what it holds."""

    name: str
    official: str
    required: bool
    base: type
    repeated: bool = False
    attribute: bool = False


@dataclass(slots=True)
class Part:
    """One element of a message that has fields: `message` as CEB621, `tag` such as InventoryHead, `path` its XPath."""

    message: str
    tag: str
    path: str
    model: CebModel
    _children: "tuple[Part, ...] | None" = None

    def value(self, official: str) -> Any:
        """What stands in a field by its official name; None when it is absent, or no field of this element."""
        name = _python_names(type(self.model)).get(official)
        return getattr(self.model, name) if name else None

    def said(self, official: str) -> str:
        """The same as it would be written, "" when nothing stands there."""
        value = self.value(official)
        return value.strip() if isinstance(value, str) else said_of(value) or ""

    def amount(self, official: str) -> Decimal | None:
        """The same where it is a number."""
        value = self.value(official)
        return value if isinstance(value, Decimal) else None

    def at(self, official: str) -> str:
        """The path of a field."""
        return f"{self.path}/{official}"

    @property
    def children(self) -> "tuple[Part, ...]":
        """The elements with fields within this one, in their order: its head, its lines."""
        if self._children is None:
            self._children = tuple(_children(self))
        return self._children

    @property
    def first_child(self) -> "Part | None":
        """The first of them, found without the others, of which there may be very many."""
        return next(_children(self), None)


@cache
def fields_of(model: type[CebModel]) -> tuple[Field, ...]:
    """The fields of a model in their order; what is kept as XML text is left out."""
    return tuple(
        _field(name, field)
        for name, field in model.model_fields.items()
        if not (isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("xml"))
    )


@cache
def by_official_name(model: type[CebModel]) -> dict[str, Field]:
    """The fields of a model by their official names."""
    return {field.official: field for field in fields_of(model)}


@cache
def _python_names(model: type[CebModel]) -> dict[str, str]:
    return {field.official: field.name for field in fields_of(model)}


@cache
def _nested(model: type[CebModel]) -> tuple[Field, ...]:
    return tuple(field for field in fields_of(model) if issubclass(field.base, CebModel))


def whole(message: str, root: str, model: CebModel) -> Part:
    """The whole message as a part."""
    return Part(message, root, f"/{root}", model)


def _children(part: Part) -> Iterator[Part]:
    for field in _nested(type(part.model)):
        value = getattr(part.model, field.name)
        if field.repeated:
            for number, item in enumerate(value, 1):
                if item is not None:
                    yield Part(part.message, field.official, f"{part.path}/{field.official}[{number}]", item)
        elif value is not None:
            yield Part(part.message, field.official, f"{part.path}/{field.official}", value)


def _field(name: str, field: FieldInfo) -> Field:
    extra = field.json_schema_extra
    return Field(
        name=name,
        official=field.alias or name,
        required=field.is_required(),
        base=_base(field.annotation),
        repeated=get_origin(field.annotation) is list,
        attribute=isinstance(extra, dict) and bool(extra.get("attribute")),
    )


def _base(annotation: Any) -> type:
    """The class at the bottom of an annotation: of `list[Annotated[X, …]] | None` it is X."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation
    inner = [argument for argument in get_args(annotation) if argument is not type(None)]
    return _base(inner[0])
