"""What the counterparties send to the gateway: signed, in the background, and again until it arrives."""

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from http import HTTPStatus
from itertools import count
from random import Random

import httpx

from events.cloudevents import STRUCTURED
from events.values import utc_now
from functions.gateway.signing import headers_for
from infra.http_in_threads import client_in_threads
from infra.sandbox.config import SandboxConfig
from infra.sandbox.exchange import leave

LOG = logging.getLogger("sandan.sandbox")
Way = tuple[str, str]  # the path and the content type
MESSAGE: Way = ("/v1/messages", "application/xml")
EVENT: Way = ("/v1/events", STRUCTURED)
_AT_ONCE = 16
_TIMEOUT_SECONDS = 20.0
_REFUSED_FOR_GOOD = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


class Outbox:
    """The way to the gateway; nothing is lost while this process lives. Use it as a context."""

    def __init__(self, config: SandboxConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        self._customs = config.customs_partner()
        self._client = client_in_threads(
            config.gateway_url, connections=_AT_ONCE, timeout=_TIMEOUT_SECONDS, transport=transport
        )
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._random = Random(f"{config.seed}/outbox")  # noqa: S311 -- repeatable on purpose
        self._counts = Counter(delivered=0, refused=0, overtaken=0, repeated=0, repetitions_refused=0)

    async def __aenter__(self) -> "Outbox":
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` in the background; a fault in it is logged with its trace."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def report(self) -> dict[str, int]:
        """How many messages went out, were refused for good, went late or a second time; how much is under way."""
        return {**self._counts, "under_way": len(self._tasks)}

    async def deliver(self, partner_id: str, message: bytes, way: Way = MESSAGE) -> bool:
        """Hand a message (or an event) to the gateway as that partner; False when the gateway refuses it for good.

        What customs says goes into the inbox of a directory exchange, if there is one.
        While the gateway cannot be reached, or answers 5xx, 401, 404 or 429, it is tried again with growing pauses.
        A message that is to be overtaken goes later by itself, and nobody is told whether it was refused. The gateway
        may refuse a repetition, which is counted apart: a correction may have come in between, and the first sending
        is what matters.
        """
        if self._draw("overtaken"):
            self.start(self._later(partner_id, message, way))
            return True
        if self._draw("repeated"):
            self.start(self._later(partner_id, message, way, refused="repetitions_refused"))
        return await self._carry(partner_id, message, way)

    def _draw(self, what: str) -> bool:
        share: float = getattr(self._config, what)
        drawn = self._random.random() < share
        self._counts[what] += drawn
        return drawn

    async def _later(self, partner_id: str, message: bytes, way: Way, refused: str = "refused") -> None:
        await asyncio.sleep(self._random.uniform(*self._config.late))
        await self._carry(partner_id, message, way, refused)

    async def _carry(self, partner_id: str, message: bytes, way: Way, refused: str = "refused") -> bool:
        if self._config.inbox and partner_id == self._customs:
            await asyncio.to_thread(leave, self._config.inbox, message)
            return True
        shortest, longest = self._config.retry
        for attempt in count():
            if attempt:
                await asyncio.sleep(min(longest, shortest * 2 ** min(attempt - 1, 10)))
            status = await self._post(partner_id, message, way)
            if status in _REFUSED_FOR_GOOD:
                self._counts[refused] += 1
                return False
            if status is not None and status < HTTPStatus.MULTIPLE_CHOICES:
                self._counts["delivered"] += 1
                return True
        raise AssertionError("count() does not end")

    async def ask(self, question: str) -> None:
        """Ask the gateway for payment data (`platDataOpen`), again until it answers with a code."""
        shortest, longest = self._config.retry
        for attempt in count():
            if attempt:
                await asyncio.sleep(min(longest, shortest * 2 ** min(attempt - 1, 10)))
            try:
                answer = await self._client.post("/v1/customs/platDataOpen", data={"openReq": question})
            except httpx.TransportError as error:
                LOG.warning("the gateway is away (%s): asking again", type(error).__name__)
                continue
            if answer.is_success:
                return
            LOG.warning("the gateway answered %s to a question", answer.status_code)

    async def _post(self, partner_id: str, message: bytes, way: Way) -> int | None:
        path, content_type = way
        async with self._slots:
            signed = headers_for(partner_id, self._config.partners[partner_id].key, message, utc_now())
            try:
                headers = {"Content-Type": content_type, **signed}
                answer = await self._client.post(path, content=message, headers=headers)
            except httpx.TransportError as error:
                LOG.warning("the gateway is away (%s): trying again", type(error).__name__)
                return None
        level = logging.INFO if answer.is_success else logging.WARNING
        LOG.log(level, "the gateway answered %s to %s", answer.status_code, partner_id)
        return answer.status_code

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()):
            LOG.error("work in the background failed", exc_info=fault)
