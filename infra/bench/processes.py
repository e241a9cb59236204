"""Processor time of the processes of a stack, from /proc: what an order costs, and who spends it."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_GROUP, _USER, _SYSTEM = 2, 11, 12  # fields after the command of /proc/<pid>/stat
OURSELVES = "client"
"""The process that measures and plays the parties."""


def spent(pids: Mapping[str, int]) -> Counter[str]:
    """Seconds that each named process has spent so far, its children included: each leads a process group.

    Raises OSError on a system without /proc.
    """
    names = {pid: name for name, pid in pids.items()}
    seconds: Counter[str] = Counter()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            group, ticks = _read(folder / "stat")
            if group in names:
                seconds[names[group]] += ticks / _TICKS  # type: ignore[assignment]
    own = os.times()
    seconds[OURSELVES] = own.user + own.system  # type: ignore[assignment]
    return seconds


def _read(stat: Path) -> tuple[int, int]:
    """Process group and ticks; none of a process that has just ended."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return -1, 0
    return int(fields[_GROUP]), int(fields[_USER]) + int(fields[_SYSTEM])
