"""Which message the JSON of a customs message is: told by the business element that stands in it."""

from typing import Any

from events.catalogue import BY_MESSAGE
from events.event_type import EventType


def _by_element() -> dict[str, list[EventType]]:
    found: dict[str, list[EventType]] = {}
    for event_type in BY_MESSAGE.values():
        if message := event_type.message:
            name = message.model_fields[message.first_element].alias
            found.setdefault(str(name), []).append(event_type)
    return found


BY_ELEMENT: dict[str, list[EventType]] = _by_element()


def messages_in(content: Any) -> dict[str, EventType]:
    """The types of the messages whose JSON stands in `content`, by their business elements; one in a right message.

    CEB816 and CEB818 share the element Tax: what stands in its first one tells them apart.
    """
    found = [name for name in BY_ELEMENT if isinstance(content, dict) and name in content]
    return {name: _told_apart(BY_ELEMENT[name], content[name]) for name in found}


def _told_apart(event_types: list[EventType], elements: Any) -> EventType:
    first = elements[0] if isinstance(elements, list) and elements else elements
    parts = first.keys() if isinstance(first, dict) else set()
    fitting = (one for one in event_types if parts & {field.alias for field in one.model.model_fields.values()})
    return next(fitting, event_types[0])
