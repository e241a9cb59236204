"""What is asked of any bytes: they are read, or refused with problems; what is read can be written and read again."""

from contextlib import suppress

from events.ceb import MESSAGES, CebMessage, build, parse
from events.ceb.business import business_problems
from events.ceb.canonical import canonical
from events.ceb.node import unwrap_any
from events.ceb.schema import examine
from events.ceb.signature import verify
from events.problems import InvalidInputError
from infra.ceb.building import message_from_json
from infra.ceb.roundtrip import roundtrip
from infra.ceb.validation import validated

_NAMES = sorted(MESSAGES)


def check(data: bytes) -> None:
    """Raises AssertionError where something does not hold, and whatever else is raised is a fault too."""
    _check_json(data) if data.lstrip()[:1] in {b"{", b"["} else _check_xml(data)


def _check_xml(data: bytes) -> None:
    found = validated(data)
    assert all(problem.path.startswith("/") and problem.message for problem in found.schema_layer)
    assert verify(data).status in {"valid", "invalid", "absent"}
    try:
        data = unwrap_any(data).message
    except InvalidInputError:
        return
    message = examine(data).message
    try:
        parsed = parse(data)
    except InvalidInputError:
        parsed = None
    assert parsed == message
    if parsed is None:
        return
    _check_message(parsed)
    assert build(parsed) == canonical(data)
    differences, _ = roundtrip(data)
    assert differences == []


def _check_json(data: bytes) -> None:
    for name in _NAMES:
        if MESSAGES[name].model_fields[MESSAGES[name].first_element].alias.encode() in data:  # type: ignore[union-attr, operator]
            with suppress(InvalidInputError):
                _check_message(message_from_json(name, data))


def _check_message(message: CebMessage) -> None:
    business_problems(message)
    built = build(message)  # refused where a part that is kept as XML is none, as JSON can have it
    again = parse(built)
    assert build(again) == built
    assert verify(built).status in {"valid", "invalid", "absent"}
