"""The supervisor leaves nothing behind, whatever happens to it or to its children."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from infra.stack.errors import StackError
from infra.stack.processes import Supervisor
from infra.stack.watchdog import started_at

pytestmark = pytest.mark.stack

_SLEEP = ["sleep", "60"]
_PATH = {"PATH": os.environ["PATH"]}
_PARENT = """
import sys, time
from pathlib import Path
from infra.stack.processes import Supervisor
supervisor = Supervisor(Path(sys.argv[1]))
supervisor.start("one", ["sh", "-c", "sleep 60 & sleep 60"], {"PATH": sys.argv[2]}, Path(sys.argv[1]))
supervisor.start("two", ["sleep", "60"], {"PATH": sys.argv[2]}, Path(sys.argv[1]))
print(*supervisor.pids.values(), flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor of children in the test's folder."""
    made = Supervisor(tmp_path)
    yield made
    made.close(grace=1)


def _alive(pid: int) -> bool:
    return started_at(pid) is not None


def _soon(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def _group(leader: int) -> list[int]:
    """The processes of a group that still live."""
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in shown.splitlines()]
        return [int(pid) for pid, group, state, *_ in rows if int(group) == leader and not state.startswith("Z")]
    found = []
    for process in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, group, *_ = process.read_text().rpartition(")")[2].split()
            if int(group) == leader and state != "Z":
                found.append(int(process.parent.name))
    return found


def test_a_stopped_child_is_gone(supervisor: Supervisor, tmp_path: Path) -> None:
    """SIGTERM ends what listens to it, well before the grace is over."""
    supervisor.start("child", _SLEEP, _PATH, tmp_path)
    pid = supervisor.pids["child"]
    began = time.monotonic()

    supervisor.stop(["child"], grace=10)

    assert not _alive(pid)
    assert time.monotonic() - began < 5
    assert supervisor.pids == {}


def test_a_child_that_does_not_listen_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    """After the grace comes SIGKILL."""
    ready = tmp_path / "ready"
    command = ["sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep 0.05; done"]
    supervisor.start("stubborn", command, _PATH, tmp_path)
    pid = supervisor.pids["stubborn"]
    assert _soon(ready.exists)

    supervisor.stop(["stubborn"], grace=0.2)

    assert not _alive(pid)


def test_what_a_child_has_started_goes_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    """The whole group ends, also when the child itself dies on its own."""
    supervisor.start("dies", ["sh", "-c", "sleep 60 & sleep 0.3; exit 3"], _PATH, tmp_path)
    leader = supervisor.pids["dies"]
    assert _soon(lambda: len(_group(leader)) >= 2)

    assert _soon(lambda: supervisor.crashed() == {"dies": "exit code 3"})

    assert _soon(lambda: _group(leader) == [])


def test_a_killed_child_can_be_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    """kill -9 is meant, so it is no crash."""
    supervisor.start("child", _SLEEP, _PATH, tmp_path)
    first = supervisor.pids["child"]

    supervisor.kill("child")
    assert not _alive(first)
    assert supervisor.crashed() == {}

    supervisor.start("child", _SLEEP, _PATH, tmp_path)
    assert _alive(supervisor.pids["child"])


def test_a_crash_tells_its_signal(supervisor: Supervisor, tmp_path: Path) -> None:
    """Who watches learns how a child ended."""
    supervisor.start("child", _SLEEP, _PATH, tmp_path)
    os.kill(supervisor.pids["child"], signal.SIGKILL)

    assert _soon(lambda: supervisor.crashed() == {"child": "signal SIGKILL"})


def test_a_child_that_dies_while_it_starts_is_told_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    """The error carries the end of the log and where the rest is."""
    supervisor.start("broken", ["sh", "-c", "echo the disk is full >&2; exit 7"], _PATH, tmp_path)

    with pytest.raises(StackError, match=r"broken ended with exit code 7 while it started\n.*broken\.log:\n.*disk is"):
        supervisor.wait_healthy({"broken": lambda: False}, timeout=10)


def test_of_an_empty_log_no_end_is_told(supervisor: Supervisor, tmp_path: Path) -> None:
    """A child that said nothing."""
    supervisor.start("mute", ["sh", "-c", "exit 7"], _PATH, tmp_path)

    with pytest.raises(StackError, match=r"mute ended with exit code 7 while it started\Z"):
        supervisor.wait_healthy({"mute": lambda: False}, timeout=10)


def test_a_child_that_does_not_become_healthy_is_told_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    """Waiting ends with the time that was given."""
    supervisor.start("slow", ["sh", "-c", "echo thinking; sleep 60"], _PATH, tmp_path)

    with pytest.raises(StackError, match=r"slow is not healthy after 0.3 seconds\n.*slow\.log:\n  thinking"):
        supervisor.wait_healthy({"slow": lambda: False}, timeout=0.3)


def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the starter: the watchdog ends the children and what they have started."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path), _PATH["PATH"]], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    assert all(_alive(pid) for pid in children)

    parent.kill()
    parent.communicate()

    assert _soon(lambda: not any(_group(pid) for pid in children))


def test_what_an_earlier_supervisor_has_left_is_ended(tmp_path: Path) -> None:
    """Even when its watchdog was killed with it: the registry names the processes."""
    left = subprocess.Popen(_SLEEP, start_new_session=True)
    registry = {"worker": {"pid": left.pid, "started": started_at(left.pid)}}
    (tmp_path / "processes.json").write_text(json.dumps(registry))

    supervisor = Supervisor(tmp_path)
    supervisor.close(grace=0)

    assert supervisor.swept == ["worker"]
    assert left.wait(5) == -signal.SIGKILL


def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    """A process number is used again: only number and start together name a process."""
    stranger = subprocess.Popen(_SLEEP, start_new_session=True)
    registry = {"worker": {"pid": stranger.pid, "started": "long ago"}}
    (tmp_path / "processes.json").write_text(json.dumps(registry))

    supervisor = Supervisor(tmp_path)
    supervisor.close(grace=0)

    assert supervisor.swept == []
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()
