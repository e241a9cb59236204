"""A small supervisor: starts children with their logs, waits until they are healthy, leaves none behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from infra.stack import watchdog
from infra.stack.errors import PortTakenError, StackError

Check = Callable[[], bool]

_POLL_SECONDS = 0.02
_TAIL_LINES = 15
_PORT_TAKEN = "already in use"  # in the words of every system and of all our servers


class Supervisor:
    """The children of one stack, each the leader of a process group; their logs are in `folder`/logs.

    Ends what an earlier supervisor of the same folder has left. A watchdog process ends the children when this process
    dies without a word, on every system (a death signal of Linux would hang on the starting thread instead).
    """

    def __init__(self, folder: Path) -> None:
        self._registry = folder / "processes.json"
        self._logs = folder / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.swept = watchdog.end_registered(self._registry)
        for log in self._logs.glob("*.log"):
            log.unlink()
        self._watchdog = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-I", "-S", watchdog.__file__, str(self._registry)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pids(self) -> dict[str, int]:
        """The children that were started and not stopped."""
        return {name: child.pid for name, child in self._children.items()}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start a child in `folder`; a running one of that name is a mistake (StackError)."""
        if name in self._children and _poll(self._children[name]) is None:
            raise StackError(f"{name} is running already (process {self._children[name].pid})")
        with self.log(name).open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 - commands of our own
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._register()

    def wait_healthy(self, checks: Mapping[str, Check], timeout: float) -> None:
        """Wait until every check holds; StackError with the end of the log when a child dies or time is up.

        A child that died because its port was taken makes it PortTakenError.
        """
        deadline = time.monotonic() + timeout
        waiting = dict(checks)
        while waiting:
            for name in [name for name, healthy in waiting.items() if healthy()]:
                del waiting[name]
            for name in checks:  # a healthy one too: it may have been another program that answered on its port
                self._check_alive(name)
            if waiting and time.monotonic() > deadline:
                name = next(iter(waiting))
                raise StackError(f"{name} is not healthy after {timeout:g} seconds{self.tail(name)}")
            time.sleep(_POLL_SECONDS if waiting else 0)

    def _check_alive(self, name: str) -> None:
        code = _poll(self._children[name])
        if code is not None:
            ended = f"{name} ended with {_ending(code)} while it started"
            for line in self._lines(name):  # not of the end alone: after it Temporal tells of its whole stack
                if _PORT_TAKEN in line.lower():
                    raise PortTakenError(f"{ended}: {line.strip()}{self.tail(name)}")
            raise StackError(f"{ended}{self.tail(name)}")

    def crashed(self) -> dict[str, str]:
        """The children that ended on their own since they were started, each with how it ended."""
        endings = {name: _poll(child) for name, child in self._children.items()}
        return {name: _ending(code) for name, code in endings.items() if code is not None}

    def kill(self, name: str) -> None:
        """kill -9 of a child and its group."""
        self._end([name], signal.SIGKILL, 0)

    def stop(self, names: Iterable[str], grace: float) -> dict[str, int]:
        """Ask the children to end, all at once; kill those that still run after `grace` seconds. Their exit codes."""
        return self._end([name for name in names if name in self._children], signal.SIGTERM, grace)

    def close(self, grace: float) -> None:
        """Stop every child and the watchdog."""
        self.stop(list(self._children), grace)
        self._watchdog.communicate()
        self._registry.unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self._logs / f"{name}.log"

    def tail(self, name: str) -> str:
        """The last lines of a child's log, to be put behind what it ended with: each begins with a line break."""
        lines = self._lines(name)[-_TAIL_LINES:]
        return "".join(
            f"\n{line}" for line in (f"the end of {self.log(name)}:", *(f"  {line}" for line in lines)) if lines
        )

    def _lines(self, name: str) -> list[str]:
        return self.log(name).read_text(errors="replace").splitlines() if self.log(name).exists() else []

    def _end(self, names: list[str], how: signal.Signals, grace: float) -> dict[str, int]:
        running = [name for name in names if _poll(self._children[name]) is None]
        for name in running:
            _signal_group(self._children[name], how)
        deadline = time.monotonic() + grace
        for name in running:
            child = self._children[name]
            while _poll(child) is None and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
            if child.returncode is None:
                _signal_group(child, signal.SIGKILL)
                child.wait()
        ended = {name: self._children.pop(name).returncode for name in names}
        self._register()
        return ended

    def _register(self) -> None:
        entries = {name: {"pid": pid, "started": watchdog.started_at(pid)} for name, pid in self.pids.items()}
        draft = self._registry.with_suffix(".new")
        draft.write_text(json.dumps(entries))
        draft.replace(self._registry)


def _poll(child: subprocess.Popen[bytes]) -> int | None:
    """The exit code once the child has ended; what it left in its group is killed at that moment.

    Not later: the number of the group may then belong to somebody else.
    """
    if child.returncode is None and child.poll() is not None:
        _signal_group(child, signal.SIGKILL)
    return child.returncode


def _signal_group(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, how)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
