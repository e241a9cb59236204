"""What an event type is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from events.documents import DocumentKind

if TYPE_CHECKING:
    from events.ceb.frame import CebMessage

PREFIX = "cn.sandan."


class Direction(StrEnum):
    """Into the product or out of it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class EventType:
    """One event type: its CloudEvents name, the model of its data, the customs message that carries the same."""

    name: str
    direction: Direction
    model: type[BaseModel]
    summary: str
    kind: DocumentKind | None = None
    message: "type[CebMessage] | None" = None
