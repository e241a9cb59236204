"""Which port each part of the local stack listens on: the usual one when it is free, else any free one."""

import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack

from pydantic import BaseModel, ConfigDict

from infra.stack.errors import StackError

LOOPBACK = "127.0.0.1"
VARIABLE = "SANDAN_PORT_{}"
_HIGHEST = 65535


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


def pick_ports(environment: Mapping[str, str] = os.environ) -> Ports:
    """Ports that are free now, no two alike.

    `SANDAN_PORT_GATEWAY` and so on fix a port. Raises StackError when a fixed one is taken or is not a port.
    """
    with ExitStack() as held:
        fixed = {name: _fixed(name, environment, held) for name in Ports.model_fields}
        picked = {
            name: port or _free(preferred, held)
            for (name, port), preferred in zip(fixed.items(), Ports().model_dump().values(), strict=True)
        }
    return Ports.model_validate(picked)


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
        raise StackError(f"{variable}={value} is not a port: give a number from 1 to {_HIGHEST}")
    port = int(value)
    if not _hold(port, held):
        raise StackError(f"port {port} ({variable}) is taken: end what listens there or choose another port")
    return port


def _free(preferred: int, held: ExitStack) -> int:
    return _hold(preferred, held) or _hold(0, held)


def _hold(port: int, held: ExitStack) -> int:
    """Bind the port until `held` closes, so that it is picked once; 0 when it is taken."""
    if port and is_listening(port):  # some systems let a second socket bind where another one listens
        return 0
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT counts as free
    try:
        holder.bind((LOOPBACK, port))
    except OSError:
        holder.close()
        return 0
    held.callback(holder.close)
    return int(holder.getsockname()[1])
