"""Into envelopes and out of them, whichever node they come from."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree
from pydantic import ValidationError

from events.ceb import dxp
from events.ceb.base import CebModel
from events.ceb.codec import read, refuse_root
from events.ceb.dxp import DxpModel, DxpMsg, TransInfo
from events.ceb.dxp_transport import DxpMsgSv, ServerNode, build_transport
from events.ceb.message import model_of
from events.ceb.messages import MESSAGES
from events.ceb.node.numbering import node_number
from events.ceb.xml import DEFAULT_SIZE_LIMIT, local_name, namespace, parse_xml
from events.problems import InvalidInputError, problems_of
from events.values import CHINA

_DATA = f"{{{DxpModel.xml_namespace}}}Data"
_DXP_MSG = f"{{{DxpModel.xml_namespace}}}DxpMsg"
_START, _END = b"<dxp:DxpMsg ", b"</dxp:DxpMsg>"  # as build_transport writes them


class EnvelopeKind(StrEnum):
    """How a message came."""

    PLAIN = "plain"
    TERMINAL = "terminal"
    TRANSPORT = "transport"


@dataclass(frozen=True)
class Unwrapped:
    """A message out of its envelope.

    `message` is its bytes, exactly as they were put in; `msg_type` is what the envelope calls it, of a plain message
    its root. `trans_info` is there for every envelope, `server` only for that of a transport node.
    """

    kind: EnvelopeKind
    message: bytes
    msg_type: str
    trans_info: TransInfo | None = None
    server: ServerNode | None = None


def wrap_terminal(
    message: bytes, *, sender_id: str, receiver_ids: list[str], cop_msg_id: str, created_at: datetime
) -> bytes:
    """A customs message in a terminal's envelope; its MsgType is the name of the message's root.

    Raises InvalidInputError when the root is not in the namespace of customs messages, or a part of the address label
    is not what the schema allows. Whether the message itself is valid is not asked here.
    """
    root = parse_xml(message)
    if namespace(root) != CebModel.xml_namespace:
        raise refuse_root(root, f"is not a customs message in the namespace {CebModel.xml_namespace}")
    return dxp.wrap(
        message,
        msg_type=local_name(root),
        sender_id=sender_id,
        receiver_ids=receiver_ids,
        cop_msg_id=cop_msg_id,
        created_at=created_at,
    )


def wrap_transport(
    terminal: bytes,
    *,
    msg_id: str,
    station_node: str,
    end_node: str,
    send_time: datetime,
    sub_msg_id: str | None = None,
) -> bytes:
    """A terminal's envelope (a DxpMsg) in that of a transport node, for the node where its receiver is.

    The DxpMsg goes in as it is, prefixes and signature included: a node changes nothing in what it carries.
    `send_time` is aware. Raises InvalidInputError for what is no DxpMsg, and for nodes that have not 8 digits.
    """
    envelope = parse_xml(terminal)
    inside = _read_terminal(envelope).model_copy(update={"data": ""})
    label = {
        "Ver": "1.0",
        "MsgId": msg_id,
        "SubMsgId": sub_msg_id,
        "SendTime": send_time.astimezone(CHINA).replace(microsecond=0, tzinfo=None).isoformat(),
        "EndNode": node_number(end_node, "DxpMsgSv/SvNo/EndNode"),
        "StaNode": node_number(station_node, "DxpMsgSv/SvNo/StaNode"),
    }
    try:
        server = ServerNode.model_validate(label, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, "DxpMsgSv/SvNo")) from None
    around = build_transport(DxpMsgSv(ver="1.0", server=server, dxp_msg=inside))
    return _graft(around, envelope)


def unwrap_any(data: bytes, size_limit: int = DEFAULT_SIZE_LIMIT) -> Unwrapped:
    """The message in `data`, be it in a DxpMsgSv, in a DxpMsg or in no envelope.

    Raises InvalidInputError with path and line for what is none of these. What the envelope carries is not looked at.
    """
    root = parse_xml(data, size_limit)
    match namespace(root), local_name(root):
        case (DxpModel.xml_namespace, "DxpMsgSv"):
            transport = read(root, DxpMsgSv)
            return _opened(EnvelopeKind.TRANSPORT, transport.dxp_msg, root, transport.server)
        case (DxpModel.xml_namespace, "DxpMsg"):
            return _opened(EnvelopeKind.TERMINAL, read(root, DxpMsg), root, None)
        case (DxpModel.xml_namespace, "DxpRep"):
            raise refuse_root(root, "is the exchange platform's answer to an envelope, and carries no message")
        case (CebModel.xml_namespace, name):
            return Unwrapped(EnvelopeKind.PLAIN, data, name)
    if local_name(root) in MESSAGES:
        model_of(root)  # refuses it, with the namespace that it should be in
    known = f"is neither DxpMsg nor DxpMsgSv in {DxpModel.xml_namespace}, nor a message in {CebModel.xml_namespace}"
    raise refuse_root(root, f"{known}: give one of these")


def _read_terminal(root: etree._Element) -> DxpMsg:
    if root.tag != _DXP_MSG:
        raise refuse_root(root, f"is not a DxpMsg in the namespace {DxpModel.xml_namespace}")
    return read(root, DxpMsg)


def _graft(around: bytes, envelope: etree._Element) -> bytes:
    """The envelope in the place of the DxpMsg that stands there; as text, since lxml would change its prefixes."""
    before, _, rest = around.partition(_START)
    _, _, after = rest.rpartition(_END)
    whole = before + etree.tostring(envelope, method="c14n") + after
    return etree.tostring(parse_xml(whole, len(whole)), method="c14n")


def _opened(kind: EnvelopeKind, envelope: DxpMsg, root: etree._Element, server: ServerNode | None) -> Unwrapped:
    try:
        content = envelope.content
    except InvalidInputError as error:
        (problem,) = error.problems
        line = next(root.iter(_DATA)).sourceline
        path = f"/DxpMsgSv{problem.path}" if kind is EnvelopeKind.TRANSPORT else problem.path
        raise InvalidInputError([problem.model_copy(update={"path": path, "line": line})]) from None
    return Unwrapped(kind, content, envelope.trans_info.msg_type, envelope.trans_info, server)
