"""Ports are picked so that a stack always finds some, and a user can fix them."""

import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.stack.errors import StackError
from infra.stack.ports import LOOPBACK, Ports, is_listening, reserved_ports
from tests.ports import free_port

_PICKERS = 6
_PICK = """
import sys
from infra.stack.ports import reserved_ports
sys.stdin.readline()
with reserved_ports({}) as ports:
    print(*ports.model_dump().values(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where something listens."""
    with socket.create_server((LOOPBACK, 0)) as listening:
        yield int(listening.getsockname()[1])


def test_every_part_gets_a_free_port_of_its_own() -> None:
    """No two parts share a port, and nothing listens on any of them yet."""
    with reserved_ports({}) as ports:
        picked = list(ports.model_dump().values())

    assert len(set(picked)) == len(picked)
    assert not any(is_listening(port) for port in picked)


def test_stacks_that_start_at_the_same_moment_get_different_ports() -> None:
    """Each waits for a line before it picks, and holds what it has until the next one."""
    command = [sys.executable, "-c", _PICK]
    pickers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(_PICKERS)
    ]
    for line in range(2):
        for picker in pickers:
            assert picker.stdin
            picker.stdin.write("\n")
            picker.stdin.flush()
        if not line:
            picked = Counter(port for picker in pickers for port in _line(picker).split())

    assert [picker.wait() for picker in pickers] == [0] * _PICKERS
    assert set(picked.values()) == {1}
    assert len(picked) == _PICKERS * len(Ports.model_fields)


def _line(picker: subprocess.Popen[str]) -> str:
    assert picker.stdout
    return picker.stdout.readline()


def test_a_reservation_ends_with_its_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next stack has the same addresses; one beside it has not."""
    monkeypatch.setattr("infra.stack.ports.Ports", _preferring(gateway=free_port()))
    with reserved_ports({}) as first, reserved_ports({}) as beside:
        assert not set(first.model_dump().values()) & set(beside.model_dump().values())

    with reserved_ports({}) as again:
        assert again.gateway == first.gateway


def test_a_fixed_port_of_another_stack_is_refused() -> None:
    """Also before that stack's server listens on it."""
    with (
        reserved_ports({}) as other,
        pytest.raises(StackError, match=rf"port {other.codec} \(SANDAN_PORT_CODEC\) is taken"),
        reserved_ports({"SANDAN_PORT_CODEC": str(other.codec)}),
    ):
        pass


def test_locks_that_cannot_be_written_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable that names another folder."""
    (tmp_path / f"sandan-ports-{os.getuid()}" / "8401").mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    with pytest.raises(StackError, match=r"cannot write .*/8401 \(Is a directory\): set TMPDIR"), reserved_ports({}):
        pass


def test_a_preferred_port_is_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses stay the same from one start to the next."""
    free = free_port()
    monkeypatch.setattr("infra.stack.ports.Ports", _preferring(gateway=free))

    with reserved_ports({}) as ports:
        assert ports.gateway == free


def test_a_preferred_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    """Two stacks, or another program, do not get in each other's way."""
    monkeypatch.setattr("infra.stack.ports.Ports", _preferring(gateway=taken))

    with reserved_ports({}) as ports:
        assert ports.gateway not in {0, taken}


def test_a_port_is_fixed_by_the_environment() -> None:
    """SANDAN_PORT_… decides."""
    fixed = free_port()

    with reserved_ports({"SANDAN_PORT_TEMPORAL_UI": str(fixed)}) as ports:
        assert ports.temporal_ui == fixed


def test_a_fixed_port_that_is_taken_is_refused(taken: int) -> None:
    """The user asked for this very port: another one would not do."""
    with (
        pytest.raises(StackError, match=rf"port {taken} \(SANDAN_PORT_GATEWAY\) is taken"),
        reserved_ports({"SANDAN_PORT_GATEWAY": str(taken)}),
    ):
        pass


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1"])
def test_what_is_not_a_port_is_refused(value: str) -> None:
    """The variable, its value and what would be right are named."""
    with (
        pytest.raises(StackError, match=f"SANDAN_PORT_SANDBOX={value} is not a port: give a number"),
        reserved_ports({"SANDAN_PORT_SANDBOX": value}),
    ):
        pass


def _preferring(**preferred: int) -> type[Ports]:
    class Preferring(Ports):
        gateway: int = preferred["gateway"]

    return Preferring
