"""Both layers of validation over a customs message, in whatever envelope it comes."""

import re
from enum import IntEnum
from typing import Annotated

from lxml import etree
from pydantic import Field

from events.ceb.business import BusinessProblem, Severity, business_problems
from events.ceb.business.salvage import salvaged
from events.ceb.node import EnvelopeKind, unwrap_any
from events.ceb.schema import examine
from events.ceb.xml import line_of, local_name, parse_xml
from events.problems import InvalidInputError, Problem
from events.values import Value

_STEP = re.compile(r"/(@?\w+)(?:\[(\d+)])?")
_UNREADABLE = frozenset({"file", "size", "xml", "doctype", "base64"})


class Outcome(IntEnum):
    """How a message fared; the values are the exit codes of `sandan ceb validate`."""

    VALID = 0
    SCHEMA = 1
    UNREADABLE = 2
    BUSINESS = 3


_WORST_LAST = (Outcome.VALID, Outcome.BUSINESS, Outcome.SCHEMA, Outcome.UNREADABLE)


class Validated(Value):
    """What the layers say of one message; `envelope` is "terminal" or "transport" when it came in one."""

    message: str | None = None
    envelope: str | None = None
    schema_layer: Annotated[tuple[Problem, ...], Field(serialization_alias="schema")] = ()
    business_layer: Annotated[tuple[BusinessProblem, ...], Field(serialization_alias="business")] = ()

    @property
    def outcome(self) -> Outcome:
        """How it fared; advice does not count."""
        if self.schema_layer:
            return Outcome.UNREADABLE if _UNREADABLE & {found.rule for found in self.schema_layer} else Outcome.SCHEMA
        errors = any(found.severity is Severity.ERROR for found in self.business_layer)
        return Outcome.BUSINESS if errors else Outcome.VALID


def worst(outcomes: list[Outcome]) -> Outcome:
    """Of several messages: unreadable is worse than the schema layer, that worse than the business layer."""
    return max(outcomes, key=_WORST_LAST.index, default=Outcome.VALID)


def validated(data: bytes) -> Validated:
    """Both layers over a message; it raises nothing, whatever stands in `data`.

    The business layer speaks of whatever can be read, also beside problems of the schema layer.
    """
    envelope = None
    try:
        found = unwrap_any(data)
        if found.kind is not EnvelopeKind.PLAIN:
            envelope = found.kind.value
        root = parse_xml(found.message)
    except InvalidInputError as error:
        return Validated(envelope=envelope, schema_layer=error.problems)
    examined = examine(found.message)
    message = examined.message or salvaged(root)
    business = tuple(_with_line(problem, root) for problem in business_problems(message)) if message else ()
    return Validated(
        message=local_name(root), envelope=envelope, schema_layer=examined.problems, business_layer=business
    )


def _with_line(problem: BusinessProblem, root: etree._Element) -> BusinessProblem:
    """With the line of the element that the path names, or of the deepest one around it that is there."""
    found = root
    for name, place in _STEP.findall(problem.path)[1:]:
        same = [child for child in found if local_name(child) == name]
        if len(same) < int(place or 1):
            break
        found = same[int(place or 1) - 1]
    return problem.model_copy(update={"line": line_of(found)})
