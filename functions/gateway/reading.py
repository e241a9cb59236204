"""From the body of a request to documents, and CloudEvents; customs messages are read by `messages`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from events.catalogue import EVENT_TYPES, INBOUND
from events.ceb.base import CebModel
from events.cloudevents import BATCH, CloudEvent, from_http
from events.documents import DocumentKind
from events.problems import InvalidInputError, Problem, problems_of

if TYPE_CHECKING:
    from events.ceb.signature import Verification

Model = TypeVar("Model", bound=CebModel)

XML_TYPES = ("application/xml", "text/xml")
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Incoming:
    """One document of a request: `content` is its JSON under the official names, `path` where it stands.

    `signature` is that of the XML message around it, None for what came as JSON.
    """

    kind: DocumentKind
    content: dict[str, Any]
    path: str
    signature: "Verification | None" = None


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
    model = validated(event_type.kind.model, event.data, f"{place}data")
    return Incoming(event_type.kind, content_of(model), f"/{place}data")


def validated(model: type[Model], content: Any, root: str) -> Model:
    """The model of JSON under the official names, which stands at `root`. Raises InvalidInputError: every mistake."""
    try:
        return model.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, root)) from None


def content_of(model: CebModel) -> dict[str, Any]:
    """The JSON of a document."""
    return model.model_dump(mode="json", exclude_none=True)
