"""Ends the processes of a stack whose starter has died, even by kill -9: runs beside it as a process of its own.

Started as a plain script without our packages, so that it costs little; it must import only the standard library.
"""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_STATE, _STARTED = 0, 19  # fields of /proc/PID/stat, counted after the name


def started_at(pid: int) -> str | None:
    """When the process was started, in the system's own words, or None when it does not live.

    Together with the number it tells a process from a later one with the same number.
    """
    if sys.platform != "linux":
        shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
        return shown.stdout.strip() or None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[_STATE] in {"Z", "X"} else fields[_STARTED]


def end_registered(registry: Path) -> list[str]:
    """Kill the process groups in the registry, if they still are those that were registered; the names of the killed.

    The registry is JSON: name -> {"pid": number of the group's leader, "started": its `started_at`}.
    """
    if not registry.exists():
        return []
    ended = []
    for name, entry in json.loads(registry.read_text()).items():
        if started_at(entry["pid"]) == entry["started"]:
            with suppress(ProcessLookupError):
                os.killpg(entry["pid"], signal.SIGKILL)
                ended.append(name)
    registry.unlink(missing_ok=True)
    return ended


def main() -> None:
    """Wait for the end of standard input, which the starter holds open as long as it lives."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.read()
    end_registered(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
