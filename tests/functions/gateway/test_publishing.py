"""Accepted documents reach the bus: all of them, or the sender is told to send again."""

import json
import time
from typing import Any

import pytest

from events.ceb import build
from events.documents import DocumentKind, InboundDocument
from events.problems import InvalidInputError
from events.values import utc_now
from functions import aws as clients
from functions import bus as event_bus
from functions import claim
from functions.gateway.bus import publish
from functions.settings import Settings, settings
from tests import builders
from tests.functions.gateway.conftest import XML, Door

LARGE = "货" * 90_000


def document(number: int = 1, note: str = "") -> InboundDocument:
    """An accepted order, as large as its note makes it."""
    content = builders.order(order_no=f"SD{number}").model_dump(mode="json", exclude_none=True)
    content["OrderHead"]["note"] = note
    return InboundDocument(
        document_id=f"d-{number}",
        kind=DocumentKind.ORDER,
        content=content,
        content_hash="0",
        sender="platform",
        received_at=utc_now(),
    )


class Bus:
    """A bus that refuses the first entries of each call, as often as it is told."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.calls: list[list[dict[str, Any]]] = []
        self.taken: list[dict[str, Any]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 -- the name of AWS
        """As EventBridge: an answer for each entry, some with an error."""
        self.calls.append(Entries)
        refused = 1 if self.refusals else 0
        self.refusals -= refused
        self.taken.extend(Entries[refused:])
        results = [{"ErrorCode": "ThrottlingException"}] * refused + [{"EventId": "1"}] * (len(Entries) - refused)
        return {"FailedEntryCount": refused, "Entries": results}


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without waiting."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


def listen(monkeypatch: pytest.MonkeyPatch, refusals: int = 0) -> Bus:
    """Put such a bus in the place of EventBridge."""
    stub = Bus(refusals)
    monkeypatch.setattr(event_bus, "eventbridge", lambda: stub)
    return stub


@pytest.mark.usefixtures("door")
def test_entries_go_in_tens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 25 documents, when they are published, then three calls, and each document once, in order."""
    bus = listen(monkeypatch)
    publish([document(number) for number in range(25)])
    assert [len(call) for call in bus.calls] == [10, 10, 5]
    assert [json.loads(entry["Detail"])["id"] for entry in bus.taken] == [f"d-{number}" for number in range(25)]
    assert {(entry["Source"], entry["DetailType"]) for entry in bus.taken} == {
        ("sandan.gateway", "cn.sandan.order.placed.v1")
    }


@pytest.mark.usefixtures("door")
def test_no_call_is_larger_than_the_bus_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given documents of 100 KB, when they are published, then no call holds more than 256 KB."""
    bus = listen(monkeypatch)
    publish([document(number, LARGE[:33_000]) for number in range(5)])
    sizes = [sum(len(entry["Detail"].encode()) for entry in call) for call in bus.calls]
    assert (len(bus.taken), max(sizes) < 256 * 1024) == (5, True)
    assert len(bus.calls) == 3


@pytest.mark.usefixtures("door", "no_pause")
def test_refused_entries_are_put_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a bus that refuses one entry twice, when three documents are published, then only that one is repeated."""
    bus = listen(monkeypatch, refusals=2)
    publish([document(number) for number in range(3)])
    assert [len(call) for call in bus.calls] == [3, 1, 1]
    assert len(bus.taken) == 3


@pytest.mark.usefixtures("no_pause")
def test_a_bus_that_refuses_is_a_503_and_sending_again_heals(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a bus that is down, when a message is sent, then 503; sent again it earns its receipt and one event."""
    body = build(builders.message(builders.order()))
    down = listen(monkeypatch, refusals=99)
    answered = door.post("/v1/messages", body, XML)
    assert (answered.status, answered.json["type"]) == (503, "/problems/unavailable")
    assert "signed anew" in answered.json["detail"]
    up = listen(monkeypatch)
    assert door.post("/v1/messages", body, XML).status == 202
    assert len(up.taken) == 1
    assert up.taken[0]["Detail"] == down.calls[0][0]["Detail"]


@pytest.mark.usefixtures("door")
def test_a_large_document_waits_in_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a document too large for the bus, when it is published, then the event says where it is; there it is."""
    bus = listen(monkeypatch)
    large = document(note=LARGE)
    publish([large])
    detail = json.loads(bus.taken[0]["Detail"])
    assert detail["dataref"] == f"s3://{settings().archive_bucket}/inbox/d-1.json"
    assert "data" not in detail
    assert claim.get(detail["dataref"]) == large


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    "reference",
    ["s3://other-bucket/inbox/d-1.json", f"s3://{Settings().archive_bucket}/dossier/x.json", "inbox/d-1.json", ""],
)
def test_a_strangers_reference_is_not_followed(reference: str) -> None:
    """Given an address outside the inbox, when it is followed, then it is refused: anyone may put events on the bus."""
    clients.s3().put_object(Bucket=settings().archive_bucket, Key="dossier/x.json", Body=b"{}")
    with pytest.raises(InvalidInputError, match="not a document of ours"):
        claim.get(reference)
