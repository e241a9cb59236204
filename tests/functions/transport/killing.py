"""Children that are killed with signal 9."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.functions.transport.exchanges import Exchange, until

_ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 20


def start(exchange: Exchange, action: str, step: str, *arguments: str) -> subprocess.Popen[str]:
    """A child at work; see `child`."""
    command = [sys.executable, "-m", "tests.functions.transport.child", exchange.kind, exchange.address, action, step]
    return subprocess.Popen([*command, *arguments], cwd=_ROOT, stdout=subprocess.PIPE, text=True)


def kill(child: subprocess.Popen[str]) -> None:
    """kill -9."""
    child.kill()
    assert child.wait(_PATIENCE_SECONDS) == -signal.SIGKILL
    assert child.stdout
    child.stdout.close()


def kill_when_done(exchange: Exchange, action: str, *arguments: str) -> None:
    """A child does it, and dies before it can tell anyone."""
    child = start(exchange, action, "end", *arguments)
    assert child.stdout
    assert child.stdout.readline() == "done\n"
    kill(child)


def dies_at(exchange: Exchange, action: str, step: int, *arguments: str) -> bool:
    """Whether a child died at its n-th flush or rename; otherwise it had fewer and ended well."""
    child = start(exchange, action, str(step), *arguments)
    code = child.wait(_PATIENCE_SECONDS)
    assert child.stdout
    child.stdout.close()
    assert code in {0, -signal.SIGKILL}
    return code != 0


__all__ = ["dies_at", "kill", "kill_when_done", "start", "until"]
