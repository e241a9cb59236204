"""Parties who repeat what they send."""

from uuid import uuid4

import httpx
import pytest

from events.ceb.writing import build
from events.documents import DocumentKind
from events.receipts import Answer
from events.values import Text, utc_now
from functions.gateway.models import Answers
from functions.gateway.receipts import receipt_message
from infra.chaos import door as door_module
from infra.chaos.door import Doubters

_KEYS = {"party": b"k" * 32}


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "_LATE_SECONDS", 0.02)
    monkeypatch.setattr(door_module, "_REPETITION_SECONDS", 0.1)


def _answer(code: str, as_xml: bool) -> httpx.Response:
    answer = Answer(
        kind=DocumentKind.ORDER,
        status=code,
        at=utc_now(),
        info=Text(zh="不予受理", en="refused"),
        guid=str(uuid4()).upper(),
        keys={"ebpCode": "3207PLAT01", "ebcCode": "3207SELL01", "orderNo": "LYG-1"},
    )
    if not as_xml:
        body = Answers(answers=[answer]).model_dump_json()
        return httpx.Response(422, content=body, headers={"Content-Type": "application/json"})
    receipt = receipt_message([answer])
    assert receipt
    return httpx.Response(422, content=build(receipt), headers={"Content-Type": "application/xml"})


def _door(seed: int, heard: list[bytes], answers: list[httpx.Response]) -> Doubters:
    """A door that answers in this order, and the last one from then on."""

    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request.content)
        return answers[min(len(heard), len(answers)) - 1]

    door = Doubters("http://gateway", _KEYS, 4, seed)
    door._http = httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))
    return door


async def test_messages_come_more_often_than_once_and_all_before_the_end() -> None:
    """Given a seed, each message comes one to three times, as often as with that seed before."""
    counts = []
    for _ in range(2):
        heard: list[bytes] = []
        async with _door(1, heard, [httpx.Response(202)]) as door:
            for number in range(6):
                await door.post("party", "/v1/messages", f"{number}".encode(), "application/xml")
        assert len(heard) == door.sent + door.repeated
        counts.append([heard.count(f"{number}".encode()) for number in range(6)])
        assert door.refused == []
    assert counts[0] == counts[1]
    assert set(counts[0]) <= {1, 2, 3}
    assert sum(counts[0]) > 6


async def _repetitions_meet(refusal: httpx.Response, first: int = 202) -> Doubters:
    heard: list[bytes] = []
    async with _door(1, heard, [httpx.Response(first), refusal]) as door:
        for number in range(3):
            heard.clear()
            await door.post("party", "/v1/messages", f"{number}".encode(), "application/xml")
    assert door.repeated > 0
    return door


@pytest.mark.parametrize("as_xml", [False, True])
@pytest.mark.parametrize("code", ["-301010", "-301011", "-301014"])
async def test_a_repetition_that_its_correction_overtook_is_counted(code: str, as_xml: bool) -> None:
    """Given a document that was taken, when its repetition meets other content or a declared list, that is right."""
    door = await _repetitions_meet(_answer(code, as_xml))
    assert (door.overtaken, door.refused) == (door.repeated, [])


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (_answer("-301008", as_xml=True), "HTTP 422"),
        (httpx.Response(422, headers={"Content-Type": "application/problem+json"}), "HTTP 422"),
        (httpx.Response(401, headers={"Content-Type": "application/problem+json"}, text="replay"), "HTTP 401: replay"),
        (httpx.Response(500), "HTTP 500"),
    ],
)
async def test_a_repetition_that_is_refused_for_itself_is_told(refusal: httpx.Response, told: str) -> None:
    """Given a document that was taken, when its repetition is refused for what it is, that is a fault of the door."""
    door = await _repetitions_meet(refusal)
    assert (len(door.refused), door.overtaken) == (door.repeated, 0)
    assert told in door.refused[0]


async def test_what_was_never_taken_is_overtaken_by_nothing() -> None:
    """Given a document that was refused at first, when its repetition is refused too, that is told."""
    door = await _repetitions_meet(_answer("-301010", as_xml=True), first=422)
    assert (len(door.refused), door.overtaken) == (door.repeated, 0)
