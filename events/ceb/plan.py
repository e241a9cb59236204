"""How a model stands in XML, worked out once for each model."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin

from annotated_types import Lt
from pydantic.fields import FieldInfo

from events.ceb.base import CebModel, Presumed
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.written import Written, WrittenDecimal, WrittenText

_SETS = 256  # of given fields, kept of one model
_SCHEMA_NAMESPACE = "http://www.w3.org/2001/XMLSchema"


class Kind(Enum):
    """What an element holds: text, parts of its own, or XML that is kept as text."""

    TEXT = "text"
    PARTS = "parts"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Slot:
    """One field of a model in XML: `tag` is its full name, `order` its place among its neighbours.

    `empty` is what an empty element says, `fixed` the only value that the schema allows, `one_element` that at most
    one element, and no text, stands in what is kept as XML, `type_name` the name of its type where that has one.
    """

    name: str
    alias: str
    tag: str
    space: str
    model_space: str
    prefix: str
    order: int
    kind: Kind
    model: type[CebModel] | None
    repeated: bool
    required: bool
    attribute: bool
    one_element: bool
    empty: str | Written
    fixed: str | None
    type_name: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A model in XML. `elements` stand in the order of the schema."""

    model: type[CebModel]
    validate: Callable[..., CebModel]
    attributes: Mapping[str, Slot]
    elements: tuple[Slot, ...]
    by_tag: Mapping[str, Slot]
    fixed: tuple[Slot, ...]
    given: dict[frozenset[str], set[str]] = field(default_factory=dict)

    def given_fields(self, names: Collection[str]) -> set[str]:
        """The set of the fields that were given, the same object for all parts that have the same.

        A set of its own takes as much memory as a short part itself. Nobody changes it, for the models are frozen and
        copies have copies of it.
        """
        key = frozenset(names)
        found = self.given.get(key)
        if found is None:
            found = set(key)
            if len(self.given) < _SETS:
                self.given[key] = found
        return found


@cache
def plan_of(model: type[CebModel]) -> Plan:
    """The plan of a model."""
    ends = {model.first_element: -1, model.last_element: 1}
    fields = sorted(model.model_fields.items(), key=lambda item: ends.get(item[0], 0))
    attributes = [_slot(model, 0, name, info) for name, info in fields if _is_attribute(info)]
    others = ((name, info) for name, info in fields if not _is_attribute(info))
    elements = tuple(_slot(model, order, name, info) for order, (name, info) in enumerate(others))
    return Plan(
        model,
        model.__pydantic_validator__.validate_python,
        {slot.alias: slot for slot in attributes},
        elements,
        {slot.tag: slot for slot in elements},
        tuple(slot for slot in elements if slot.fixed is not None),
    )


def _marks(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _is_attribute(info: FieldInfo) -> bool:
    return bool(_marks(info).get("attribute"))


def _slot(model: type[CebModel], order: int, name: str, info: FieldInfo) -> Slot:
    marks = _marks(info)
    alias = info.alias or name
    parts = [*_unfold(info.annotation), *info.metadata]
    nested = next((part for part in parts if isinstance(part, type) and issubclass(part, CebModel)), None)
    presumed = next((part for part in parts if isinstance(part, Presumed)), None)
    space = SIGNATURE_NAMESPACE if alias == "Signature" else model.xml_namespace
    return Slot(
        name=name,
        alias=alias,
        tag=f"{{{space}}}{alias}",
        space=space,
        model_space=model.xml_namespace,
        prefix=model.xml_prefix,
        order=order,
        kind=Kind.XML if marks.get("xml") else Kind.PARTS if nested else Kind.TEXT,
        model=nested,
        repeated=get_origin(info.annotation) is list,
        required=NoneType not in get_args(info.annotation),
        attribute=_is_attribute(info),
        one_element=marks.get("xml") == "one",
        empty=_empty(presumed, Decimal in parts),
        fixed=presumed.value if presumed and presumed.fixed else None,
        type_name=_type_name(model, parts, marks.get("xml") == "one"),
    )


def _unfold(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _unfold(argument)


def _empty(presumed: Presumed | None, number: bool) -> str | Written:
    if presumed is None:
        return ""
    return WrittenDecimal(Decimal(presumed.value), "") if number else WrittenText(presumed.value, "")


def _type_name(model: type[CebModel], parts: list[Any], one_element: bool) -> str | None:
    if one_element:
        return f"{{{model.xml_namespace}}}XMLElement"
    bounded = any(isinstance(part, Lt) for part in parts)
    return f"{{{_SCHEMA_NAMESPACE}}}int" if int in parts and not bounded else None
