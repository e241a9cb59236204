"""What Temporal did for one order, read from its history."""

from collections import Counter
from collections.abc import Iterable, Sequence

from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from events.documents import InboundDocument
from events.life import Documents
from events.values import Value
from infra.actions import count_actions, count_transactions
from infra.temporal import payloads_in


class Shape(Value):
    """The signals (bytes of each), the remote activities (bytes of input and of result), the timers of one life."""

    signals: list[int]
    activities: list[tuple[int, int]]
    timers: int


class Weight(Value):
    """What one order cost Temporal: Actions by kind, transactions of tables, events and bytes of its history."""

    actions: dict[str, int]
    transactions: int
    events: int
    bytes: int


def shape_of(events: Iterable[HistoryEvent]) -> Shape:
    """The shape of a life."""
    signals, inputs, results, timers = [], [], [], 0
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                signals.append(_size(event.workflow_execution_signaled_event_attributes.input))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                inputs.append(_size(event.activity_task_scheduled_event_attributes.input))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                results.append(_size(event.activity_task_completed_event_attributes.result))
            case EventType.EVENT_TYPE_TIMER_STARTED:
                timers += 1
    return Shape(signals=signals, activities=list(zip(inputs, results, strict=False)), timers=timers)


def weight_of(events: Sequence[HistoryEvent]) -> Weight:
    """The weight of a life."""
    return Weight(
        actions=dict(count_actions(events)),
        transactions=count_transactions(events),
        events=len(events),
        bytes=sum(event.ByteSize() for event in events),
    )


def mean_actions(weights: Sequence[Weight]) -> dict[str, float]:
    """Actions of each kind per order."""
    summed: Counter[str] = Counter()
    for weight in weights:
        summed.update(weight.actions)
    return {kind: round(count / len(weights), 2) for kind, count in sorted(summed.items())}


def signalled(events: Iterable[HistoryEvent]) -> list[list[InboundDocument]]:
    """The documents of each signal of a decrypted history."""
    kind = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    inputs = [event.workflow_execution_signaled_event_attributes.input for event in events if event.event_type == kind]
    return [Documents.model_validate_json(given.payloads[0].data).documents for given in inputs]


def _size(message: Message) -> int:
    return sum(len(payload.data) for payload in payloads_in(message))
