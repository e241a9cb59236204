"""HTTP from threads: what a request costs is a quarter of that from the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx

CONNECTIONS = 16
_TIMEOUT_SECONDS = 30.0


class InThreads(httpx.AsyncBaseTransport):
    """The transport of an `httpx.AsyncClient` that sends by httpx's own transport for threads, one for each connection.

    Answers are read whole. Who is cancelled while he waits leaves his request to its end, be it that of its timeout.
    """

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._transport = httpx.HTTPTransport(limits=httpx.Limits(max_connections=connections), trust_env=False)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="http")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request. Raises what httpx raises: TransportError when no answer came."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, request)

    def _ask(self, request: httpx.Request) -> httpx.Response:
        answer = self._transport.handle_request(request)
        try:
            body = answer.read()
        finally:
            answer.close()
        return httpx.Response(answer.status_code, headers=_plain(answer.headers), content=body)

    async def aclose(self) -> None:
        """Send nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._transport.close()


def client_in_threads(
    url: str,
    *,
    connections: int = CONNECTIONS,
    timeout: float = _TIMEOUT_SECONDS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client of one server that sends from threads, each step of a request within `timeout` seconds.

    With `transport` it sends by that one instead, as tests do that have no server.
    """
    way = transport or InThreads(connections)
    return httpx.AsyncClient(base_url=url, timeout=timeout, transport=way, trust_env=False)


def _plain(headers: httpx.Headers) -> list[tuple[bytes, bytes]]:
    """Those of the body as it was read: whole and decoded."""
    of_the_way = {b"content-encoding", b"content-length", b"transfer-encoding"}
    return [(name, value) for name, value in headers.raw if name.lower() not in of_the_way]
