"""The dossier vouches for itself: whatever is changed, lost, added or moved breaks its chain."""

import hashlib
import hmac
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
from functions.data_keys.sealed import Opener, Sealed
from functions.dossier.handler import archive, check, late, opened
from functions.dossier.models import ArchiveRequest, Chain, CheckRequest, DossierEntry, LateRequest
from functions.dossier.rules import GENESIS, BrokenChainError, chain, verify, verify_contents
from functions.dossier.store import get_dossier, put_dossier
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


def commit(data: bytes) -> str:
    """A commitment with a key of nobody."""
    return hmac.new(b"a key", data, hashlib.sha256).hexdigest()


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
    dossier = chain(request(entries), commit)
    verify(dossier)
    verify(Chain.model_validate_json(dossier.model_dump_json()))
    assert [entry.number for entry in dossier.entries] == list(range(1, len(entries) + 1))
    assert dossier.entries[0].previous == GENESIS
    assert dossier.head == dossier.entries[-1].hash
    verify_contents(dossier, entries, commit)


@given(entries=ENTRIES, data=st.data())
def test_any_change_breaks_the_chain(entries: list[DossierEntry], data: st.DataObject) -> None:
    dossier = chain(request(entries), commit)
    place = data.draw(st.integers(0, len(entries) - 1))
    entry = dossier.entries[place]
    other: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"commitment": "1" * 64},
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


@given(entries=ENTRIES, data=st.data())
def test_any_change_of_a_content_shows_while_there_is_a_key(entries: list[DossierEntry], data: st.DataObject) -> None:
    dossier = chain(request(entries), commit)
    place = data.draw(st.integers(0, len(entries) - 1))
    forged = [
        entry.model_copy(update={"content": {**entry.content, "": "another"}}) if at == place else entry
        for at, entry in enumerate(entries)
    ]
    with pytest.raises(BrokenChainError, match=f"content of entry {place + 1} was changed"):
        verify_contents(dossier, forged, commit)
    with pytest.raises(BrokenChainError, match="contents"):
        verify_contents(dossier, entries[:-1], commit)
    with pytest.raises(BrokenChainError, match="content of entry 1 "):
        verify_contents(dossier, entries, lambda data: hashlib.sha256(data).hexdigest())


def test_entries_that_are_lost_added_or_moved_break_the_chain() -> None:
    dossier = chain(request(three_entries()), commit)
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
    dossier = chain(request(three_entries()), commit)
    with pytest.raises(BrokenChainError):
        verify(chain(request(forged), commit).model_copy(update={"head": dossier.head}))


@pytest.mark.usefixtures("aws")
def test_what_is_archived_can_be_read_and_verified() -> None:
    archived = archive(request(three_entries()))
    assert archived.location == f"s3://{settings().archive_bucket}/orders/{KEY}/dossier.json"
    dossier = get_dossier(KEY)
    verify(dossier)
    assert (dossier.head, len(dossier.entries), dossier.stage) == (archived.head, archived.entries, Stage.CLOSED)
    assert opened(dossier) == three_entries()
    found = check(CheckRequest(key=KEY, head=archived.head))
    assert (found.problem, found.readable, found.entries) == ("", True, 3)
    assert "not the one on record" in check(CheckRequest(key=KEY, head="1" * 64)).problem


@pytest.mark.usefixtures("aws")
def test_what_is_archived_names_nobody_in_clear() -> None:
    archive(request(three_entries()))
    (name,) = (one["Key"] for one in s3().list_objects_v2(Bucket=settings().archive_bucket)["Contents"])
    stored = s3().get_object(Bucket=settings().archive_bucket, Key=name)["Body"].read()
    head = builders.order().head
    for value in (head.buyer_name, head.buyer_id_number, head.buyer_telephone or "no telephone"):
        assert value.encode() not in stored
        assert json.dumps(value)[1:-1].encode() not in stored


@pytest.mark.usefixtures("aws")
def test_a_dossier_whose_contents_were_exchanged_is_found_out() -> None:
    """Given a dossier, when the sealed contents of another archiving are put in, then the check says which is wrong."""
    archived = archive(request(three_entries()))
    whole = get_dossier(KEY)
    archive(request([*three_entries()[:2], three_entries()[2].model_copy(update={"content": {"returnStatus": "100"}})]))
    forged = whole.model_copy(update={"contents": get_dossier(KEY).contents})
    put_dossier(forged)
    assert "content of entry 3 was changed" in check(CheckRequest(key=KEY, head=archived.head)).problem
    s3().put_object(Bucket=settings().archive_bucket, Key=f"orders/{KEY}/dossier.json", Body=b"{}")
    assert "no dossier of this version" in check(CheckRequest(key=KEY, head=archived.head)).problem


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
    stored = s3().get_object(Bucket=settings().archive_bucket, Key=name)["Body"].read()
    sealed = Sealed.model_validate_json(stored)
    kept_document = Opener.reading(KEY, sealed.key_id).open("late document", sealed)
    assert InboundDocument.model_validate_json(kept_document).content == document.content
    assert model.head.payer_name.encode() not in stored
    assert document.content_hash not in name
    verify(get_dossier(KEY))
