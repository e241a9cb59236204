"""Which port each part of the local stack listens on: the usual one when it is free, else another one.

A stack reserves its ports for as long as it lives, by locks on files that every stack of this user knows: else two that
start at the same moment would both find a port free, and both tell their servers to listen there.
"""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from infra.stack.errors import SettingError, StackError

LOOPBACK = "127.0.0.1"
VARIABLE = "SANDAN_PORT_{}"
_HIGHEST = 65535
_OTHERS = range(20_000, 30_000)
"""Where other ports are looked for: below those that systems give to connections, which would come and go there."""


class Ports(BaseModel):
    """The ports of one stack, all on the loopback address; the defaults are the preferred ones, 0 is any free one."""

    model_config = ConfigDict(frozen=True)

    gateway: int = 8401
    sandbox: int = 8402
    emulator: int = 4566
    temporal: int = 7233
    temporal_ui: int = 8233
    temporal_http: int = 0
    temporal_metrics: int = 0
    codec: int = 8403


@contextmanager
def reserved_ports(environment: Mapping[str, str] = os.environ) -> Iterator[Ports]:
    """Ports that are free now, no two alike, and that no other stack of this user gets meanwhile.

    `SANDAN_PORT_GATEWAY` and so on fix a port. Raises SettingError when a fixed one is taken or is no port, StackError
    when the locks cannot be written. The locks end with this process, however it ends.
    """
    with ExitStack() as held:
        fixed = {name: _fixed(name, environment, held) for name in Ports.model_fields}
        picked = {
            name: port or _free(preferred, held)
            for (name, port), preferred in zip(fixed.items(), Ports().model_dump().values(), strict=True)
        }
        yield Ports.model_validate(picked)


def is_listening(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def _fixed(name: str, environment: Mapping[str, str], held: ExitStack) -> int | None:
    variable = VARIABLE.format(name.upper())
    value = environment.get(variable)
    if not value:
        return None
    if not value.isdecimal() or not 0 < int(value) <= _HIGHEST:
        raise SettingError(f"{variable}={value} is not a port: give a number from 1 to {_HIGHEST}")
    port = int(value)
    if not _reserve(port, held):
        raise SettingError(f"port {port} ({variable}) is taken: end what listens there or choose another port")
    return port


def _free(preferred: int, held: ExitStack) -> int:
    if preferred and _reserve(preferred, held):
        return preferred
    for port in _OTHERS:
        if _reserve(port, held):
            return port
    raise StackError(f"no port from {_OTHERS.start} to {_OTHERS.stop - 1} is free: end some stacks")


def _reserve(port: int, held: ExitStack) -> bool:
    """Reserve the port until `held` closes; False when somebody listens there or has reserved it."""
    file = _locks() / str(port)
    try:
        lock = file.open("w")
    except OSError as error:
        raise StackError(f"cannot write {file} ({error.strerror}): set TMPDIR to a folder of your own") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    if not is_free(port):
        lock.close()
        return False
    held.callback(lock.close)
    return True


def _locks() -> Path:
    folder = Path(tempfile.gettempdir()) / f"sandan-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def is_free(port: int) -> bool:
    """Whether one can listen there."""
    if is_listening(port):  # some systems let a second socket bind where another one listens
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT counts as free
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
