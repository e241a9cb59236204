"""Ways to see that a process is at work."""

import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

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


def reaches(url: str) -> bool:
    """Whether something accepts connections at the address of an http or https URL."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), _TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def listens(port: int) -> Check:
    """The port accepts connections."""
    return lambda: is_listening(port)


def exists(file: Path) -> Check:
    """The process has written the file (`infra.ready`)."""
    return file.exists


def every(*checks: Check) -> Check:
    """All of them hold."""
    return lambda: all(check() for check in checks)
