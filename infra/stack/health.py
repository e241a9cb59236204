"""Ways to see that a process is at work."""

import http.client
from pathlib import Path

from infra.stack.ports import LOOPBACK, is_listening
from infra.stack.processes import Check

_TIMEOUT_SECONDS = 2
_FIRST_ERROR = 400


def answers(port: int, path: str) -> Check:
    """GET of `path` succeeds."""

    def check() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < _FIRST_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return check


def listens(port: int) -> Check:
    """The port accepts connections."""
    return lambda: is_listening(port)


def exists(file: Path) -> Check:
    """The process has written the file (`infra.ready`)."""
    return file.exists


def every(*checks: Check) -> Check:
    """All of them hold."""
    return lambda: all(check() for check in checks)
