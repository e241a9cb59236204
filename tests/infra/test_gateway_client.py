"""A partner's client: signs every attempt anew, and tries again only what a closed door may have missed."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, request_line, sign
from infra import gateway_client
from infra.gateway_client import GatewayClient

KEY = b"the key of the platform, 32 bytes"


@dataclass
class Door:
    """A door that answers what it is told, 202 when it is told nothing more."""

    answers: list[int | Exception] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 202
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)

    def is_signed(self, request: httpx.Request, body: bytes) -> bool:
        """Whether a request is the platform's, signed now."""
        timestamp = request.headers[TIMESTAMP_HEADER]
        recent = abs(float(timestamp) - datetime.now(UTC).timestamp()) < 30
        right = request.headers[SIGNATURE_HEADER] == sign(KEY, timestamp, body)
        return request.headers[PARTNER_HEADER] == "platform" and recent and right


@pytest.fixture
def door() -> Door:
    """The door."""
    return Door()


@pytest.fixture
def client(door: Door, monkeypatch: pytest.MonkeyPatch) -> GatewayClient:
    """A client of that door that does not wait."""
    monkeypatch.setattr(gateway_client, "_PAUSES_SECONDS", (0.0, 0.0, 0.0))
    made = GatewayClient("http://door", {"platform": KEY})
    monkeypatch.setattr(made, "_http", httpx.AsyncClient(base_url="http://door", transport=httpx.MockTransport(door)))
    return made


async def test_a_post_carries_the_signature_of_its_body(client: GatewayClient, door: Door) -> None:
    async with client:
        answer = await client.post("platform", "/v1/messages", b"<a/>", "application/xml")
    (request,) = door.requests
    assert answer.status_code == 202
    assert (request.method, request.url.path, request.content) == ("POST", "/v1/messages", b"<a/>")
    assert request.headers["content-type"] == "application/xml"
    assert door.is_signed(request, b"<a/>")


async def test_a_get_carries_the_signature_of_its_target(client: GatewayClient, door: Door) -> None:
    await client.get("platform", "/v1/orders/3207PLAT01/a%20b?x=1")
    (request,) = door.requests
    assert (request.method, request.content) == ("GET", b"")
    assert door.is_signed(request, request_line("GET", "/v1/orders/3207PLAT01/a%20b?x=1"))


async def test_while_the_door_is_away_the_same_body_is_sent_again_under_new_signatures(
    client: GatewayClient, door: Door
) -> None:
    """The door refuses replays: a repetition with the old signature would be taken for one."""
    door.answers = [httpx.ConnectError("away"), 503, httpx.ReadTimeout("slow")]
    assert (await client.post("platform", "/v1/events", b"{}", "application/json")).status_code == 202
    assert [request.content for request in door.requests] == [b"{}"] * 4
    assert all(door.is_signed(request, b"{}") for request in door.requests)
    assert len({request.headers[SIGNATURE_HEADER] for request in door.requests}) == 4


@pytest.mark.parametrize("status", [200, 400, 401, 403, 422, 500])
async def test_an_answer_is_an_answer(client: GatewayClient, door: Door, status: int) -> None:
    door.answers = [status, 202]
    assert (await client.post("platform", "/v1/events", b"{}", "application/json")).status_code == status
    assert len(door.requests) == 1


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_a_door_that_stays_busy_says_so_in_the_end(client: GatewayClient, door: Door, status: int) -> None:
    door.answers = [status] * 4
    assert (await client.get("platform", "/v1/orders/E/1")).status_code == status
    assert len(door.requests) == 4


async def test_a_door_that_stays_away_raises_in_the_end(client: GatewayClient, door: Door) -> None:
    door.answers = [httpx.ConnectError("away")] * 4
    with pytest.raises(httpx.ConnectError):
        await client.get("platform", "/v1/orders/E/1")


async def test_who_has_no_key_sends_nothing(client: GatewayClient, door: Door) -> None:
    with pytest.raises(KeyError):
        await client.get("stranger", "/v1/orders/E/1")
    assert door.requests == []


async def test_it_waits_as_long_as_the_door_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 429 with Retry-After, then the next attempt comes after that time, and not before."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    answers = iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(429), httpx.Response(202)])
    made = GatewayClient("http://door", {"platform": KEY})
    transport = httpx.MockTransport(lambda _: next(answers))
    monkeypatch.setattr(made, "_http", httpx.AsyncClient(base_url="http://door", transport=transport))
    monkeypatch.setattr(asyncio, "sleep", sleep)

    assert (await made.post("platform", "/v1/messages", b"<a/>", "application/xml")).status_code == 202
    assert waited == [7.0, 0.5]
