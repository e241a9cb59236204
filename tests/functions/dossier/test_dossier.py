"""The dossier vouches for itself: whatever is changed, lost, added or moved breaks its chain."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from events.documents import DocumentKind, InboundDocument, content_hash
from events.life import Stage
from events.values import OrderKey
from functions.aws import s3
from functions.dossier.handler import archive, late
from functions.dossier.models import ArchiveRequest, Dossier, DossierEntry, LateRequest
from functions.dossier.rules import GENESIS, BrokenChainError, chain, verify
from functions.dossier.store import get_dossier
from functions.settings import settings
from tests import builders

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
NOW = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
CONTENTS = st.dictionaries(TEXTS, TEXTS | st.integers() | st.none() | st.lists(TEXTS, max_size=2), max_size=3)
ENTRIES = st.lists(
    st.builds(
        DossierEntry,
        at=st.datetimes(timezones=st.just(UTC)),
        kind=st.sampled_from(["order", "decision"]),
        content=CONTENTS,
    ),
    min_size=1,
    max_size=5,
)


def request(entries: list[DossierEntry]) -> ArchiveRequest:
    """What a closed order leaves."""
    return ArchiveRequest(key=KEY, stage=Stage.CLOSED, entries=entries)


def three_entries() -> list[DossierEntry]:
    """A document, a decision, a receipt."""
    content = builders.order().model_dump(mode="json")
    return [
        DossierEntry(at=NOW, kind="order", content=content),
        DossierEntry(at=NOW + timedelta(seconds=1), kind="decision", content={"stage": "collecting"}),
        DossierEntry(at=NOW + timedelta(seconds=2), kind="list-receipt", content={"returnStatus": "800"}),
    ]


@given(entries=ENTRIES)
def test_a_chain_holds_also_after_it_was_stored_as_json(entries: list[DossierEntry]) -> None:
    dossier = chain(request(entries))
    verify(dossier)
    verify(Dossier.model_validate_json(dossier.model_dump_json()))
    assert [entry.number for entry in dossier.entries] == list(range(1, len(entries) + 1))
    assert dossier.entries[0].previous == GENESIS
    assert dossier.head == dossier.entries[-1].hash


@given(entries=ENTRIES, data=st.data())
def test_any_change_breaks_the_chain(entries: list[DossierEntry], data: st.DataObject) -> None:
    dossier = chain(request(entries))
    place = data.draw(st.integers(0, len(entries) - 1))
    entry = dossier.entries[place]
    other: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"content": {**entry.content, "": "another"}},
                {"at": entry.at + timedelta(microseconds=1) if entry.at.year < 9999 else NOW},
                {"kind": "operator"},
                {"number": entry.number + 1},
                {"previous": "1" * 64},
                {"hash": "1" * 64},
            ]
        )
    )
    forged = [entry.model_copy(update=other) if at == place else found for at, found in enumerate(dossier.entries)]
    with pytest.raises(BrokenChainError, match=f"entry {place + 1} was changed"):
        verify(dossier.model_copy(update={"entries": forged}))


def test_entries_that_are_lost_added_or_moved_break_the_chain() -> None:
    dossier = chain(request(three_entries()))
    first, second, third = dossier.entries
    for entries in (
        [],
        [first, second],
        [second, third],
        [first, third],
        [second, first, third],
        [*dossier.entries, third],
    ):
        with pytest.raises(BrokenChainError, match=f"dossier {KEY}"):
            verify(dossier.model_copy(update={"entries": entries}))
    with pytest.raises(BrokenChainError, match="not the head"):
        verify(dossier.model_copy(update={"head": first.hash}))


def test_a_forger_needs_the_head_too() -> None:
    """Given entries forged with right hashes, when they are checked against the head that was told, then it shows."""
    forged = three_entries()[:2]
    dossier = chain(request(three_entries()))
    with pytest.raises(BrokenChainError):
        verify(chain(request(forged)).model_copy(update={"head": dossier.head}))


@pytest.mark.usefixtures("aws")
def test_what_is_archived_can_be_read_and_verified() -> None:
    archived = archive(request(three_entries()))
    assert archived.location == f"s3://{settings().archive_bucket}/orders/{KEY}/dossier.json"
    dossier = get_dossier(KEY)
    verify(dossier)
    assert (dossier.head, len(dossier.entries), dossier.stage) == (archived.head, archived.entries, Stage.CLOSED)
    assert [entry.content for entry in dossier.entries] == [entry.content for entry in three_entries()]


@pytest.mark.usefixtures("aws")
def test_archived_twice_it_is_the_same_object() -> None:
    assert archive(request(three_entries())) == archive(request(three_entries()))
    assert s3().list_objects_v2(Bucket=settings().archive_bucket)["KeyCount"] == 1


@pytest.mark.usefixtures("aws")
def test_an_order_without_dossier_is_not_there() -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        get_dossier(KEY)


@pytest.mark.usefixtures("aws")
def test_a_document_that_came_after_the_end_is_kept_beside_the_dossier_once() -> None:
    """Given a late document that comes twice, when it is kept, then it lies there once, the dossier untouched."""
    archive(request(three_entries()))
    model = builders.payment()
    document = InboundDocument(
        document_id="d-1",
        kind=DocumentKind.PAYMENT,
        content=model.model_dump(mode="json"),
        content_hash=content_hash(model),
        sender="payment",
        received_at=NOW,
    )
    again = document.model_copy(update={"document_id": "d-2"})
    kept = late(LateRequest(key=KEY, document=document))
    assert late(LateRequest(key=KEY, document=again)) == kept
    assert kept.location.startswith(f"s3://{settings().archive_bucket}/orders/{KEY}/late/payment-")
    assert s3().list_objects_v2(Bucket=settings().archive_bucket)["KeyCount"] == 2
    name = kept.location.removeprefix(f"s3://{settings().archive_bucket}/")
    stored = json.loads(s3().get_object(Bucket=settings().archive_bucket, Key=name)["Body"].read())
    assert stored["content"] == document.content
    verify(get_dossier(KEY))
