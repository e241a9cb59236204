"""The elements that the official schemas declare by themselves: judged wherever the schema takes anything."""

from collections.abc import Iterator, Mapping
from functools import cache

from events.ceb.base import CebModel
from events.ceb.frame import CebMessage
from events.ceb.plan import Kind, plan_of


def declared_with(model: type[CebModel]) -> Mapping[str, type[CebModel]]:
    """The elements that are declared in the schema of a message, by their tags; none for what is no message."""
    return _declared(model.exports) if issubclass(model, CebMessage) else {}


@cache
def _declared(exports: bool) -> Mapping[str, type[CebModel]]:
    found: dict[str, type[CebModel]] = {}
    for message in _messages(CebMessage):
        if message.exports is exports:
            found[f"{{{message.xml_namespace}}}{message.root}"] = message
            found.update(_parts(message))
    return found


def _messages(base: type[CebMessage]) -> Iterator[type[CebMessage]]:
    for model in base.__subclasses__():
        if "root" in vars(model):
            yield model
        yield from _messages(model)


def _parts(model: type[CebModel]) -> Iterator[tuple[str, type[CebModel]]]:
    for slot in plan_of(model).elements:
        if slot.model is not None:
            if not _only_within(model, slot.model):
                yield slot.tag, slot.model
            yield from _parts(slot.model)


def _only_within(message: type[CebModel], part: type[CebModel]) -> bool:
    """The import schema declares elements that have a head and lines (Order, Inventory) within their message only."""
    has_parts = any(slot.kind is Kind.PARTS for slot in plan_of(part).elements)
    return issubclass(message, CebMessage) and not message.exports and has_parts
