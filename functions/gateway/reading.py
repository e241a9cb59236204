"""From the body of a request to documents: CloudEvents, CEB messages in XML or JSON, envelopes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from events.catalogue import BY_MESSAGE, EVENT_TYPES, INBOUND
from events.ceb.base import CebModel
from events.ceb.codec import read
from events.ceb.dxp import DxpModel
from events.ceb.message import MESSAGES, CebMessage, UploadMessage, model_of, parse
from events.ceb.node import unwrap_any
from events.ceb.quick import quick_message
from events.ceb.signature import SignatureProfile, Verification
from events.ceb.xml import namespace, parse_xml
from events.cloudevents import BATCH, CloudEvent, exact_json, from_http
from events.documents import DocumentKind
from events.elements import BY_ELEMENT, messages_in
from events.problems import InvalidInputError, Problem, problems_of

Model = TypeVar("Model", bound=CebModel)

XML_TYPES = ("application/xml", "text/xml")
JSON_TYPE = "application/json"
_TAKEN = {root: event_type.message for root, event_type in BY_MESSAGE.items() if event_type.message}


@dataclass(frozen=True)
class Incoming:
    """One document of a request: `content` is its JSON under the official names, `path` where it stands.

    `signature` is that of the XML message around it, None for what came as JSON.
    """

    kind: DocumentKind
    content: dict[str, Any]
    path: str
    signature: Verification | None = None


def media_type(headers: Mapping[str, str]) -> str:
    """The content type of a request without its parameters, in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def read_events(headers: Mapping[str, str], body: bytes) -> list[Incoming]:
    """The documents in CloudEvents, in their order. Raises InvalidInputError with every mistake of every event."""
    events = from_http(headers, body)
    batch = media_type(headers) == BATCH
    problems: list[Problem] = []
    documents: list[Incoming] = []
    for number, event in enumerate(events, 1):
        try:
            documents.append(_of_event(event, f"[{number}]/" if batch else ""))
        except InvalidInputError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInputError(problems)
    return documents


def _of_event(event: CloudEvent, place: str) -> Incoming:
    event_type = EVENT_TYPES.get(event.type)
    if event_type is None or event_type.kind is None:  # those that only go out have no kind
        known = ", ".join(known.name for known in INBOUND)
        message = f"is not a type that this door takes; it takes {known}"
        raise InvalidInputError([Problem(path=f"/{place}type", rule="event_type", value=event.type, message=message)])
    model = _validated(event_type.kind.model, event.data, f"{place}data")
    return Incoming(event_type.kind, _content(model), f"/{place}data")


def read_message(
    headers: Mapping[str, str], body: bytes, size_limit: int, profiles: Collection[SignatureProfile]
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


def _verified(xml: bytes, profiles: Collection[SignatureProfile]) -> Verification:
    from events.ceb.signature import verify  # noqa: PLC0415 - ciphers: loaded by the first message that needs them

    return verify(xml, profiles)


def _check_frame(message: CebMessage) -> None:
    """What stands around the documents, which are checked one by one at the intake (business layer, rulebook 2.3)."""
    from events.ceb.business import Severity, frame_problems  # noqa: PLC0415 - rules and codes: by the first message

    problems = [
        Problem(path=found.path, rule=found.rule, value=found.value, message=found.message.en)
        for found in frame_problems(message)
        if found.severity is Severity.ERROR
    ]
    if problems:
        raise InvalidInputError(problems)


def _taken(message: CebMessage) -> CebMessage:
    if message.root not in _TAKEN:
        known = f"is not a message that this door takes; it takes {', '.join(_TAKEN)}"
        raise InvalidInputError([Problem(path=f"/{message.root}", rule="root", value=message.root, message=known)])
    return message


def _from_xml(body: bytes, size_limit: int) -> tuple[CebMessage, bytes]:
    """The message and its own XML, without an envelope; what is read the quick way stands in none."""
    quick = quick_message(body, MESSAGES) if len(body) <= size_limit else None
    if quick is not None:
        return _taken(quick), body
    root = parse_xml(body, size_limit)
    if namespace(root) != DxpModel.xml_namespace:
        return _taken(read(root, model_of(root))), body
    xml = unwrap_any(body, size_limit).message
    return _taken(parse(xml, size_limit)), xml


def _from_json(content: Any) -> CebMessage:
    found = messages_in(content)
    if len(found) != 1:
        message = f"is not a customs message: a JSON object holds exactly one of {', '.join(BY_ELEMENT)}"
        raise InvalidInputError([Problem(path="/", rule="root", value=", ".join(found) or None, message=message)])
    (model,) = (event_type.message for event_type in found.values())
    assert model is not None  # it has an element
    return _validated(model, content, model.root)


def _documents(message: CebMessage) -> list[Incoming]:
    kind = BY_MESSAGE[message.root].kind
    assert kind is not None  # every type in BY_MESSAGE is inbound
    field = type(message).model_fields[message.first_element]
    many = isinstance(getattr(message, message.first_element), list)
    place = f"/{message.root}/{field.alias}"
    return [
        Incoming(kind, _content(element), f"{place}[{number}]" if many else place)
        for number, element in enumerate(message.elements, 1)
    ]


def _validated(model: type[Model], content: Any, root: str) -> Model:
    try:
        return model.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, root)) from None


def _content(model: CebModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_none=True)
