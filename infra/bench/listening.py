"""Small HTTP servers in a thread of the benchmark: recorders, and sinks that stand where a service has stood."""

import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.stack.ports import LOOPBACK

_BACKLOG = 512
_PATIENCE_SECONDS, _PAUSE_SECONDS = 20, 0.05


class Listening:
    """An application on a port of this machine, any free one unless it is given, while the context lasts."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self._socket = _listening(port)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()


def _listening(port: int) -> socket.socket:
    """The port may belong to a process for a moment yet that was just ended."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return socket.create_server((LOOPBACK, port), backlog=_BACKLOG)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)


def sink() -> Starlette:
    """Takes everything at once (202) and does nothing with it."""

    async def take(request: Request) -> Response:
        await request.body()
        return Response(status_code=202)

    return Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
