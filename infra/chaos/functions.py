"""The processes of functions on the emulator, and how they die."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from random import Random

from infra.stack.servers import EMULATOR
from infra.stack.stack import Stack

_PARENT = 1  # the field of /proc/PID/stat after the state


def kill_functions(stack: Stack, seed: int) -> int:
    """kill -9 of half of the processes that run functions now, at least one; how many."""
    running = descendants(stack.state.pids[EMULATOR])
    if not running:
        return 0
    random = Random(f"{seed}/{len(running)}")  # noqa: S311 -- repeatable on purpose
    chosen = random.sample(running, max(1, len(running) // 2))
    for pid in chosen:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(chosen)


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[_PARENT])
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return sorted(found - {pid})
