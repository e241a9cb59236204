"""Ports are picked so that a stack always finds some, and a user can fix them."""

import socket
from collections.abc import Iterator

import pytest

from infra.stack.errors import StackError
from infra.stack.ports import LOOPBACK, Ports, is_listening, pick_ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where something listens."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield int(listening.getsockname()[1])


def _unused() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def test_every_part_gets_a_free_port_of_its_own() -> None:
    """No two parts share a port, and nothing listens on any of them yet."""
    picked = list(pick_ports({}).model_dump().values())

    assert len(set(picked)) == len(picked)
    assert not any(is_listening(port) for port in picked)


def test_a_preferred_port_is_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses stay the same from one start to the next."""
    free = _unused()
    monkeypatch.setattr("infra.stack.ports.Ports", _preferring(gateway=free))

    assert pick_ports({}).gateway == free


def test_a_preferred_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    """Two stacks, or another program, do not get in each other's way."""
    monkeypatch.setattr("infra.stack.ports.Ports", _preferring(gateway=taken))

    assert pick_ports({}).gateway not in {0, taken}


def test_a_port_is_fixed_by_the_environment() -> None:
    """SANDAN_PORT_… decides."""
    fixed = _unused()

    assert pick_ports({"SANDAN_PORT_TEMPORAL_UI": str(fixed)}).temporal_ui == fixed


def test_a_fixed_port_that_is_taken_is_refused(taken: int) -> None:
    """The user asked for this very port: another one would not do."""
    with pytest.raises(StackError, match=rf"port {taken} \(SANDAN_PORT_GATEWAY\) is taken"):
        pick_ports({"SANDAN_PORT_GATEWAY": str(taken)})


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1"])
def test_what_is_not_a_port_is_refused(value: str) -> None:
    """The variable, its value and what would be right are named."""
    with pytest.raises(StackError, match=f"SANDAN_PORT_SANDBOX={value} is not a port: give a number"):
        pick_ports({"SANDAN_PORT_SANDBOX": value})


def _preferring(**preferred: int) -> type[Ports]:
    class Preferring(Ports):
        gateway: int = preferred["gateway"]

    return Preferring
