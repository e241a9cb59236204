"""Applying a proposed correction to its document."""

import re
from typing import Any, TypeVar

from pydantic import ValidationError

from events.ceb.base import CebModel
from events.documents import DocumentKind
from events.findings import Fix
from events.problems import InvalidInputError, Problem, problems_of

Model = TypeVar("Model", bound=CebModel)

_LINE = re.compile(r"items\[(-?\d+)\]\.(\w+)", re.ASCII)
_KINDS = {kind.model: kind for kind in DocumentKind}


def apply_fix(document: Model, fix: Fix) -> Model:
    """The corrected document. An empty value clears an optional field; a line of goods is found by its gnum.

    Raises InvalidInputError when the fix is for another document, has no value, names no field of the document, or
    gives a value that the field cannot hold.
    """
    kind = _KINDS[type(document)]
    if fix.document != kind:
        raise _refused(fix, "document", f"is a correction of the {fix.document}, but this is the {kind}")
    if fix.value is None:
        raise _refused(fix, "value", "has no value: only the sender of the document knows it")
    line = _LINE.fullmatch(fix.field)
    if line:
        return _with_line(document, int(line[1]), line[2], fix)
    head = getattr(document, "head", None)
    if isinstance(head, CebModel):
        return document.model_copy(update={"head": _corrected(head, fix.field, fix)})
    return _corrected(document, fix.field, fix)


def _with_line(document: Model, gnum: int, name: str, fix: Fix) -> Model:
    items: list[Any] = getattr(document, "items", [])
    places = [place for place, item in enumerate(items) if item.gnum == gnum]
    if len(places) != 1:
        raise _refused(fix, "unknown", f"names line {gnum}, which stands {len(places)} times in the {fix.document}")
    (place,) = places
    corrected = _corrected(items[place], name, fix)
    return document.model_copy(update={"items": [*items[:place], corrected, *items[place + 1 :]]})


def _corrected(part: Model, name: str, fix: Fix) -> Model:
    known = [str(field.alias) for field in type(part).model_fields.values()]
    if name not in known:
        raise _refused(fix, "unknown", f"is not a field of the {fix.document}; its fields are {', '.join(known)}")
    try:
        return type(part).model_validate({**part.model_dump(), name: fix.value or None})
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, fix.document)) from None


def _refused(fix: Fix, rule: str, message: str) -> InvalidInputError:
    return InvalidInputError(
        [Problem(path=f"/{fix.document}/{fix.field}", rule=rule, value=fix.value, message=message)]
    )
