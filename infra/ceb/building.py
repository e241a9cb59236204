"""Messages from JSON under the official names: a whole message, one business element, or a list of them."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from events.ceb import MESSAGES, CebMessage
from events.ceb.base import CebModel
from events.ceb.business.tree import Field, fields_of
from events.cloudevents import exact_json
from events.problems import InvalidInputError, Problem, problems_of
from events.spelling import meant, why

_SUFFIX = "Message"
_DXP = "DXP"
_TRANSFER = "BaseTransfer"
_GUID = "guid"


@dataclass(frozen=True)
class Sender:
    """Who hands the message over: code and name of the enterprise, its number at the exchange platform."""

    code: str
    name: str
    dxp_id: str


def message_from_json(name: str, data: bytes, sender: Sender | None = None) -> CebMessage:
    """The message `name` (CEB621, CEB621Message) with what the JSON says.

    A guid that is left out is made, of the message as of each business element. Raises InvalidInputError with the
    path of every mistake.
    """
    model = _model(name)
    field = next(field for field in fields_of(model) if field.name == model.first_element)
    key, content = field.official, _content(_unique(data), field)
    content.setdefault(_GUID, _guid())
    if sender and _TRANSFER not in content and "base_transfer" in model.model_fields:
        transfer = {"copCode": sender.code, "copName": sender.name, "dxpMode": _DXP, "dxpId": sender.dxp_id}
        content[_TRANSFER] = transfer
    for element in content[key] if isinstance(content[key], list) else [content[key]]:
        _give_guid(element, field.base)
    try:
        return model.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError([_with_hint(problem) for problem in problems_of(error, model.root)]) from None


def _model(name: str) -> type[CebMessage]:
    model = MESSAGES.get(f"{name.strip().upper().removesuffix(_SUFFIX.upper())}{_SUFFIX}")
    if model is None:
        known = ", ".join(sorted(root.removesuffix(_SUFFIX) for root in MESSAGES))
        raise _refused("/", "message", f"is no message of the standard: give one of {known}", name)
    return model


def _unique(data: bytes) -> Any:
    """The JSON with its numbers exact; a key that stands twice in one object is refused, not overwritten."""
    content = exact_json(data)
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        twice.extend(name for place, name in enumerate(names) if name in names[:place])

    json.loads(data, object_pairs_hook=once)
    if twice:
        problems = [
            Problem(path=f"//{name}", rule="repeated", message="stands twice in one object: keep one") for name in twice
        ]
        raise InvalidInputError(problems)
    return content


def _content(given: Any, field: Field) -> dict[str, Any]:
    """The message of what was given: itself, its business element (`field`), or a list of these."""
    key, repeated = field.official, field.repeated
    if isinstance(given, list):
        return {key: given if repeated or len(given) != 1 else given[0]}
    if not isinstance(given, dict):
        raise _refused("/", "json", "is neither an object nor a list: give a message, or a business element")
    if key not in given:
        own = {each.official for each in fields_of(field.base)}
        misspelt = next((name for name in given if name not in own and meant(name, [key])), None)
        if misspelt:
            raise _refused(f"/{misspelt}", "unknown", f"is not a field of this document: {why(misspelt, key)}")
        return {key: [given] if repeated else given}
    elements = given[key]
    return {**given, key: [elements] if repeated and isinstance(elements, dict) else elements}


def _give_guid(element: Any, model: type[CebModel]) -> None:
    """The guid stands in the element's head where it has one."""
    if isinstance(element, dict):
        has_own = any(field.official == _GUID for field in fields_of(model))
        heads = [part for name, part in element.items() if "Head" in name and isinstance(part, dict)]
        for place in [element] if has_own else heads[:1]:
            place.setdefault(_GUID, _guid())


def _guid() -> str:
    return str(uuid4()).upper()


def _with_hint(problem: Problem) -> Problem:
    if problem.rule == "required" and problem.path.endswith(f"/{_TRANSFER}"):
        words = f"{problem.message}, or give --sender-code, --sender-name and --sender-dxp"
        return problem.model_copy(update={"message": words})
    return problem


def _refused(path: str, rule: str, message: str, value: str | None = None) -> InvalidInputError:
    return InvalidInputError([Problem(path=path, rule=rule, value=value, message=message)])
