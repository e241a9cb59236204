"""`sandan up` stays until it is told to end, keeps its services alive, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from infra.stack.watchdog import started_at

pytestmark = pytest.mark.stack

_UP = """
import sys
from functools import partial
from infra.stack import stack
from infra.stack.services import Service
stack.Stack = partial(stack.Stack, services=[Service("worker", "tests.infra.stack.fake_worker")])
from infra.cli.main import main
sys.argv = ["sandan", "up", "--json", *sys.argv[1:]]
main()
"""
_SOON_SECONDS = 20


class Running:
    """A `sandan up` in a terminal of its own, with a stand-in for the services."""

    def __init__(self, home: Path, *options: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SANDAN_"))}
        self._file = home / "local" / "stack.json"
        self.errors = home / "errors"
        self.process = subprocess.Popen(
            [sys.executable, "-c", _UP, *options],
            env=inherited | {"SANDAN_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=self.errors.open("a"),
            text=True,
            start_new_session=True,
        )

    def printed(self) -> dict[str, Any]:
        """The addresses that it prints once everything is up."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        found: dict[str, Any] = json.loads("".join(lines) or "{}")
        assert found, self.errors.read_text()
        return found

    def pids(self) -> dict[str, int]:
        """The processes as other commands find them."""
        found: dict[str, int] = json.loads(self._file.read_text())["pids"]
        return found

    def has_told(self, text: str, times: int) -> bool:
        """Whether it, and those before it, have said that on standard error."""
        return self.errors.read_text().count(text) == times

    @property
    def is_announced(self) -> bool:
        """Whether other commands find it."""
        return self._file.exists()


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts `sandan up`."""
    started = []

    def start(*options: str) -> Running:
        started.append(Running(tmp_path, *options))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.communicate()


def _soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + _SOON_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def _gone(pids: dict[str, int]) -> bool:
    return not any(started_at(pid) for pid in pids.values())


def test_a_service_that_dies_comes_back_and_ctrl_c_ends_all(up: Callable[[], Running]) -> None:
    """The user is told; exit code 0; no process and no address is left."""
    running = up()
    assert running.printed()["gateway_url"].startswith("http://127.0.0.1:")
    first = running.pids()

    os.kill(first["worker"], signal.SIGKILL)
    assert _soon(lambda: running.pids()["worker"] != first["worker"])
    second = running.pids()
    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(_SOON_SECONDS) == 0
    assert "worker ended with signal SIGKILL: starting it again" in running.errors.read_text()
    assert second["temporal"] == first["temporal"]
    assert _gone(second)
    assert not running.is_announced


def test_nothing_outlives_it_when_it_is_killed(up: Callable[[], Running]) -> None:
    """kill -9; and it can be started again at once."""
    running = up()
    pids = running.printed()["pids"]
    assert set(pids) == {"temporal", "emulator", "worker"}

    running.process.kill()

    assert _soon(lambda: _gone(pids))
    again = up()
    assert again.printed()["pids"] != pids
    again.process.terminate()
    assert again.process.wait(_SOON_SECONDS) == 0


def test_a_server_that_dies_ends_it(up: Callable[[], Running]) -> None:
    """Its data are gone: to go on would be to lose orders silently. The cause is told, exit code 1."""
    running = up()
    pids = running.printed()["pids"]

    os.kill(pids["emulator"], signal.SIGKILL)

    assert running.process.wait(_SOON_SECONDS) == 1
    assert "sandan: emulator ended with signal SIGKILL, and its data with it" in running.errors.read_text()
    assert _gone(pids)


def test_what_a_killed_emulator_had_not_written_is_told_at_every_start(up: Callable[..., Running]) -> None:
    """Given --persist, when it is killed, then each later start says what is missing and how to begin anew."""
    running = up("--persist")
    os.kill(running.printed()["pids"]["emulator"], signal.SIGKILL)

    assert running.process.wait(_SOON_SECONDS) == 1
    told = "emulator ended with signal SIGKILL, and what it was told so far with it, which Temporal still has"
    assert f"sandan: {told}: the next start with --persist says what to do" in running.errors.read_text()
    for times in (1, 2):
        again = up("--persist")
        again.printed()
        assert _soon(partial(again.has_told, "To begin anew: end this, rm -r ", times))
        again.process.terminate()
        assert again.process.wait(_SOON_SECONDS) == 0
    assert running.errors.read_text().count("the emulator has nothing of ") == 2
    assert f"rm -r {running.errors.parent}/local/data, and start again" in running.errors.read_text()


def test_a_temporal_server_that_dies_leaves_its_data(up: Callable[..., Running]) -> None:
    """Given --persist, when it is killed, then nothing is missing at the next start."""
    running = up("--persist")
    os.kill(running.printed()["pids"]["temporal"], signal.SIGKILL)

    assert running.process.wait(_SOON_SECONDS) == 1
    told = "temporal ended with signal SIGKILL, its data are on disk up to what it had acknowledged: start again with"
    assert told in running.errors.read_text()
    again = up("--persist")
    again.printed()
    again.process.terminate()
    assert again.process.wait(_SOON_SECONDS) == 0
    assert "the emulator has nothing of" not in again.errors.read_text()


def test_it_can_be_ended_while_it_starts(up: Callable[[], Running], tmp_path: Path) -> None:
    """What has started by then is ended again."""
    running = up()
    registry = tmp_path / "local" / "processes.json"
    assert _soon(lambda: registry.exists() and "emulator" in registry.read_text())
    pids = {name: entry["pid"] for name, entry in json.loads(registry.read_text()).items()}

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(_SOON_SECONDS) == 0
    assert _gone(pids)
    assert not running.is_announced
