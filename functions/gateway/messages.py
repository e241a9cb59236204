"""Customs messages, in XML or JSON, alone or in an envelope: from the body of a request to documents."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from events.catalogue import BY_MESSAGE
from events.ceb.business import Severity, frame_problems
from events.ceb.frame import CebMessage, UploadMessage
from events.ceb.messages import MESSAGES
from events.ceb.quick import quick_message
from events.ceb.signature.profile import SignatureProfile, Verification
from events.cloudevents import exact_json
from events.problems import InvalidInputError, Problem
from functions.gateway.reading import JSON_TYPE, XML_TYPES, Incoming, content_of, media_type, validated
from functions.settings import Profile


def read_message(
    headers: Mapping[str, str], body: bytes, size_limit: int, profiles: Collection[Profile]
) -> list[Incoming]:
    """The business elements of a customs message, whose signature may be of these profiles.

    Raises InvalidInputError with the path of every mistake.
    """
    media = media_type(headers)
    if media in XML_TYPES:
        message, xml = _from_xml(body, size_limit)
        _check_frame(message)
        signature = _verified(xml, profiles) if isinstance(message, UploadMessage) else None
        return [replace(document, signature=signature) for document in _documents(message)]
    if media == JSON_TYPE:
        message = _from_json(exact_json(body))
        _check_frame(message)
        return _documents(message)
    types = ", ".join(XML_TYPES)
    known = f"is {media or 'absent'}: send {types} (a CEB message, alone or in an envelope) or {JSON_TYPE}"
    raise InvalidInputError([Problem(path="/headers/content-type", rule="media_type", message=known)])


def _verified(xml: bytes, profiles: Collection[Profile]) -> Verification:
    from events.ceb.signature import verify  # noqa: PLC0415 - ciphers: loaded by the first message that needs them

    return verify(xml, {SignatureProfile(name) for name in profiles})


def _check_frame(message: CebMessage) -> None:
    """What stands around the documents, which are checked one by one at the intake (business layer, rulebook 2.3)."""
    problems = [
        Problem(path=found.path, rule=found.rule, value=found.value, message=found.message.en)
        for found in frame_problems(message)
        if found.severity is Severity.ERROR
    ]
    if problems:
        raise InvalidInputError(problems)


def _taken(message: CebMessage) -> CebMessage:
    if message.root not in BY_MESSAGE:
        known = f"is not a message that this door takes; it takes {', '.join(BY_MESSAGE)}"
        raise InvalidInputError([Problem(path=f"/{message.root}", rule="root", value=message.root, message=known)])
    return message


def _from_xml(body: bytes, size_limit: int) -> tuple[CebMessage, bytes]:
    """The message and its own XML, without an envelope; what is read the quick way stands in none."""
    quick = quick_message(body, MESSAGES) if len(body) <= size_limit else None
    if quick is not None:
        return _taken(quick), body
    from functions.gateway.thorough import message_in  # noqa: PLC0415 - the parser: only for what is not plain

    message, xml = message_in(body, size_limit)
    return _taken(message), xml


def _from_json(content: Any) -> CebMessage:
    from events.elements import BY_ELEMENT, messages_in  # noqa: PLC0415 - all messages: only for what is JSON

    found = messages_in(content)
    if len(found) != 1:
        message = f"is not a customs message: a JSON object holds exactly one of {', '.join(BY_ELEMENT)}"
        raise InvalidInputError([Problem(path="/", rule="root", value=", ".join(found) or None, message=message)])
    (model,) = (event_type.message for event_type in found.values())
    assert model is not None  # it has an element
    return validated(model, content, model.root)


def _documents(message: CebMessage) -> list[Incoming]:
    kind = BY_MESSAGE[message.root].kind
    assert kind is not None  # every type in BY_MESSAGE is inbound
    field = type(message).model_fields[message.first_element]
    many = isinstance(getattr(message, message.first_element), list)
    place = f"/{message.root}/{field.alias}"
    return [
        Incoming(kind, content_of(element), f"{place}[{number}]" if many else place)
        for number, element in enumerate(message.elements, 1)
    ]
