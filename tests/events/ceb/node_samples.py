"""What the tests of the transmission node wrap, send and route."""

from datetime import datetime

import pytest

from events.ceb import build
from events.ceb.node import MsgIdNumbering, Route, RoutingTable, wrap_terminal, wrap_transport
from events.problems import InvalidInputError, Problem
from events.values import CHINA
from tests import builders

NODE, OTHER_NODE = "00000001", "00000002"
IMPORT, EXPORT, STRANGER = "DXPEDCCEB0000002", "DXPEDCCEB0000003", "DXPNOBODY0000000"
NOW = datetime(2026, 1, 5, 10, 30, tzinfo=CHINA)
MESSAGE = build(builders.message(builders.order()))
TABLE = RoutingTable(
    NODE,
    {
        IMPORT: Route(name="customs", end_node=OTHER_NODE),
        EXPORT: Route(name="customs", end_node=OTHER_NODE),
        "DXPOWN": Route(name="own", end_node=NODE),
    },
)


def terminal(*receivers: str, message: bytes = MESSAGE, cop_msg_id: str = "C1") -> bytes:
    return wrap_terminal(
        message,
        sender_id="DXPTEST000000001",
        receiver_ids=list(receivers or [IMPORT]),
        cop_msg_id=cop_msg_id,
        created_at=NOW,
    )


def transport(envelope: bytes, end_node: str = OTHER_NODE, sub_msg_id: str | None = None) -> bytes:
    return wrap_transport(
        envelope,
        msg_id=MsgIdNumbering(NODE).next_id(NOW),
        sub_msg_id=sub_msg_id,
        station_node=NODE,
        end_node=end_node,
        send_time=NOW,
    )


def problem_of(refused: pytest.ExceptionInfo[InvalidInputError]) -> Problem:
    (problem,) = refused.value.problems
    return problem
