"""What can be read of a message that the schema refuses, so that the business layer can speak of the rest of it."""

from typing import Any

from lxml import etree

from events.ceb.base import CebModel
from events.ceb.business.tree import fields_of
from events.ceb.codec import read
from events.ceb.frame import CebMessage
from events.ceb.messages import MESSAGES
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.ceb.xml import local_name
from events.problems import InvalidInputError

_SIGNATURE = f"{{{SIGNATURE_NAMESPACE}}}Signature"


def salvaged(root: etree._Element) -> CebMessage | None:
    """The message with those of its business elements that can be read; None when there are none.

    Only for `business_problems`: elements that cannot be read leave a gap in the list, so that the others keep their
    places, and of what surrounds them no more is there than the guid, the version and whether there is a Signature.
    """
    model = MESSAGES.get(local_name(root))
    if model is None:
        return None
    field = next(field for field in fields_of(model) if field.name == model.first_element)
    found = [_read(child, field.base) for child in root if local_name(child) == field.official]
    if not any(found):
        return None
    content: dict[str, Any] = dict.fromkeys(model.model_fields)
    content |= {"guid": root.get("guid"), "version": root.get("version")}
    if "signature" in content:
        content |= {"base_subscribe": [], "signature": None if root.find(_SIGNATURE) is None else "given"}
    content[field.name] = found if field.repeated else found[0]
    return model.model_construct(**content)


def _read(element: etree._Element, model: type[CebModel]) -> CebModel | None:
    try:
        return read(element, model)
    except InvalidInputError:
        return None
