"""The local HTTP front of the gateway function: `python -m infra.http_front`, in place of API Gateway.

Like AWS it gives every copy of the function one request at a time (Powertools keeps the current one in a class
attribute), and has several copies: processes that share one listening socket.
"""

import asyncio
import gc
import logging
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
from starlette.responses import Response
from starlette.routing import Route

from functions.gateway.refusals import Refusal, RefusedError
from functions.gateway.signing import PARTNER_HEADER
from functions.settings import settings
from infra.http_event import Event, event_of, response_of
from infra.http_limits import FrontLimits, TooManyAtOnceError, Turns, wary_protocol
from infra.lambda_context import LocalContext
from infra.logs import begin_log, uvicorn_options
from infra.stack.ports import LOOPBACK, Ports

log = logging.getLogger("sandan.front")
Handler = Callable[[Event, LambdaContext], Event]

PORT_VARIABLE = "SANDAN_GATEWAY_PORT"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_BACKLOG = 512
_COPIES = max(2, min(4, os.cpu_count() or 1))


def application(handler: Handler, limits: FrontLimits, name: str = "gateway") -> Starlette:
    """The handler as an ASGI application.

    Bodies over the limit are refused (413) before they are read, those that come too slowly are given up (408). Senders
    wait in a line each, so that nobody waits behind another's flood; who has too many in his line is sent away (429).
    """
    one_at_a_time = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
    of_sender, of_address = Turns(limits.at_once, limits.waiting), Turns(limits.of_address)

    async def answer(request: Request) -> Response:
        response = await answered(request)
        log.info("%s %.200r: %s", request.method, request.scope["path"], response.status_code)  # a query may have a key
        return response

    async def answered(request: Request) -> Response:
        address = request.client.host if request.client else ""
        sender = f"{address} {request.headers.get(PARTNER_HEADER, '')}"
        try:
            _require_length(request, limits.body)
            async with of_sender.turn(sender), of_address.turn(address):
                body = await _body(request, limits)
                event = event_of(request, body)
                context = LocalContext(name, event["requestContext"]["requestId"])
                result = await asyncio.get_running_loop().run_in_executor(one_at_a_time, handler, event, context)
                return response_of(result)
        except RefusedError as error:
            return _problem(error)
        except TooManyAtOnceError:
            detail = f"{limits.at_once + limits.waiting} requests of yours are in hand: wait for their answers"
            return _problem(RefusedError(Refusal.TOO_MANY, detail, headers={"Retry-After": "1"}))

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def _require_length(request: Request, limit: int) -> None:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)


async def _body(request: Request, limits: FrontLimits) -> bytes:
    """Counted while it comes: a body in chunks announces no length."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body:
                    raise _too_large(limits.body)
    except TimeoutError:
        detail = f"the body did not come within {limits.body_seconds:g} seconds: send less at a time"
        raise RefusedError(Refusal.TOO_SLOW, detail) from None
    return bytes(body)


def _too_large(limit: int) -> RefusedError:
    return RefusedError(Refusal.TOO_LARGE, f"the body is larger than {limit} bytes: send it in several messages")


def _problem(error: RefusedError) -> Response:
    """As the function itself would tell it; the connection ends, since not all was read of it."""
    told = error.response()
    headers = {**error.headers, "Connection": "close"}
    return Response(told.body, told.status_code, headers, told.content_type)


def serve(handler: Handler, port: int, limits: FrontLimits, copies: int = _COPIES) -> None:
    """Listen until SIGTERM. When one of the copies dies, all end, and whoever started them sees it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listening = socket.create_server((LOOPBACK, port), backlog=_BACKLOG)
    gc.freeze()  # what the function has loaded stays: nobody need look through it again
    forks = multiprocessing.get_context("fork")  # and it is loaded once
    others = [forks.Process(target=_serve_one, args=(handler, limits, listening)) for _ in range(copies - 1)]
    for other in others:
        other.start()
    signal.signal(signal.SIGCHLD, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        _serve_one(handler, limits, listening)
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.terminate()
            other.join()
        if any(other.exitcode for other in others):
            sys.exit("a copy of the function has died")


def _serve_one(handler: Handler, limits: FrontLimits, listening: socket.socket) -> None:
    config = uvicorn.Config(
        application(handler, limits),
        http=wary_protocol(limits.head_seconds),
        proxy_headers=False,  # nobody stands before it, so nobody can say that he is another
        limit_concurrency=limits.connections,
        lifespan="off",
        ws="none",
        **uvicorn_options(),
    )
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Serve the gateway function on SANDAN_GATEWAY_PORT."""
    from functions.gateway.handler import handler, load  # noqa: PLC0415 - loads the function; `application` need not

    begin_log()
    load()
    serve(handler, int(os.environ.get(PORT_VARIABLE, Ports().gateway)), FrontLimits(settings().body_limit))


if __name__ == "__main__":
    main()
