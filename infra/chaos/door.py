"""Parties who send late, in any order, and more often than once."""

import asyncio
from contextlib import suppress
from hashlib import sha256
from random import Random

import httpx

from infra.gateway_client import GatewayClient

_LATE_SECONDS = 0.5
_MOST_REPETITIONS = 2
_REPETITION_SECONDS = 4.0
_ROUNDS = 4  # of attempts, sixteen seconds each


class Doubters(GatewayClient):
    """The parties' client: each message waits, and is sent up to twice more, all by its own bytes and a seed.

    What is repeated later overtakes and is overtaken by whatever its order sends meanwhile.
    """

    def __init__(self, url: str, keys: dict[str, bytes], connections: int, seed: int) -> None:
        super().__init__(url, keys, connections)
        self._seed = seed
        self._later: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.repeated = 0
        self.refused: list[str] = []

    async def __aexit__(self, *error: object) -> None:
        if error[0] is None:
            await asyncio.gather(*self._later)
        for task in self._later:
            task.cancel()
        await super().__aexit__(*error)

    async def post(self, partner: str, path: str, body: bytes, content_type: str) -> httpx.Response:
        """POST, a little later than asked; the answer is that to the first sending."""
        random = Random(f"{self._seed}/{sha256(body).hexdigest()}")  # noqa: S311 -- repeatable on purpose
        await asyncio.sleep(random.uniform(0, _LATE_SECONDS))
        for _ in range(random.randint(0, _MOST_REPETITIONS)):
            pause = random.uniform(0, _REPETITION_SECONDS)
            task = asyncio.create_task(self._repeat(pause, partner, path, body, content_type))
            self._later.add(task)
        self.sent += 1
        for _ in range(_ROUNDS - 1):
            with suppress(httpx.TransportError):
                return await super().post(partner, path, body, content_type)
        return await super().post(partner, path, body, content_type)

    async def _repeat(self, pause: float, partner: str, path: str, body: bytes, content_type: str) -> None:
        await asyncio.sleep(pause)
        try:
            answer = await super().post(partner, path, body, content_type)
        except httpx.TransportError:  # the door stayed away: the document itself is sent until it is taken
            return
        self.repeated += 1
        if not answer.is_success:
            self.refused.append(f"{partner} {path}: HTTP {answer.status_code}: {answer.text[:300]}")
