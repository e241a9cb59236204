"""Our own time in the stages of one life, read from its history: from accepted at the door to done.

Waiting for counterparties is no part of it: a stage begins when the last thing that it needs is accepted (`received_at`
of the document), and ends when Temporal has recorded what we did about it. The door itself is measured by its client.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from events.documents import DocumentKind, InboundDocument
from infra.bench.shape import handed_over

DOOR, DECLARE, RECEIPT, BILL, DELIVERY = "door", "declare", "receipt", "tax bill", "delivery"
STAGES = {
    DOOR: "a document at the door: request to answer",
    DECLARE: "last document accepted to list on its way to customs: bus, queue, matching, tax, reservation, list",
    RECEIPT: "receipt accepted to acted upon and told",
    BILL: "tax bill accepted to taken in",
    DELIVERY: "delivery accepted to recorded and told",
}
_STAGE_OF = {
    DocumentKind.LIST_RECEIPT: RECEIPT,
    DocumentKind.TAX_BILL: BILL,
    DocumentKind.WAYBILL_STATUS: DELIVERY,
}
_SUBMIT = "declaration.submit"


def own_times(events: Sequence[HistoryEvent]) -> Iterator[tuple[str, float]]:
    """Stage and seconds, of each stage that a plain life has come through; `events`: of its first run, decrypted."""
    handed = list(handed_over(events))
    submitted = _submitted(events)
    if submitted:
        began, event_id = submitted
        before = [document for number, group in handed if number < event_id for document in group]
        yield DECLARE, (began - _last(before)).total_seconds()
    for number, group in handed:
        done = _done_after(events, number)
        for stage in {_STAGE_OF[document.kind] for document in group if document.kind in _STAGE_OF}:
            if done:
                ours = [document for document in group if _STAGE_OF.get(document.kind) == stage]
                yield stage, max((done - document.received_at).total_seconds() for document in ours)


def _submitted(events: Sequence[HistoryEvent]) -> tuple[datetime, int] | None:
    """When the list went on its way to customs, and the number of the event that asked for it."""
    scheduled = {
        event.event_id: event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    }
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            asked = event.activity_task_started_event_attributes.scheduled_event_id
            if scheduled[asked] == _SUBMIT:
                return _at(event), asked
    return None


def _done_after(events: Sequence[HistoryEvent], event_id: int) -> datetime | None:
    """When the first workflow task that knew of an event was completed."""
    kind = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    for event in events:
        if event.event_type == kind and event.workflow_task_completed_event_attributes.started_event_id > event_id:
            return _at(event)
    return None


def _last(documents: Sequence[InboundDocument]) -> datetime:
    return max(document.received_at for document in documents)


def _at(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)
