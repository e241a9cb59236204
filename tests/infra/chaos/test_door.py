"""Parties who repeat what they send."""

import httpx

from infra.chaos.door import Doubters

_KEYS = {"party": b"k" * 32}


def _door(seed: int, heard: list[bytes], statuses: list[int]) -> Doubters:
    def answer(request: httpx.Request) -> httpx.Response:
        heard.append(request.content)
        return httpx.Response(statuses[min(len(heard), len(statuses)) - 1])

    door = Doubters("http://gateway", _KEYS, 4, seed)
    door._http = httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))
    return door


async def test_messages_come_more_often_than_once_and_all_before_the_end() -> None:
    """Given a seed, each message comes one to three times, as often as with that seed before."""
    counts = []
    for _ in range(2):
        heard: list[bytes] = []
        async with _door(1, heard, [202]) as door:
            for number in range(6):
                await door.post("party", "/v1/messages", f"{number}".encode(), "application/xml")
        assert len(heard) == door.sent + door.repeated
        counts.append([heard.count(f"{number}".encode()) for number in range(6)])
        assert door.refused == []
    assert counts[0] == counts[1]
    assert set(counts[0]) <= {1, 2, 3}
    assert sum(counts[0]) > 6


async def test_a_repetition_that_is_refused_is_told() -> None:
    """Given a door that takes a message once and refuses it then, the report says so."""
    heard: list[bytes] = []
    async with _door(1, heard, [202, 422]) as door:
        for number in range(3):
            heard.clear()
            await door.post("party", "/v1/messages", f"{number}".encode(), "application/xml")
    assert len(door.refused) == door.repeated > 0
    assert "HTTP 422" in door.refused[0]
