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

_ENTRIES_PER_CALL = 10
_ATTEMPTS = 4
_FIRST_PAUSE_SECONDS = 0.2


class BusError(RuntimeError):
    """The bus did not take every event; whoever called tries again with the same events."""


@dataclass(frozen=True)
class OutboundEvent:
    """One event to be put: its id stays the same however often it is sent."""

    id: str
    type: str
    subject: str
    time: datetime
    data: BaseModel
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
    for start in range(0, len(entries), _ENTRIES_PER_CALL):
        yield list(entries[start : start + _ENTRIES_PER_CALL])


def _refused(entries: list["PutEventsRequestEntryTypeDef"]) -> list["PutEventsRequestEntryTypeDef"]:
    answer = eventbridge().put_events(Entries=entries)
    if not answer.get("FailedEntryCount"):
        return []
    return [entry for entry, result in zip(entries, answer["Entries"], strict=True) if result.get("ErrorCode")]
