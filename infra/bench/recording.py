"""What orders really ask of the servers: a way through, between the services and a server, that writes down every call.

Nothing that passes a recorder is timed; what it has written is what the floor repeats (`infra.bench.floor`).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/(?P<service>[a-z0-9-]+)/aws4_request")
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
_TIMEOUT_SECONDS = 60
_FIRST_ERROR = 400
_BILLED = {"dynamodb"}


@dataclass(frozen=True)
class Call:
    """One request as it passed: its service ("" for one that is none of AWS), operation and body, and the answer.

    `operation` is an AWS operation (PutItem) or, where the protocol has none, the method; `units` are what a call of a
    table consumed.
    """

    service: str
    operation: str
    path: str
    headers: dict[str, str]
    sent: bytes
    status: int
    received: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the server did what was asked."""
        return self.status < _FIRST_ERROR

    @property
    def units(self) -> float:
        """Request units, as the server counts them."""
        consumed = json.loads(self.received).get("ConsumedCapacity", []) if self.service in _BILLED else []
        parts = consumed if isinstance(consumed, list) else [consumed]
        return float(sum(part.get("CapacityUnits", 0) for part in parts))


class Recorder:
    """An application that hands every request on to `upstream` and keeps it in `calls`.

    Calls of tables are asked to say what they consumed; nobody minds the longer answer.
    """

    def __init__(self, upstream: Callable[[], str]) -> None:
        self._upstream = upstream
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False, limits=httpx.Limits())
        self.calls: list[Call] = []
        self.app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=_METHODS)])

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        headers = {name: value for name, value in request.headers.items() if name not in _OF_ONE_HOP}
        service = _service_of(headers)
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if service in _BILLED:
            body = json.dumps(json.loads(body) | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        answer = await self._client.request(request.method, self._upstream() + path, content=body, headers=headers)
        target = headers.get("x-amz-target")
        operation = target.rpartition(".")[2] if target else request.method
        self.calls.append(Call(service, operation, path, headers, body, answer.status_code, answer.content))
        kept = {name: value for name, value in answer.headers.items() if name not in _OF_ONE_HOP}
        return Response(answer.content, answer.status_code, kept)


def _service_of(headers: dict[str, str]) -> str:
    found = _SCOPE.search(headers.get("authorization", ""))
    return found["service"] if found else ""


def parameters(call: Call) -> dict[str, Any]:
    """What a call of a JSON protocol asked for."""
    asked: dict[str, Any] = json.loads(call.sent)
    return asked
