"""One partner floods the door of a whole stack, and what another sends meanwhile is all taken."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from events.values import utc_now
from functions.gateway.limits import WINDOW_SECONDS
from functions.gateway.signing import headers_for
from functions.settings import Settings
from infra.aws import StackClients
from infra.generate.orders import GeneratedOrder, generate, message_xml
from infra.generate.scenarios import Scenario
from infra.stack.services import SERVICES
from infra.stack.stack import Stack

pytestmark = pytest.mark.stack
OTHERS = 30
FLOOD = 300
AT_ONCE = 60
PER_SECOND = 4
_XML = "application/xml"
_MALFORMED = b"<not-xml"
_BIG = b"<a>" + b"x" * 300_000 + b"</a>"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose door alone runs, and where one platform may send little."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with Stack("flood", services=[service for service in SERVICES if service.name == "gateway"]) as stack:
            yield stack


class Door:
    """Sends each request once, and counts what is answered to whom."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._keys = stack.state.partner_keys
        self._http = http
        self.answers: dict[str, Counter[int]] = {}

    async def send(self, partner: str, body: bytes, counted_as: str, signed_by: str | None = None) -> None:
        """One request; `signed_by` is who signs in the partner's name."""
        headers = headers_for(partner, self._keys[signed_by or partner], body, utc_now()) | {"Content-Type": _XML}
        answer = await self._http.post("/v1/messages", content=body, headers=headers)
        self.answers.setdefault(counted_as, Counter())[answer.status_code] += 1


def slow_down(stack: Stack, partner: str) -> None:
    """Give a partner a small share."""
    store = StackClients(stack.state.aws_endpoint).secretsmanager
    name = f"{Settings().partner_secrets}{partner}"
    known = json.loads(store.get_secret_value(SecretId=name)["SecretString"])
    store.put_secret_value(SecretId=name, SecretString=json.dumps(known | {"requests_per_second": PER_SECOND}))


def of_two_platforms() -> tuple[list[GeneratedOrder], str]:
    """Orders, all of one platform, and the name of another."""
    orders = list(generate(4 * OTHERS, seed=21, scenarios=[Scenario.RELEASE]))
    honest = orders[0].facts.platform.partner_id
    other = next(order.facts.platform.partner_id for order in orders if order.facts.platform.partner_id != honest)
    return [order for order in orders if order.facts.platform.partner_id == honest][:OTHERS], other


async def test_what_another_sends_meanwhile_is_all_taken(stack: Stack) -> None:
    """Given 300 requests, well-formed, malformed, big and forged, 60 at a time, then 30 orders of another are taken."""
    orders, flooding = of_two_platforms()
    assert len(orders) == OTHERS
    honest = orders[0].facts.platform.partner_id
    slow_down(stack, flooding)
    bodies = (message_xml(orders[0].documents["311"]), _MALFORMED, _BIG)  # type: ignore[arg-type]
    limits = httpx.Limits(max_connections=AT_ONCE + 4)
    async with httpx.AsyncClient(base_url=stack.state.gateway_url, timeout=120, limits=limits, trust_env=False) as http:
        door = Door(stack, http)
        places = asyncio.Semaphore(AT_ONCE)

        async def flood(number: int) -> None:
            async with places:
                if number % 10 == 0:  # in the other's name, to use up its share
                    await door.send(honest, _MALFORMED, "forged", signed_by=flooding)
                await door.send(flooding, bodies[number % len(bodies)], "flood")

        began = time.time()
        flooders = [asyncio.create_task(flood(number)) for number in range(FLOOD)]
        for order in orders:
            await door.send(honest, message_xml(order.documents["311"]), "honest")  # type: ignore[arg-type]
        await asyncio.gather(*flooders)
        windows = int(time.time()) // WINDOW_SECONDS - int(began) // WINDOW_SECONDS + 1

    assert door.answers["honest"] == {202: OTHERS}
    assert set(door.answers["forged"]) == {401}
    heard = FLOOD - door.answers["flood"][429]
    assert 0 < heard <= windows * PER_SECOND * WINDOW_SECONDS
    assert door.answers["flood"][429] > 0
