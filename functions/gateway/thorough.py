"""Messages in XML that is not plain, or in an envelope: what reads them is loaded when the first one comes."""

from events.ceb.codec import read
from events.ceb.dxp import DxpModel
from events.ceb.frame import CebMessage
from events.ceb.message import model_of, parse
from events.ceb.node import unwrap_any
from events.ceb.xml import namespace, parse_xml


def message_in(body: bytes, size_limit: int) -> tuple[CebMessage, bytes]:
    """The message and its own XML, without an envelope. Raises InvalidInputError with the path of every mistake."""
    root = parse_xml(body, size_limit)
    if namespace(root) != DxpModel.xml_namespace:
        return read(root, model_of(root)), body
    xml = unwrap_any(body, size_limit).message
    return parse(xml, size_limit), xml
