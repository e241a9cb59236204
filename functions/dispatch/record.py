"""A record of the documents queue: the EventBridge event in its body, the document in that event's detail."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from events.catalogue import EVENT_TYPES
from events.cloudevents import CloudEvent, exact_json
from events.documents import DocumentKind, InboundDocument
from events.event_type import Direction
from events.outbound import DOCUMENT_ANSWERED
from events.problems import InvalidInputError, Problem, problems_of
from events.receipts import Answer, DocumentAnswered
from events.values import utc_now
from functions import claim
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.intake.accepting import accept
from functions.intake.models import AcceptRequest

GATEWAY_SOURCE = "sandan.gateway"
_DOCUMENTS = uuid5(NAMESPACE_URL, "tag:sandan,2026:bus-document")


class UnprocessableError(ValueError):
    """A record that no repetition will make processable; the text is the reason that the dead-letter queue keeps."""


def document_of(body: str) -> InboundDocument | None:
    """The accepted document in a record's body; None when the door refused it, which is told on the bus.

    What the gateway put on the bus was accepted at the gateway. What anybody else put there is accepted here.
    Raises UnprocessableError naming what is wrong.
    """
    event, source = _event(body)
    if source == GATEWAY_SOURCE:
        reference = (event.model_extra or {}).get("dataref")
        return _claimed(str(reference)) if reference else _model(event.data)
    return _accepted(event, source)


def _event(body: str) -> tuple[CloudEvent, str]:
    try:
        envelope = exact_json(body)
        detail = envelope["detail"]
        return CloudEvent.model_validate(detail), str(envelope["source"])
    except InvalidInputError as error:
        raise UnprocessableError(f"not JSON: {error}") from None
    except (KeyError, TypeError):
        raise UnprocessableError("not an EventBridge event: `source` and `detail` are needed") from None
    except ValidationError as error:
        raise UnprocessableError(f"detail is not a CloudEvent: {_words(problems_of(error))}") from None


def _claimed(reference: str) -> InboundDocument:
    try:
        return _whole(claim.get(reference))
    except InvalidInputError as error:
        raise UnprocessableError(str(error)) from None
    except ValidationError as error:
        raise UnprocessableError(f"what lies at dataref is no document: {_words(problems_of(error))}") from None


def _model(data: Any) -> InboundDocument:
    try:
        return _whole(InboundDocument.model_validate(data))
    except ValidationError as error:
        raise UnprocessableError(f"data is not an accepted document: {_words(problems_of(error))}") from None


def _whole(document: InboundDocument) -> InboundDocument:
    """Its content is read here once, so that whoever reads it later can rely on it."""
    document.parsed()
    return document


def _accepted(event: CloudEvent, source: str) -> InboundDocument | None:
    event_type = EVENT_TYPES.get(event.type)
    if event_type is None or event_type.direction is not Direction.INBOUND or event_type.kind is None:
        raise UnprocessableError(f"type {event.type!r} is not an inbound event type of the catalogue")
    if event_type.kind.is_from_customs or event_type.kind is DocumentKind.GOODS_RETURNED:
        raise UnprocessableError(f"type {event.type!r} is taken at the gateway only, where its sender signs for it")
    try:
        model = event_type.kind.model.model_validate(event.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise UnprocessableError(f"data: {_words(problems_of(error))}") from None
    document_id = str(uuid5(_DOCUMENTS, f"{source}/{event.source}/{event.id}"))  # an id is unique in its source only
    accepted = accept(
        AcceptRequest(
            document_id=document_id,
            kind=event_type.kind,
            content=model.model_dump(mode="json"),
            sender=f"bus:{source}",
            received_at=utc_now(),
        )
    )
    _answer(event.id, f"answer-{document_id}-{accepted.answer.status}", accepted.answer)
    return accepted.document


def _answer(asked: str, event_id: str, answer: Answer) -> None:
    told = DocumentAnswered(document_id=asked, answer=answer)
    put_events(OWN_SOURCE, [OutboundEvent(event_id, DOCUMENT_ANSWERED.name, asked, answer.at, told)])


def _words(problems: tuple[Problem, ...]) -> str:
    """Paths and rules; never the values, which may name a person."""
    return "; ".join(f"{problem.path} {problem.message}" for problem in problems)
