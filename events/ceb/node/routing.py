"""Where a message goes by the ids of its receivers, and which part of it an answer is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from events.ceb.dxp import TransInfo, unwrap
from events.ceb.dxp_reply import DxpRep, Response, Result, Results, build_reply
from events.ceb.node.envelopes import Unwrapped, wrap_transport
from events.ceb.node.numbering import node_number
from events.ceb.node.replies import Reply
from events.values import CHINA, Text, Value

UNKNOWN_RECEIVER = "2001"
ADDRESS_MISMATCH = "2002"
_TEXTS = {
    UNKNOWN_RECEIVER: Text(zh="指定的接收方不存在", en="the receiver named does not exist"),
    ADDRESS_MISMATCH: Text(zh="地址不匹配", en="the message came to another address than it names"),
}


class Route(Value):
    """The way to a receiver: the name of a transport, and the node (8 digits) where the receiver is."""

    name: str
    end_node: str


class ExchangeRefusal(Value):
    """Why a receiver is not served: an error of the exchange platform (规范 202205, 表7-1)."""

    code: str
    receiver_id: str
    text: Text


class Routing(Value):
    """The routes by receiver, in the order of the receivers, and those who are not served."""

    routes: dict[str, Route]
    refusals: tuple[ExchangeRefusal, ...] = ()


@dataclass(frozen=True)
class Part:
    """One receiver's copy of a message; `sub_msg_id` tells the copies apart where there are several."""

    cop_msg_id: str
    msg_id: str
    sub_msg_id: str | None
    receiver_id: str
    route: str
    envelope: bytes


class RoutingTable:
    """Receiver id → route, for the node `own_node`. Raises InvalidInputError for nodes that have not 8 digits."""

    def __init__(self, own_node: str, routes: Mapping[str, Route]) -> None:
        self._own_node = node_number(own_node, "own_node")
        for receiver_id, route in routes.items():
            node_number(route.end_node, f"routes/{receiver_id}/end_node")
        self._routes = dict(routes)

    def route(self, envelope: Unwrapped) -> Routing:
        """Where the message of an envelope goes. A message without an envelope names no receiver: nowhere.

        From a terminal, a receiver that the table lacks is refused with 2001. From a transport node, only the receivers
        of this node are served, since others are the business of other nodes; all are refused with 2002 when the
        envelope's EndNode is another node, or none of them is here.
        """
        if envelope.trans_info is None:
            return Routing(routes={})
        receivers = envelope.trans_info.receiver_ids.receiver_id
        known = {receiver: self._routes[receiver] for receiver in receivers if receiver in self._routes}
        if envelope.server is None:
            unknown = [receiver for receiver in receivers if receiver not in known]
            return Routing(routes=known, refusals=_refusals(UNKNOWN_RECEIVER, unknown))
        here = {receiver: route for receiver, route in known.items() if route.end_node == self._own_node}
        if envelope.server.end_node != self._own_node or not here:
            return Routing(routes={}, refusals=_refusals(ADDRESS_MISMATCH, receivers))
        return Routing(routes=here)


def split(terminal: bytes, routing: Routing, *, msg_id: str, station_node: str, send_time: datetime) -> list[Part]:
    """A terminal's envelope as the envelopes of a transport node, one for each receiver that has a route.

    All have the same MsgId; where there are several, SubMsgId counts them from 1. Raises InvalidInputError for what is
    no DxpMsg.
    """
    cop_msg_id = unwrap(terminal).trans_info.cop_msg_id
    several = len(routing.routes) > 1
    parts = []
    for number, (receiver_id, route) in enumerate(routing.routes.items(), 1):
        sub_msg_id = str(number) if several else None
        envelope = wrap_transport(
            terminal,
            msg_id=msg_id,
            sub_msg_id=sub_msg_id,
            station_node=station_node,
            end_node=route.end_node,
            send_time=send_time,
        )
        parts.append(Part(cop_msg_id, msg_id, sub_msg_id, receiver_id, route.name, envelope))
    return parts


def refuse(info: TransInfo, refusals: Iterable[ExchangeRefusal], *, node: str, moment: datetime) -> bytes:
    """The DxpRep that tells the sender of an envelope which of its receivers are not served; `moment` is aware.

    There is one response for each code, with a result for each receiver. Receivers that are served are not named:
    the standard prints no code for success.
    """
    by_code: dict[str, list[ExchangeRefusal]] = {}
    for refusal in refusals:
        by_code.setdefault(refusal.code, []).append(refusal)
    responses = [
        Response(
            node_id=node,
            code=code,
            info=same[0].text.zh,
            results=Results(
                result=[Result(receiver_id=found.receiver_id, code=code, info=found.text.zh) for found in same]
            ),
            notice_date=moment.astimezone(CHINA).date().isoformat(),
            original_head=info,
        )
        for code, same in by_code.items()
    ]
    return build_reply(DxpRep(ver="1.0", receiver_id=info.sender_id, access_node_id=node, responses=responses))


def answered(reply: Reply, parts: Iterable[Part]) -> list[Part]:
    """The parts that a reply is about: of the CopMsgIds that it repeats, and of the receivers if it names any."""
    return [
        part
        for part in parts
        if any(
            answer.cop_msg_id == part.cop_msg_id and answer.receiver_id in {None, part.receiver_id}
            for answer in reply.answers
        )
    ]


def _refusals(code: str, receivers: Iterable[str]) -> tuple[ExchangeRefusal, ...]:
    named = dict.fromkeys(receivers)
    return tuple(ExchangeRefusal(code=code, receiver_id=receiver, text=_TEXTS[code]) for receiver in named)
