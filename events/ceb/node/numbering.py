"""The numbers of a transport node's messages: node, second and serial, never the same twice."""

import re
from datetime import datetime, timedelta
from threading import Lock

from events.problems import InvalidInputError, Problem
from events.values import Value, from_second, to_second

_NODE = re.compile(r"\d{8}", re.ASCII)
_MSG_ID = re.compile(r"(?P<node>\d{8})(?P<second>\d{14})(?P<serial>\d{10})", re.ASCII)
_SERIALS = 10**10


class MsgId(Value):
    """A MsgId taken apart; `moment` is aware."""

    node: str
    moment: datetime
    serial: int

    @classmethod
    def parse(cls, text: str) -> "MsgId":
        """The parts of a MsgId. Raises InvalidInputError for what is not numbered as the prose of SvNo asks."""
        found = _MSG_ID.fullmatch(text)
        try:
            if found:
                return cls(node=found["node"], moment=from_second(found["second"]), serial=int(found["serial"]))
        except ValueError:  # thirty-two digits that are no time
            pass
        words = "is not a MsgId: 8 digits of the node, yyyymmddhh24mmss, and 10 digits"
        raise InvalidInputError([Problem(path="/DxpMsgSv/SvNo/MsgId", rule="msg_id", value=text[:200], message=words)])


class MsgIdNumbering:
    """MsgId = node (8 digits) + yyyymmddhh24mmss in China + serial (10 digits); 32 in all (规范 202205, SvNo).

    Every number is greater than the one before, also when the clock goes back or the serial runs over. It remembers
    only within this process: who starts a second one in the same second gives it another `serial` to start from.
    """

    def __init__(self, node: str, serial: int = 0) -> None:
        """`serial` is the first to be given. Raises InvalidInputError when a part has not the digits it must have."""
        self._node = node_number(node, "node")
        if not 0 <= serial < _SERIALS:
            words = "is not a serial number of at most 10 digits"
            raise InvalidInputError([Problem(path="/serial", rule="serial", value=str(serial), message=words)])
        self._serial = serial
        self._second = ""
        self._lock = Lock()

    def next_id(self, moment: datetime) -> str:
        """The next number, at an aware time."""
        with self._lock:
            self._second = max(self._second, to_second(moment))
            number = f"{self._node}{self._second}{self._serial:010d}"
            self._serial += 1
            if self._serial == _SERIALS:
                self._serial = 0
                self._second = to_second(from_second(self._second) + timedelta(seconds=1))
            return number


def node_number(node: str, path: str) -> str:
    """`node` when it is a node's number of 8 digits (rulebook 2.10). Raises InvalidInputError otherwise."""
    if not _NODE.fullmatch(node):
        words = "is not the number of a node: give its 8 digits"
        raise InvalidInputError([Problem(path=f"/{path}", rule="node", value=node[:200], message=words)])
    return node
