"""The catalogue of events: each document and each message has one type, and types go one way."""

import pytest

from events.catalogue import BY_KIND, BY_MESSAGE, EVENT_TYPES, INBOUND
from events.ceb import MESSAGES
from events.documents import DocumentKind
from events.event_type import Direction, EventType
from events.outbound import OUTBOUND
from tests.official import SPINE
from tests.strategies import shape_of


def test_every_kind_of_document_has_one_inbound_type() -> None:
    assert set(BY_KIND) == set(DocumentKind)
    assert len(BY_KIND) == len(INBOUND)


def test_every_message_of_an_import_order_has_one_type() -> None:
    assert set(SPINE) <= set(BY_MESSAGE) <= set(MESSAGES)


def test_names_are_versioned_and_used_once() -> None:
    assert len(EVENT_TYPES) == len(INBOUND) + len(OUTBOUND)
    assert all(name.startswith("cn.sandan.") and name.endswith(".v1") for name in EVENT_TYPES)
    assert {event_type.direction for event_type in INBOUND} == {Direction.INBOUND}
    assert {event_type.direction for event_type in OUTBOUND} == {Direction.OUTBOUND}


@pytest.mark.parametrize("event_type", BY_MESSAGE.values(), ids=list(BY_MESSAGE))
def test_event_and_message_carry_the_same_model(event_type: EventType) -> None:
    """One model, two encodings: what a message repeats is what its event holds."""
    assert event_type.message
    assert shape_of(event_type.message.model_fields[event_type.message.first_element]).model is event_type.model
    assert event_type.kind
    assert event_type.kind.model is event_type.model
