"""How much memory a message takes: `python -m infra.bench.memory FILE`, a process of its own for each message."""

import json
import re
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from events.values import Value

_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_KILOBYTE = 1024
_TIME_LIMIT = 300


class Memory(Value):
    """The greatest memory of a process, in bytes: before the message (the libraries), and with it."""

    before: int
    peak: int

    @property
    def growth(self) -> int:
        """What the message took."""
        return self.peak - self.before


def memory_of(message: bytes) -> Memory:
    """What reading, both layers of validation and writing of a message take, measured in a child process."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "message.xml"
        file.write_bytes(message)
        command = [sys.executable, "-m", __name__, str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_TIME_LIMIT)  # noqa: S603 - our own module
    return Memory.model_validate_json(done.stdout)


def _high_water() -> int:
    """The peak of this process. ru_maxrss of a child starts at its parent's on Linux, so the kernel's own is better."""
    status = Path("/proc/self/status")
    found = _HIGH_WATER.search(status.read_text()) if status.exists() else None
    return (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * _KILOBYTE


def _main(file: Path) -> None:
    from events.ceb import build  # noqa: PLC0415 - the parent needs none of these
    from infra.bench.messages import one_list  # noqa: PLC0415 - the same
    from infra.bench.work import through  # noqa: PLC0415 - the same

    through(build(one_list()))  # so that libraries and plans are no part of what the message takes
    before = _high_water()
    through(file.read_bytes())
    sys.stdout.write(json.dumps({"before": before, "peak": _high_water()}))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
