"""The local HTTP front of the gateway function: `python -m infra.http_front`, in place of API Gateway.

Like AWS it gives every copy of the function one request at a time (Powertools keeps the current one in a class
attribute), and has several copies: processes that share one listening socket.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from aws_lambda_powertools.utilities.typing import LambdaContext
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from functions.settings import settings
from infra.http_event import Event, event_of, response_of
from infra.lambda_context import LocalContext
from infra.stack.ports import LOOPBACK, Ports

Handler = Callable[[Event, LambdaContext], Event]

PORT_VARIABLE = "SANDAN_GATEWAY_PORT"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_BACKLOG = 512
_COPIES = max(2, min(4, os.cpu_count() or 1))


class BodyTooLargeError(Exception):
    """The body is beyond the limit; not all of it was read."""


def application(handler: Handler, body_limit: int, name: str = "gateway") -> Starlette:
    """The handler as an ASGI application. Bodies over `body_limit` bytes are refused (413) before they are read."""
    one_at_a_time = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def answer(request: Request) -> Response:
        try:
            body = await _body(request, body_limit)
        except BodyTooLargeError:
            return _too_large(body_limit)
        event = event_of(request, body)
        context = LocalContext(name, event["requestContext"]["requestId"])
        result = await asyncio.get_running_loop().run_in_executor(one_at_a_time, handler, event, context)
        return response_of(result)

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


async def _body(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise BodyTooLargeError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError
    return bytes(body)


def _too_large(limit: int) -> Response:
    problem = {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": f"the body is larger than {limit} bytes: send it in several messages",
    }
    return JSONResponse(problem, 413, {"Connection": "close"}, "application/problem+json")


def serve(handler: Handler, port: int, body_limit: int, copies: int = _COPIES) -> None:
    """Listen until SIGTERM. When one of the copies dies, all end, and whoever started them sees it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listening = socket.create_server((LOOPBACK, port), backlog=_BACKLOG)
    forks = multiprocessing.get_context("fork")  # what the function has loaded is loaded once
    others = [forks.Process(target=_serve_one, args=(handler, body_limit, listening)) for _ in range(copies - 1)]
    for other in others:
        other.start()
    signal.signal(signal.SIGCHLD, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        _serve_one(handler, body_limit, listening)
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.terminate()
            other.join()
        if any(other.exitcode for other in others):
            sys.exit("a copy of the function has died")


def _serve_one(handler: Handler, body_limit: int, listening: socket.socket) -> None:
    config = uvicorn.Config(
        application(handler, body_limit), log_level="warning", access_log=False, lifespan="off", ws="none"
    )
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Serve the gateway function on SANDAN_GATEWAY_PORT."""
    from functions.gateway.handler import handler  # noqa: PLC0415 - loads the function, which `application` need not

    serve(handler, int(os.environ.get(PORT_VARIABLE, Ports().gateway)), settings().body_limit)


if __name__ == "__main__":
    main()
