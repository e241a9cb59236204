"""What Temporal still keeps of an order, verified without reading it: order, bindings, and a digest to compare."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHistory

from events.return_life import return_workflow_id
from events.values import OrderKey
from functions.payloads.codec import is_encrypted, workflow_of
from infra.temporal import payloads_in, runs_of

_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
}


@dataclass
class KeptHistory:
    """The histories of an order and of its returns. `digest` is the SHA-256 over all their events, as stored."""

    workflows: int = 0
    events: int = 0
    encrypted: int = 0
    problems: list[str] = field(default_factory=list)
    digest: str = ""


async def kept_history(client: Client, key: OrderKey) -> KeptHistory | None:
    """What Temporal keeps of an order; None when it keeps nothing any more. Needs no key, and reads no payload."""
    found, digest = KeptHistory(), hashlib.sha256()
    async for run in _runs(client, key):
        workflow_id, events = run.workflow_id, list(run.events)
        digest.update(f"{workflow_id} {run.run_id} {len(events)}\n".encode())
        for event in events:
            digest.update(event.SerializeToString(deterministic=True))
        found.workflows += 1
        found.events += len(events)
        found.encrypted += sum(is_encrypted(payload) for event in events for payload in payloads_in(event))
        found.problems += [f"{workflow_id}: {problem}" for problem in problems_of(events, key.ebp_code)]
    found.digest = digest.hexdigest()
    return found if found.workflows else None


def problems_of(events: list[HistoryEvent], ebp_code: str) -> list[str]:
    """What is not as Temporal writes a history that has ended: gaps, no begin, no end, a stranger's payloads."""
    problems = []
    if [event.event_id for event in events] != list(range(1, len(events) + 1)):
        problems.append("events are missing, added or out of order")
    if not events or events[0].event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
        problems.append("it does not begin with its start")
    if not events or events[-1].event_type not in _ENDS:
        problems.append("it has not ended")
    for event in events:
        owners = {workflow_of(payload) for payload in payloads_in(event) if is_encrypted(payload)}
        if strangers := {owner for owner in owners if owner and not _is_related(owner, ebp_code)}:
            problems.append(f"event {event.event_id} holds payloads of {', '.join(sorted(strangers))}")
    return problems


def _is_related(workflow_id: str, ebp_code: str) -> bool:
    """An order, its returns, and the orders that it replaces or that replace it: all of one platform."""
    kind, _, rest = workflow_id.partition("/")
    return kind in {"import", "return"} and rest.startswith(f"{ebp_code}/")


async def _runs(client: Client, key: OrderKey) -> AsyncIterator[WorkflowHistory]:
    """Every run of the order's workflow, the latest first, and of its returns."""
    async for run in runs_of(client, key.workflow_id):
        yield run
    for number in count(1):
        seen = False
        async for run in runs_of(client, return_workflow_id(key, number)):
            seen = True
            yield run
        if not seen:
            return
