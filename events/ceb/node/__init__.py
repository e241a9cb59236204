"""The transmission node (传输节点): numbers, envelopes, routes, and what comes back. Pure."""

from events.ceb.node.envelopes import EnvelopeKind, Unwrapped, unwrap_any, wrap_terminal, wrap_transport
from events.ceb.node.numbering import MsgId, MsgIdNumbering
from events.ceb.node.replies import Answer, Reply, ReplyKind, classify_reply
from events.ceb.node.routing import ExchangeRefusal, Part, Route, Routing, RoutingTable, answered, refuse, split

__all__ = [
    "Answer",
    "EnvelopeKind",
    "ExchangeRefusal",
    "MsgId",
    "MsgIdNumbering",
    "Part",
    "Reply",
    "ReplyKind",
    "Route",
    "Routing",
    "RoutingTable",
    "Unwrapped",
    "answered",
    "classify_reply",
    "refuse",
    "split",
    "unwrap_any",
    "wrap_terminal",
    "wrap_transport",
]
