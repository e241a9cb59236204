"""What is said of histories that nobody can read any more."""

from collections.abc import Iterator

import pytest
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from infra.histories import problems_of

STARTED, TIMER, SIGNALED, COMPLETED = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
)
PLATFORM, OWNER = "3207SDPT01", "import/3207SDPT01/LYG-1"


def history(*owners: str) -> list[HistoryEvent]:
    """A history of a start, a timer, signals with a payload of each owner, and an end."""
    return list(_events(*owners))


def _events(*owners: str) -> Iterator[HistoryEvent]:
    yield HistoryEvent(event_id=1, event_type=STARTED)
    yield HistoryEvent(event_id=2, event_type=TIMER)
    for number, owner in enumerate(owners, 3):
        event = HistoryEvent(event_id=number, event_type=SIGNALED)
        payload = Payload(metadata={"encoding": b"binary/encrypted", "workflow-id": owner.encode()}, data=b"sealed")
        event.workflow_execution_signaled_event_attributes.input.CopyFrom(Payloads(payloads=[payload]))
        yield event
    yield HistoryEvent(event_id=3 + len(owners), event_type=COMPLETED)


def test_a_whole_history_has_no_problem() -> None:
    assert problems_of(history(OWNER, "return/3207SDPT01/LYG-1/1"), PLATFORM) == []


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_a_lost_event_shows(lost: int) -> None:
    whole = history(OWNER)
    assert problems_of([*whole[:lost], *whole[lost + 1 :]], PLATFORM) != []


def test_events_that_changed_places_or_came_twice_show() -> None:
    first, second, third, last = history(OWNER)
    for events in ([first, third, second, last], [first, second, second, third, last], []):
        assert problems_of(events, PLATFORM) != []


def test_a_history_that_goes_on_has_not_ended() -> None:
    assert problems_of(history(OWNER)[:-1], PLATFORM) == ["it has not ended"]


@pytest.mark.parametrize("stranger", ["import/3207SDPT02/LYG-1", "tax-payment/3207980001", "x"])
def test_a_stranger_s_payload_shows(stranger: str) -> None:
    assert problems_of(history(OWNER, stranger), PLATFORM) == [f"event 4 holds payloads of {stranger}"]
