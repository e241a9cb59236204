"""Billable Actions of one workflow, counted from its history."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes

from workflows.together import AND

_COUNTED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "start",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attributes",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: "child",
}
_LOCAL_ACTIVITY = "core_local_activity"  # the marker's name; patches record markers too, and are no activities


def count_actions(events: Iterable[HistoryEvent]) -> Counter[str]:
    """Actions of one run by kind: what each costs on Temporal Cloud.

    Each run is started, also one that continues another. All local activities of one workflow task are one Action; an
    activity counts once per attempt.
    """
    actions: Counter[str] = Counter()
    tasks_with_markers: set[int] = set()
    for event in events:
        kind = _COUNTED.get(event.event_type)
        if kind:
            actions[kind] += 1
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            actions["activity retry"] += event.activity_task_started_event_attributes.attempt - 1
        elif event.marker_recorded_event_attributes.marker_name == _LOCAL_ACTIVITY:
            tasks_with_markers.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    actions["local activities"] = len(tasks_with_markers)
    return +actions


_TRANSACTIONS = frozenset(
    {"intake.freeze", "intake.thaw", "ledger.reserve", "ledger.release", "ledger.commit", "ledger.give_back"}
)


def count_transactions(events: Iterable[HistoryEvent]) -> int:
    """Transactions of tables: the functions called locally each of which is one, when nobody is in its way.

    A tax bill and its status are put by a write of one item; a payment settles many orders by one transaction.
    """
    markers = (event.marker_recorded_event_attributes for event in events)
    locally = (marker for marker in markers if marker.marker_name == _LOCAL_ACTIVITY)
    return sum(function in _TRANSACTIONS for marker in locally for function in _functions_of(marker))


def _functions_of(marker: MarkerRecordedEventAttributes) -> Sequence[str]:
    name: str = json.loads(marker.details["data"].payloads[0].data)["activity_type"]
    return name.split(AND)


def workers_of(events: Iterable[HistoryEvent]) -> set[str]:
    """The identities of the workers that took a workflow's tasks and activities."""
    started = (
        event.workflow_task_started_event_attributes.identity or event.activity_task_started_event_attributes.identity
        for event in events
    )
    return {identity for identity in started if identity}
