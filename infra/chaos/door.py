"""Parties who send late, in any order, and more often than once."""

import asyncio
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from random import Random

import httpx

from events.ceb.message import parse
from functions.gateway.models import Answers
from functions.gateway.reading import JSON_TYPE, XML_TYPES, media_type
from functions.intake.refusals import Reason, codes_of
from infra.gateway_client import GatewayClient

_OVERTAKEN = codes_of(Reason.EXISTS, Reason.DECLARED, Reason.OUTDATED)
_LATE_SECONDS = 0.5
_MOST_REPETITIONS = 2
_REPETITION_SECONDS = 4.0
_ROUNDS = 4  # of attempts, sixteen seconds each


class Doubters(GatewayClient):
    """The parties' client: each message waits, and is sent up to twice more, all by its own bytes and a seed.

    What is repeated later overtakes and is overtaken by whatever its order sends meanwhile. So a repetition may be
    refused for what is on record by then, which is counted; any other refusal of it is kept as a fault of the door.
    """

    def __init__(self, url: str, keys: dict[str, bytes], connections: int, seed: int) -> None:
        super().__init__(url, keys, connections)
        self._seed = seed
        self._later: set[asyncio.Task[None]] = set()
        self._taken: set[bytes] = set()
        self.sent = 0
        self.repeated = 0
        self.overtaken = 0
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
        answer = await self._insist(partner, path, body, content_type)
        if answer.is_success:
            self._taken.add(body)
        return answer

    async def _insist(self, partner: str, path: str, body: bytes, content_type: str) -> httpx.Response:
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
        if answer.is_success:
            return
        if body in self._taken and _is_overtaken(answer):
            self.overtaken += 1
        else:
            self.refused.append(f"{partner} {path}: HTTP {answer.status_code}: {answer.text[:300]}")


def _is_overtaken(answer: httpx.Response) -> bool:
    """Whether all documents of a request are refused for what is on record: other content, or a declared list."""
    codes = _codes(answer)
    return answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and bool(codes) and codes <= _OVERTAKEN


def _codes(answer: httpx.Response) -> set[str]:
    """The codes of the documents of a request; none when the request is refused as a whole."""
    media = media_type(answer.headers)
    if media == JSON_TYPE:
        return {one.status for one in Answers.model_validate_json(answer.content).answers}
    if media in XML_TYPES:
        return {getattr(element, "return_status", "") for element in parse(answer.content).elements}
    return set()
