"""Holds and shredding over the real tables: all or nothing, on record, and never undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from events.documents import DocumentKind, InboundDocument, content_hash
from events.findings import Finding, Place
from events.life import Stage, StageChange
from events.values import CHINA, OrderKey, Text
from functions.aws import dynamodb, s3
from functions.data_keys.keys import own_data_keys
from functions.data_keys.models import ShreddedError
from functions.data_keys.sealed import Opener
from functions.dossier import handler as dossier
from functions.dossier.models import ArchiveRequest, DossierEntry, LateRequest
from functions.dossier.models import CheckRequest as DossierCheck
from functions.ledger.buyers import buyer_hash
from functions.orders.handler import record
from functions.orders.handler import show as show_order
from functions.orders.models import RecordRequest, ShowRequest
from functions.payment_data import store as payment_store
from functions.payment_data.handler import keep
from functions.payment_data.models import KeepRequest
from functions.retention import handler, store
from functions.retention.handler import check, hold, list_orders, release, show, shred
from functions.retention.models import (
    CheckRequest,
    Deed,
    Held,
    HoldRequest,
    ListRequest,
    OrderRequest,
    OrderRetention,
    Reason,
    Shredded,
    ShredRequest,
)
from functions.retention.table import order_pk
from functions.settings import settings
from tests import builders
from tests.functions.intake.samples import inbound

pytestmark = pytest.mark.usefixtures("aws")
KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)
ENDED = datetime(2026, 11, 27, 4, tzinfo=UTC)
SOON = ENDED + timedelta(days=400)
LATER = datetime(2029, 11, 28, tzinfo=CHINA)
BUYER = builders.order().head
PERSON_OF = (BUYER.buyer_id_type, BUYER.buyer_id_number)


def end(key: OrderKey = KEY, at: datetime = ENDED) -> str:
    """An order ends: its dossier is archived; the hash that vouches for it."""
    content = builders.order().model_dump(mode="json")
    closed = {"stage": "closed"}
    entries = [
        DossierEntry(at=at - timedelta(days=30), kind="order", content=content),
        DossierEntry(at=at, kind="decision", content=closed),
    ]
    return dossier.archive(ArchiveRequest(key=key, stage=Stage.CLOSED, entries=entries)).head


def wanted(at: datetime = LATER, key: OrderKey = KEY, **others: Any) -> ShredRequest:
    return ShredRequest(key=key, who="op-1", why="its time is over", at=at, **others)


def seen(at: datetime = LATER, key: OrderKey = KEY) -> OrderRetention:
    return show(OrderRequest(key=key, at=at))


def matter(name: str = "case 7", person: str | None = None, key: OrderKey = KEY) -> HoldRequest:
    of = {"person": person} if person else {"key": key}
    return HoldRequest.model_validate({**of, "matter": name, "who": "counsel", "why": "a claim", "at": SOON})


def reasons(answer: Shredded) -> set[Reason]:
    return {refusal.reason for refusal in answer.refusals}


def test_while_the_term_runs_it_is_refused_with_class_rule_and_date() -> None:
    end()
    answer = shred(wanted(at=SOON))
    assert answer.shredded_at is None
    assert {one.topic for one in answer.refusals} == {
        "retention.evidence_years",
        "retention.payment_data_years",
        "retention.history_years",
    }
    evidence = answer.refusals[0].text.en
    assert "retention.evidence_years-2014" in evidence
    assert "电子商务法" in evidence
    assert "2029-11-28" in evidence
    assert seen(SOON).record == []
    assert Opener.writing(KEY)


def test_when_the_term_has_ended_the_key_is_destroyed_and_the_rest_still_verifies() -> None:
    """Given a closed order with a late document, when it is shredded, then nobody reads it and its chain holds."""
    head = end()
    late = builders.payment()
    document = InboundDocument(
        document_id="d-1",
        kind=DocumentKind.PAYMENT,
        content=late.model_dump(mode="json"),
        content_hash=content_hash(late),
        sender="payment",
        received_at=ENDED,
    )
    dossier.late(LateRequest(key=KEY, document=document))
    keep(KeepRequest(document=inbound(builders.original_payment())))
    assert dossier.check(DossierCheck(key=KEY, head=head)).readable
    assert payment_store.read(KEY) is not None

    answer = shred(wanted(history="a digest"))

    assert (answer.refusals, answer.shredded_at, answer.again) == ([], LATER, False)
    checked = dossier.check(DossierCheck(key=KEY, head=head))
    assert (checked.problem, checked.readable, checked.entries) == ("", False, 2)
    with pytest.raises(ShreddedError):
        Opener.writing(KEY)
    with pytest.raises(ShreddedError):
        dossier.late(LateRequest(key=KEY, document=document))
    with pytest.raises(ShreddedError):
        keep(KeepRequest(document=inbound(builders.original_payment())))
    assert payment_store.read(KEY) is None
    found = seen()
    assert [(entry.what, entry.who) for entry in found.record] == [(Deed.SHREDDED, "op-1"), (Deed.CLEANED, "op-1")]
    assert found.record[0].details == {"head": head, "history": "a digest"}
    assert (found.shredded_at, found.cleaned_at, found.persons) == (LATER, LATER, [])
    recorded = check(CheckRequest(key=KEY))
    assert (recorded.problem, recorded.head, recorded.history, recorded.entries) == ("", head, "a digest", 2)


def test_nothing_in_the_tables_and_the_archive_names_the_buyer() -> None:
    end()
    shred(wanted())
    texts = [str(dynamodb().scan(TableName=table)["Items"]) for table in _tables()]
    for one in s3().list_objects_v2(Bucket=settings().archive_bucket)["Contents"]:
        texts.append(s3().get_object(Bucket=settings().archive_bucket, Key=one["Key"])["Body"].read().decode())
    for personal in (BUYER.buyer_name, BUYER.buyer_id_number, BUYER.consignee, BUYER.consignee_address):
        assert not [text for text in texts if personal in text]
    assert not [text for text in texts if buyer_hash(*PERSON_OF) in text]


def _tables() -> list[str]:
    return [settings().retention_table, settings().data_keys_table, settings().orders_table]


def test_shredded_twice_it_is_shredded_once() -> None:
    end()
    first, second = shred(wanted()), shred(wanted(at=LATER + timedelta(days=1)))
    assert (second.shredded_at, second.again) == (first.shredded_at, True)
    assert len(seen().record) == 2


def test_a_trial_does_nothing() -> None:
    end()
    assert reasons(shred(wanted(at=SOON, trial=True))) == {Reason.TERM}
    assert shred(wanted(trial=True)).refusals == []
    assert seen().record == []
    assert own_data_keys().since(KEY)


def test_a_hold_keeps_it_as_long_as_it_lasts() -> None:
    """Given an order whose term has ended, when two matters hold it, then both must be over."""
    end()
    assert hold(matter()) == Held(holds=["case 7"])
    assert hold(matter()) == Held(holds=["case 7"])
    assert hold(matter("case 8")).holds == ["case 7", "case 8"]
    answer = shred(wanted())
    assert [(one.reason, "case 7" in one.text.en) for one in answer.refusals] == [
        (Reason.HOLD, True),
        (Reason.HOLD, False),
    ]
    release(matter())
    assert reasons(shred(wanted())) == {Reason.HOLD}
    assert release(matter("case 8")) == Held(holds=[])
    assert release(matter("case 8")) == Held(holds=[])
    assert shred(wanted()).refusals == []
    assert [entry.what for entry in seen().record] == [
        Deed.HELD,
        Deed.HELD,
        Deed.RELEASED,
        Deed.RELEASED,
        Deed.SHREDDED,
        Deed.CLEANED,
    ]
    assert check(CheckRequest(key=KEY)).problem == ""


def test_a_hold_on_a_person_keeps_all_orders_of_that_person() -> None:
    other = OrderKey(ebp_code=KEY.ebp_code, order_no="LYG-OTHER")
    end()
    end(other)
    person = buyer_hash(*PERSON_OF)
    hold(matter(person=person))
    for key in (KEY, other):
        answer = shred(wanted(key=key))
        assert reasons(answer) == {Reason.HOLD}
        assert "person: case 7" in answer.refusals[0].text.en
    assert {one.key for one in list_orders(ListRequest(at=LATER, person=person)).orders} == {KEY, other}
    release(matter(person=person))
    assert shred(wanted()).refusals == []
    assert [one.key for one in list_orders(ListRequest(at=LATER, person=person)).orders] == [other]


def test_what_is_shredded_cannot_be_held_and_what_is_unknown_neither() -> None:
    refused = hold(matter()).refused
    assert refused
    assert refused.reason is Reason.UNKNOWN
    end()
    shred(wanted())
    refused = hold(matter()).refused
    assert refused
    assert refused.reason is Reason.SHREDDED


@pytest.mark.parametrize("of", ["order", "person"])
def test_a_hold_that_comes_between_the_look_and_the_deed_wins(of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a shredding that has looked, when a hold comes before it acts, then the key stays."""
    end()
    held = matter(person=buyer_hash(*PERSON_OF) if of == "person" else None)
    _before_the_deed(monkeypatch, lambda: hold(held))
    assert reasons(shred(wanted())) == {Reason.HOLD}
    assert own_data_keys().since(KEY)


