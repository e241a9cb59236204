"""The event bus: CloudEvents in the detail of EventBridge entries."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from functions.aws import eventbridge
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

OWN_SOURCE = "sandan.orders"  # what Sandan says itself: the rule of the documents queue (template.yaml) leaves it out
_ENTRIES_PER_CALL = 10
_BYTES_PER_CALL = 250 * 1024  # EventBridge takes 256 KB in one call: the entries and a little for each
_ATTEMPTS = 4
_FIRST_PAUSE_SECONDS = 0.2


class BusError(RuntimeError):
    """The bus did not take every event; whoever called tries again with the same events."""


@dataclass(frozen=True)
class OutboundEvent:
    """One event to be put: its id stays the same however often it is sent.

    `data` is None when an extension says where the data are (`dataref`).
    """

    id: str
    type: str
    subject: str
    time: datetime
    data: BaseModel | None
    extensions: tuple[tuple[str, str], ...] = ()

    def detail(self, source: str) -> str:
        """The CloudEvent in its JSON format."""
        envelope = {
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            **dict(self.extensions),
        }
        if self.data is None:
            return json.dumps(envelope, ensure_ascii=False)
        return f'{json.dumps(envelope, ensure_ascii=False)[:-1]}, "data": {self.data.model_dump_json()}}}'


def put_events(source: str, events: Sequence[OutboundEvent]) -> None:
    """Put events on the bus, those that it refuses again after a pause. Raises BusError when some stay refused."""
    waiting: list[PutEventsRequestEntryTypeDef] = [
        {
            "EventBusName": settings().bus,
            "Source": source,
            "DetailType": event.type,
            "Time": event.time,
            "Detail": event.detail(source),
        }
        for event in events
    ]
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
        waiting = [entry for chunk in _chunks(waiting) for entry in _refused(chunk)]
        if not waiting:
            return
    raise BusError(f"the bus {settings().bus} refused {len(waiting)} of {len(events)} events")


def _chunks(entries: Sequence["PutEventsRequestEntryTypeDef"]) -> Iterable[list["PutEventsRequestEntryTypeDef"]]:
    chunk: list[PutEventsRequestEntryTypeDef] = []
    size = 0
    for entry in entries:
        added = len(entry.get("Detail", "").encode())
        if chunk and (len(chunk) == _ENTRIES_PER_CALL or size + added > _BYTES_PER_CALL):
            yield chunk
            chunk, size = [], 0
        chunk.append(entry)
        size += added
    if chunk:
        yield chunk


def _refused(entries: list["PutEventsRequestEntryTypeDef"]) -> list["PutEventsRequestEntryTypeDef"]:
    answer = eventbridge().put_events(Entries=entries)
    if not answer.get("FailedEntryCount"):
        return []
    return [entry for entry, result in zip(entries, answer["Entries"], strict=True) if result.get("ErrorCode")]
