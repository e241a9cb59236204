"""The schema layer: everything in a message that breaks the official schema (202205), apart from business rules."""

from dataclasses import dataclass

from events.ceb.frame import CebMessage
from events.ceb.message import model_of
from events.ceb.messages import MESSAGES
from events.ceb.quick import quick_message
from events.ceb.reading import Reading
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import DEFAULT_SIZE_LIMIT, line_of, parse_xml
from events.problems import InvalidInputError, Problem

_SIGNATURE = f"{{{SIGNATURE_NAMESPACE}}}Signature"


@dataclass(frozen=True, slots=True)
class Examined:
    """A message read and checked in one pass: `message` is there whenever `parse` would give it."""

    message: CebMessage | None
    problems: tuple[Problem, ...]


def schema_problems(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> list[Problem]:
    """All that the official schema has against a message; empty when it is valid.

    Each problem has its path (XPath, counting from 1), rule, value, line and what to do. The verdict is that of the
    official XSD for a document whose root is a message; what is not well-formed or not safe XML is a problem as well.
    """
    return list(examine(data, size_limit).problems)


def examine(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> Examined:
    """The message and all that the official schema has against it.

    Beyond what `parse` refuses these are an absent Signature where the schema asks for one, and values other than the
    one that it fixes; with such problems alone there is a message all the same.
    """
    if len(data) <= size_limit and (message := quick_message(data, MESSAGES)):
        unsigned = message.must_be_signed and not getattr(message, "signature", None)
        line = 1 + data.count(b"\n", 0, data.index(message.root.encode()))
        return Examined(message, (_unsigned(type(message), line),) if unsigned else ())
    try:
        root = parse_xml(data, size_limit)
        model = model_of(root)
    except InvalidInputError as error:
        return Examined(None, error.problems)
    reading = Reading()
    found = reading.document(root, model)
    problems = [*reading.problems, *reading.tolerated]
    if model.must_be_signed and root.find(_SIGNATURE) is None:
        problems.append(_unsigned(model, line_of(root)))
    return Examined(found, tuple(problems))


def _unsigned(model: type[CebMessage], line: int | None) -> Problem:
    words = f"is required: the schema takes no {model.root} without one, sign the message"
    return Problem(path=f"/{model.root}/Signature", rule="required", message=words, line=line)
