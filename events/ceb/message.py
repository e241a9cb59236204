"""Whole messages are read, whichever one the root names."""

from collections.abc import Iterator

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.codec import read, refuse_root
from events.ceb.frame import CebMessage
from events.ceb.messages import MESSAGES
from events.ceb.plan import Kind, plan_of
from events.ceb.quick import quick_message
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml

_SHOWN = 3


def parse(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> CebMessage:
    """A customs message from its XML, of whichever type its root names.

    Raises InvalidInputError with the path, the line and the value of every mistake: all that breaks the schema, but
    for an absent Signature, and for a value that the schema fixes, such as the currency, which gets its own answer.
    """
    if len(data) <= size_limit and (message := quick_message(data, MESSAGES)):
        return message
    root = parse_xml(data, size_limit)
    return read(root, model_of(root))


def model_of(root: etree._Element) -> type[CebMessage]:
    """The message that a root element names. Raises InvalidInputError when it is none."""
    name, space = local_name(root), CebModel.xml_namespace
    model = MESSAGES.get(name)
    if model is not None and namespace(root) == space:
        return model
    if model is not None:
        found = f"the namespace {namespace(root)}" if namespace(root) else "no namespace"
        raise refuse_root(root, f'is in {found}: a customs message is in {space}, declare it with xmlns="{space}"')
    known = {message.lower(): message for message in MESSAGES}
    right = known.get(name.lower()) or known.get(f"{name}Message".lower())
    hint = f"write {right}" if right else _part_of(name) or f"known are {', '.join(sorted(MESSAGES))}"
    raise refuse_root(root, f"is not a customs message: {hint}")


def _part_of(name: str) -> str | None:
    """What to say of a root that is a part of messages: the schema declares some of them by themselves."""
    within = [root for root, model in MESSAGES.items() if name in _part_names(model)]
    return f"it is a part of {', '.join(within[:_SHOWN])}, put it into one" if within else None


def _part_names(model: type[CebModel]) -> Iterator[str]:
    for slot in plan_of(model).elements:
        if slot.kind is not Kind.TEXT:
            yield slot.alias
        if slot.model is not None:
            yield from _part_names(slot.model)
