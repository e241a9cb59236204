"""What Temporal did for one order, read from its history."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile

from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from events.documents import InboundDocument
from events.life import Documents, ImportOrderStart
from events.values import Value
from infra.actions import count_actions, count_transactions
from infra.temporal import payloads_in


class Shape(Value):
    """The start and the signals (bytes of each), the remote activities (bytes of input and of result), the timers.

    `rests`: the number of signals after which it continues as new, and the bytes that it carries over.
    """

    start: int
    signals: list[int]
    activities: list[tuple[int, int]]
    timers: int
    rests: tuple[int, int] | None = None

    @property
    def steps(self) -> list[int]:
        """The bytes of what is sent to it, one by one: the start, then the signals."""
        return [self.start, *self.signals]


class Weight(Value):
    """What one order cost Temporal: Actions by kind, transactions of tables, events and bytes of its histories.

    `living` are the bytes that are open in the first run before it ends, `resting` those that stay open in a second one
    until something comes; 0 without one.
    """

    actions: dict[str, int]
    transactions: int
    events: int
    bytes: int
    living: int
    resting: int


Run = Sequence[HistoryEvent]


def shape_of(runs: Sequence[Run]) -> Shape:
    """The shape of a life."""
    signals, inputs, results, timers = [], [], [], 0
    rests: tuple[int, int] | None = None
    for event in chain.from_iterable(runs):
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                signals.append(_size(event.workflow_execution_signaled_event_attributes.input))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                inputs.append(_size(event.activity_task_scheduled_event_attributes.input))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                results.append(_size(event.activity_task_completed_event_attributes.result))
            case EventType.EVENT_TYPE_TIMER_STARTED:
                timers += 1
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                rests = len(signals), _size(event.workflow_execution_continued_as_new_event_attributes.input)
    activities = list(zip(inputs, results, strict=False))
    start = _size(runs[0][0].workflow_execution_started_event_attributes.input)
    return Shape(start=start, signals=signals, activities=activities, timers=timers, rests=rests)


def weight_of(runs: Sequence[Run]) -> Weight:
    """The weight of a life."""
    return Weight(
        actions=dict(sum(map(count_actions, runs), Counter())),
        transactions=sum(map(count_transactions, runs)),
        events=sum(map(len, runs)),
        bytes=_bytes_of(chain.from_iterable(runs)),
        living=_bytes_of(runs[0][:-1]),
        resting=_bytes_of(takewhile(_is_no_signal, runs[-1])) if len(runs) > 1 else 0,
    )


def _bytes_of(events: Iterable[HistoryEvent]) -> int:
    return sum(event.ByteSize() for event in events)


def _is_no_signal(event: HistoryEvent) -> bool:
    return event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED


def mean_actions(weights: Sequence[Weight]) -> dict[str, float]:
    """Actions of each kind per order."""
    summed: Counter[str] = Counter()
    for weight in weights:
        summed.update(weight.actions)
    return {kind: round(count / len(weights), 2) for kind, count in sorted(summed.items())}


def handed_over(events: Iterable[HistoryEvent]) -> Iterator[tuple[int, list[InboundDocument]]]:
    """The documents that came with the start of a decrypted life and with each signal, and the number of its event."""
    for event in events:
        documents = _documents_of(event)
        if documents:
            yield event.event_id, documents


def _documents_of(event: HistoryEvent) -> list[InboundDocument]:
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            given = event.workflow_execution_started_event_attributes.input
            return ImportOrderStart.model_validate_json(given.payloads[0].data).documents
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            given = event.workflow_execution_signaled_event_attributes.input
            return Documents.model_validate_json(given.payloads[0].data).documents
    return []


def _size(message: Message) -> int:
    return sum(len(payload.data) for payload in payloads_in(message))
