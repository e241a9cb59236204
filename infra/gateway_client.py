"""A client of the gateway, as a partner would write one: signed requests, repeated while the door is away."""

import asyncio
from http import HTTPStatus
from typing import Self

import httpx

from events.values import utc_now
from functions.gateway.signing import headers_for, request_line
from infra.http_in_threads import CONNECTIONS, client_in_threads

_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
_LONGEST_WAIT_SECONDS = 15.0
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


class GatewayClient:
    """Sends as one of several partners; every attempt is signed anew, since the door refuses replays."""

    def __init__(self, url: str, keys: dict[str, bytes], connections: int = CONNECTIONS) -> None:
        self._keys = keys
        self._http = client_in_threads(url, connections=connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def post(self, partner: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        """POST as a partner. Raises httpx.TransportError when the door stays away, KeyError for unknown partners."""
        return await self._attempt("POST", path, partner, body, content_type)

    async def get(self, partner: str, path: str) -> httpx.Response:
        """GET as a partner."""
        return await self._attempt("GET", path, partner, None, None)

    async def _attempt(
        self, method: str, path: str, partner: str, body: bytes | None, content_type: str | None
    ) -> httpx.Response:
        for pause in (*_PAUSES_SECONDS, None):
            asked = 0.0  # seconds, by the door
            signed = body if body is not None else request_line(method, path)
            headers = headers_for(partner, self._keys[partner], signed, utc_now())
            if content_type:
                headers["Content-Type"] = content_type
            try:
                answer = await self._http.request(method, path, content=body, headers=headers)
                if answer.status_code not in _LATER or pause is None:
                    return answer
                asked = _asked_for(answer)
            except httpx.TransportError:
                if pause is None:
                    raise
            await asyncio.sleep(max(pause, asked))
        raise AssertionError("the last attempt returns or raises")


def _asked_for(answer: httpx.Response) -> float:
    """How many seconds the door asks to wait; it writes digits."""
    value = answer.headers.get("Retry-After", "")
    return min(float(value), _LONGEST_WAIT_SECONDS) if value.isdecimal() else 0.0
