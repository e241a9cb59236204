"""Between XML and the models: any prefix is read, one canonical shape is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar, get_args, get_origin

from lxml import etree
from pydantic import ValidationError

from events.ceb.base import CebModel, plain
from events.ceb.xml import SCHEMA_INSTANCE_NAMESPACE, SIGNATURE_NAMESPACE, local_name, namespace, parse_xml
from events.problems import InvalidInputError, Problem, path_of, problems_of

Model = TypeVar("Model", bound=CebModel)

_SIGNATURE = f"{{{SIGNATURE_NAMESPACE}}}Signature"


@dataclass(frozen=True)
class _Slot:
    """How one field of a model stands in XML."""

    name: str
    tag: str
    model: type[CebModel] | None
    repeated: bool
    raw: bool
    attribute: bool


@cache
def _slots(model: type[CebModel]) -> tuple[_Slot, ...]:
    """The fields in the order of the schema; what the model names as its first element stands first."""
    slots = [_slot(name, field) for name, field in model.model_fields.items()]
    slots.sort(key=lambda slot: slot.name != model.first_element)
    return tuple(slots)


def _slot(name: str, field: Any) -> _Slot:
    extra = field.json_schema_extra or {}
    annotation = field.annotation
    repeated = get_origin(annotation) is list
    nested = next((item for item in _unfold(annotation) if isinstance(item, type) and issubclass(item, CebModel)), None)
    return _Slot(name, field.alias or name, nested, repeated, bool(extra.get("xml")), bool(extra.get("attribute")))


def _unfold(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _unfold(argument)


def read(root: etree._Element, model: type[Model]) -> Model:
    """The model from its element.

    Raises InvalidInputError with the path, the line and the value of every mistake.
    """
    content = _read(root, model, (local_name(root),))
    try:
        return model.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        lines = [_line_at(root, details["loc"]) for details in error.errors(include_url=False, include_context=False)]
        problems = problems_of(error, local_name(root))
        raise InvalidInputError(
            [problem.model_copy(update={"line": line}) for problem, line in zip(problems, lines, strict=True)]
        ) from None


def write(model: CebModel, tag: str, prefix: str) -> bytes:
    """The XML of a model: namespaces on the root, schema order, no white space of ours; ready to be signed."""
    space = model.xml_namespace
    root = etree.Element(f"{{{space}}}{tag}", nsmap={prefix: space, "xsi": SCHEMA_INSTANCE_NAMESPACE})
    _write(root, model)
    return etree.tostring(root, method="c14n")


def refuse_root(root: etree._Element, known: str) -> InvalidInputError:
    """The error for a document whose root is none that we know."""
    problem = Problem(path=f"/{local_name(root)}", rule="root", value=str(root.tag), message=known, line=_line(root))
    return InvalidInputError([problem])


def _line(element: etree._Element) -> int | None:
    line = element.sourceline
    return line if isinstance(line, int) else None


def _line_at(root: etree._Element, location: tuple[str | int, ...]) -> int | None:
    """The line of the deepest element that exists on the way to `location`."""
    found = root
    steps = [*location, None]
    for step, following in pairwise(steps):
        if isinstance(step, str):
            same = [child for child in found if local_name(child) == step]
            index = following if isinstance(following, int) else 0
            if index >= len(same):
                break
            found = same[index]
    return _line(found)


def _read(element: etree._Element, model: type[CebModel], path: tuple[str | int, ...]) -> dict[str, Any]:
    """The content of an element as the model's input; structure is checked here, values by the model."""
    slots = {slot.tag: (order, slot) for order, slot in enumerate(_slots(model))}
    content: dict[str, Any] = _attributes(element, {slot.tag for _, slot in slots.values() if slot.attribute}, path)
    reached = 0
    for child in element:
        tag = local_name(child)
        order, slot = slots.get(tag, (None, None))
        if slot is None or order is None or slot.attribute or not _expected_namespace(child, model):
            raise _misplaced(child, (*path, tag), "unknown", _unknown_words(tag, slots, model))
        if order < reached:
            raise _misplaced(child, (*path, tag), "order", "stands too late: keep the order of the official schema")
        reached = order
        if slot.repeated:
            same = content.setdefault(tag, [])
            same.append(_value(child, slot, (*path, tag, len(same))))
        elif tag in content:
            raise _misplaced(child, (*path, tag), "repeated", "stands more than once: keep one")
        else:
            content[tag] = _value(child, slot, (*path, tag))
    if any(text.strip() for text in (element.text, *(child.tail for child in element)) if text):
        raise _misplaced(element, path, "text", "holds text between its elements: remove it")
    return content


def _value(child: etree._Element, slot: _Slot, path: tuple[str | int, ...]) -> Any:
    if slot.raw:
        return etree.tostring(child, method="c14n", exclusive=True, with_tail=False).decode()
    if slot.model is not None:
        return _read(child, slot.model, path)
    if len(child):
        raise _misplaced(child, path, "text", "holds elements where text is expected: remove them")
    _attributes(child, set(), path)
    return child.text or ""


def _attributes(element: etree._Element, known: set[str], path: tuple[str | int, ...]) -> dict[str, Any]:
    """The attributes that the schema knows; hints to a schema processor (xsi:…) say nothing to us."""
    given = {str(name): value for name, value in element.attrib.items() if not _is_hint(str(name))}
    for name in given:
        if name not in known:
            words = "is not an attribute of the official schema at this place: remove it"
            raise _misplaced(element, (*path, f"@{name}"), "unknown", words)
    return given


def _is_hint(name: str) -> bool:
    return name.startswith(f"{{{SCHEMA_INSTANCE_NAMESPACE}}}")


def _expected_namespace(child: etree._Element, model: type[CebModel]) -> bool:
    return child.tag == _SIGNATURE if local_name(child) == "Signature" else namespace(child) == model.xml_namespace


def _unknown_words(tag: str, slots: dict[str, Any], model: type[CebModel]) -> str:
    near = next((known for known in slots if known.lower() == tag.lower()), None)
    hint = f"write {near}, in the namespace {model.xml_namespace}" if near else f"allowed here: {', '.join(slots)}"
    return f"is not an element of the official schema at this place; {hint}"


def _misplaced(element: etree._Element, path: tuple[str | int, ...], rule: str, message: str) -> InvalidInputError:
    return InvalidInputError([Problem(path=path_of(path), rule=rule, message=message, line=_line(element))])


def _write(element: etree._Element, model: CebModel) -> None:
    for slot in _slots(type(model)):
        value = getattr(model, slot.name)
        if value is None:
            continue
        if slot.attribute:
            element.set(slot.tag, value)
            continue
        for item in value if slot.repeated else (value,):
            if slot.raw:
                element.append(parse_xml(item.encode()))
                continue
            child = etree.SubElement(element, f"{{{model.xml_namespace}}}{slot.tag}")
            if slot.model is not None:
                _write(child, item)
            else:
                child.text = plain(item) if isinstance(item, Decimal) else str(item)
