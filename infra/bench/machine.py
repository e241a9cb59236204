"""What a benchmark ran on, and with what: figures of two machines are compared by their ratios only."""

import os
import platform
import re
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from events.values import CHINA, Value, utc_now
from infra.stack.servers import temporal_path

_LIBRARIES = ("temporalio", "ministack", "boto3", "pydantic", "lxml")
_MEMORY = re.compile(r"^MemTotal:\s+(\d+) kB$", re.MULTILINE)
_MODEL = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
_SYSTEM = re.compile(r'^PRETTY_NAME="?([^"\n]+)', re.MULTILINE)
_KILOBYTES = 1024 * 1024
_ROOT = Path(__file__).parents[2]


class Machine(Value):
    """One machine and the code that ran there; memory in GiB. `load` is that of the last minute, before we began."""

    processor: str
    cores: int
    memory: float
    system: str
    python: str
    temporal_server: str
    libraries: dict[str, str]
    commit: str
    at: datetime
    load: float


def this_machine() -> Machine:
    """The machine as it is now."""
    return Machine(
        processor=_found(_MODEL, "/proc/cpuinfo") or platform.processor() or platform.machine(),
        cores=os.cpu_count() or 1,
        memory=round(int(_found(_MEMORY, "/proc/meminfo") or 0) / _KILOBYTES, 1),
        system=f"{_found(_SYSTEM, '/etc/os-release') or platform.system()}, {platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {sys.version.split()[0]}",
        temporal_server=_said([temporal_path(), "--version"]),
        libraries={name: version(name) for name in _LIBRARIES},
        commit=_said(["git", "-C", str(_ROOT), "describe", "--always", "--dirty", "--abbrev=12"]),
        at=utc_now().astimezone(CHINA),
        load=round(os.getloadavg()[0], 2),
    )


def _found(pattern: re.Pattern[str], path: str) -> str | None:
    """What stands in a file of Linux; None on another system."""
    try:
        found = pattern.search(Path(path).read_text())
    except OSError:
        return None
    return found[1].strip() if found else None


def _said(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()  # noqa: S603 - our own commands
    except (OSError, subprocess.SubprocessError):
        return "unknown"
