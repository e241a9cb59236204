"""Ports for what a test starts itself."""

import socket
from contextlib import ExitStack

from infra.stack.ports import LOOPBACK


def free_ports(count: int) -> list[int]:
    """Ports that are free now, no two alike; the system's choice, so none that a stack beside the test would take."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
