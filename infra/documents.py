"""Documents from files: CEB XML, the DxpMsg envelope, the JSON of a message, CloudEvents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from events.catalogue import BY_MESSAGE, EVENT_TYPES
from events.ceb import parse
from events.ceb.base import CebModel
from events.ceb.dxp import DxpModel, unwrap
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml
from events.cloudevents import CloudEvent, exact_json
from events.documents import DocumentKind
from events.elements import BY_ELEMENT, messages_in
from events.event_type import EventType
from events.problems import InvalidInputError, Problem, problems_of

Found = tuple[DocumentKind, CebModel]


_JSON_STARTS = (b"{", b"[")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_documents(path: Path) -> list[Found]:
    """The business elements of a file, in the order in which they stand.

    JSON is either a message under the official names ({"Order": [...]}, as the XML is nested), a CloudEvent, or an
    array of CloudEvents. Raises InvalidInputError with the path and the value of every mistake, in XML its line too.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused("/", "file", f"cannot be read: {error.strerror}") from None
    if data.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(_JSON_STARTS):
        return list(_from_json(data))
    return list(_from_xml(data))


def _from_xml(data: bytes) -> Iterator[Found]:
    root = parse_xml(data)
    enveloped = local_name(root) == "DxpMsg" and namespace(root) == DxpModel.xml_namespace
    message = parse(unwrap(data).content if enveloped else data)
    kind = BY_MESSAGE[message.root].kind
    assert kind is not None, "a customs message carries documents of one kind"
    return ((kind, element) for element in message.elements)


def _from_json(data: bytes) -> Iterator[Found]:
    if len(data) > DEFAULT_SIZE_LIMIT:
        raise _refused("/", "size", f"has {len(data)} bytes, the limit is {DEFAULT_SIZE_LIMIT}: split it")
    content = exact_json(data)
    if isinstance(content, list):
        for number, event in enumerate(content):
            yield _from_event(event, f"[{number + 1}]")
    elif "specversion" in content:
        yield _from_event(content, "")
    else:
        yield from _from_message(content)


def _from_message(content: dict[str, Any]) -> Iterator[Found]:
    found = messages_in(content)
    if len(found) != 1:
        known = ", ".join(sorted(BY_ELEMENT))
        raise _refused("/", "message", f"is not a message: give one of {known} at the top, or a CloudEvent")
    ((name, event_type),) = found.items()
    elements = content[name] if isinstance(content[name], list) else [content[name]]
    if not elements:
        raise _refused(f"/{name}", "min_items", "is empty: give at least one")
    for number, element in enumerate(elements, 1):
        yield _document(event_type, element, f"{name}[{number}]")


def _from_event(content: Any, root: str) -> Found:
    try:
        event = CloudEvent.model_validate(content)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, root)) from None
    event_type = EVENT_TYPES.get(event.type)
    if event_type is None or event_type.kind is None:
        known = ", ".join(found.name for found in EVENT_TYPES.values() if found.kind)
        raise _refused(f"/{root}/type".replace("//", "/"), "type", f"is not one of {known}", event.type)
    return _document(event_type, event.data, f"{root}/data".lstrip("/"))


def _document(event_type: EventType, content: Any, root: str) -> Found:
    assert event_type.kind is not None
    try:
        return event_type.kind, event_type.kind.model.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, root)) from None


def _refused(path: str, rule: str, message: str, value: str | None = None) -> InvalidInputError:
    return InvalidInputError([Problem(path=path, rule=rule, value=value, message=message)])
