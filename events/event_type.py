"""What an event type is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from events.ceb.messages import MESSAGES
from events.documents import DocumentKind
from events.place import ModelPlace

if TYPE_CHECKING:
    from pydantic import BaseModel

    from events.ceb.frame import CebMessage

PREFIX = "cn.sandan."


class Direction(StrEnum):
    """Into the product or out of it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class EventType:
    """One event type: its CloudEvents name, where the model of its data is, the customs message that carries the same.

    Models and messages are loaded when they are asked for: who only wants a name needs none of them.
    """

    name: str
    direction: Direction
    place: ModelPlace
    summary: str
    kind: DocumentKind | None = None
    root: str | None = None

    @property
    def model(self) -> "type[BaseModel]":
        """The model of the event's data."""
        return self.place.load()

    @property
    def message(self) -> "type[CebMessage] | None":
        """The customs message that carries the same."""
        return MESSAGES[self.root] if self.root else None
