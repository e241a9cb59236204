"""Accepted documents onto the event bus."""

from collections.abc import Sequence

from events.catalogue import BY_KIND
from events.documents import DocumentKind, InboundDocument
from functions import claim
from functions.bus import OutboundEvent, put_events

SOURCE = "sandan.gateway"
_LARGEST_DETAIL = 240 * 1024


def publish(documents: Sequence[InboundDocument]) -> None:
    """One event per document, whose data is the document, or, for one too large, whose `dataref` says where it is.

    Raises functions.bus.BusError when the bus does not take all of them; the sender then sends again.
    """
    put_events(SOURCE, [_event(document) for document in documents])


def _event(document: InboundDocument) -> OutboundEvent:
    name = BY_KIND[document.kind].name
    event = OutboundEvent(document.document_id, name, _guid(document), document.received_at, document)
    if len(event.detail(SOURCE).encode()) <= _LARGEST_DETAIL:
        return event
    reference = (("dataref", claim.put(document)),)
    return OutboundEvent(event.id, event.type, event.subject, event.time, None, reference)


def _guid(document: InboundDocument) -> str:
    """The serial number that the sender gave: of the document or of its head, which stands first, or its session."""
    content = document.content
    if document.kind is DocumentKind.PAYMENT_DATA_REQUEST:
        return str(content["sessionID"])
    return str(content["guid"] if "guid" in content else next(iter(content.values()))["guid"])