def _before_the_deed(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    change = store.change
    acted: list[bool] = []

    def late(*arguments: Any) -> bool:
        if not acted:
            acted.append(True)
            act()
        return change(*arguments)

    monkeypatch.setattr(store, "change", late)


@pytest.mark.parametrize("step", ["forget_payment_data", "forget_texts"])
def test_a_crash_after_the_deed_is_mended_by_the_next_call(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a process that dies while it clears away, then the key is gone for good, and repeating finishes it."""
    end()
    keep(KeepRequest(document=inbound(builders.original_payment())))

    def dies(_request: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(handler, step, dies)
        with pytest.raises(KeyboardInterrupt):
            shred(wanted())
    between = seen()
    assert (between.shredded_at, between.cleaned_at) == (LATER, None)
    with pytest.raises(ShreddedError):
        own_data_keys().since(KEY)
    assert shred(wanted()).again
    assert seen().cleaned_at == LATER
    assert check(CheckRequest(key=KEY)).problem == ""


def test_a_crash_before_the_deed_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    end()

    def refuses(**_given: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

    with monkeypatch.context() as broken:
        broken.setattr(dynamodb(), "transact_write_items", refuses)
        with pytest.raises(ClientError):
            shred(wanted())
    assert seen().record == []
    assert own_data_keys().since(KEY)


def test_an_order_that_lives_is_not_shredded_however_old() -> None:
    Opener.writing(KEY)
    change = StageChange(number=1, stage=Stage.COLLECTING, at=ENDED, reason=Text(zh="开始", en="begun"))
    record(RecordRequest(key=KEY, mode=None, history=[change], told=1, findings=[]))
    assert reasons(shred(wanted(at=LATER + timedelta(days=9000)))) == {Reason.NOT_ENDED}


def test_data_of_an_order_that_never_lived_count_from_the_making_of_their_key() -> None:
    """Only payment data came for it."""
    keep(KeepRequest(document=inbound(builders.original_payment())))
    made = own_data_keys().since(KEY)
    assert made
    assert seen(made).counts_from == made
    assert reasons(shred(wanted(at=made))) == {Reason.TERM}
    assert shred(wanted(at=made + timedelta(days=3 * 366 + 1))).refusals == []
    assert payment_store.read(KEY) is None


def test_data_of_an_order_that_never_lived_are_found_when_they_are_old() -> None:
    keep(KeepRequest(document=inbound(builders.original_payment())))
    made = own_data_keys().since(KEY)
    assert made
    assert list_orders(ListRequest(at=made + timedelta(days=1000), due=True)).orders == []
    later = made + timedelta(days=3 * 366 + 1)
    assert [one.key for one in list_orders(ListRequest(at=later, due=True)).orders] == [KEY]
    end(at=made)
    assert [one.key for one in list_orders(ListRequest(at=later)).orders] == [KEY]


def test_an_order_from_before_the_keys_is_not_passed_off_as_shredded() -> None:
    """Given an order that had ended without a key, when a late document made one, then its old dossier is in clear."""
    change = StageChange(number=1, stage=Stage.CLOSED, at=ENDED, reason=Text(zh="结束", en="closed"))
    record(RecordRequest(key=KEY, mode=None, history=[change], told=1, findings=[]))
    Opener.writing(KEY)
    answer = shred(wanted(at=LATER + timedelta(days=9000)))
    assert reasons(answer) == {Reason.UNKNOWN}
    assert "lies in clear" in answer.refusals[0].text.en


def test_an_unknown_order_is_told() -> None:
    answer = shred(wanted())
    assert reasons(answer) == {Reason.UNKNOWN}
    assert str(KEY) in answer.refusals[0].text.en


def test_the_view_of_a_shredded_order_has_its_stages_and_no_masked_value() -> None:
    end()
    name = BUYER.buyer_name
    quoting = Text(zh=f"订购人{name}不符", en=f"{name} is not the payer")
    history = [
        StageChange(number=1, stage=Stage.COLLECTING, at=ENDED, reason=Text(zh="开始", en="begun")),
        StageChange(number=2, stage=Stage.EXPIRED, at=ENDED, reason=quoting),
    ]
    finding = Finding(
        rule="M4", left=Place(document="order", field="buyerName", value=name), right=None, message=quoting
    )
    record(RecordRequest(key=KEY, mode="9610", history=history, told=2, findings=[finding], personal=[name]))
    masked = show_order(ShowRequest(key=KEY)).order
    assert masked
    assert "***" in masked.model_dump_json()
    shred(wanted())
    view = show_order(ShowRequest(key=KEY)).order
    assert view
    assert "***" not in view.model_dump_json()
    assert [change.stage for change in view.history] == [Stage.COLLECTING, Stage.EXPIRED]
    assert (view.findings, view.history[0].reason.en) == ([], "begun")


def test_a_forged_record_shows() -> None:
    end()
    hold(matter())
    release(matter())
    shred(wanted())
    pk = order_pk(KEY)
    table = settings().retention_table
    dynamodb().delete_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": "deed#000001"}})
    assert "entry 1 of the record was changed" in check(CheckRequest(key=KEY)).problem


def test_a_key_that_was_brought_back_shows() -> None:
    """Given a shredded order, when somebody restores the table of keys from a copy, then the check says so."""
    end()
    copy = dynamodb().scan(TableName=settings().data_keys_table)["Items"]
    shred(wanted())
    for item in copy:
        dynamodb().put_item(TableName=settings().data_keys_table, Item=item)
    assert "do not agree about the key" in check(CheckRequest(key=KEY)).problem


def test_the_list_knows_what_is_due() -> None:
    other = OrderKey(ebp_code=KEY.ebp_code, order_no="LYG-OTHER")
    end()
    end(other, at=ENDED + timedelta(days=1))
    hold(matter())
    assert len(list_orders(ListRequest(at=LATER)).orders) == 2
    short = list_orders(ListRequest(at=LATER, most=1))
    assert (len(short.orders), short.more) == (1, True)
    assert list_orders(ListRequest(at=LATER, due=True)).orders == []
    release(matter())
    assert [one.key for one in list_orders(ListRequest(at=LATER, due=True)).orders] == [KEY]
    shred(wanted())
    assert list_orders(ListRequest(at=LATER, due=True)).orders == []


def test_archived_again_the_later_end_counts_and_a_hold_stays() -> None:
    end()
    hold(matter())
    head = end(at=ENDED + timedelta(days=9))
    found = seen()
    assert (found.counts_from, found.head, found.holds) == (ENDED + timedelta(days=9), head, ["case 7"])
