"""Keys of orders: one each, made once, needed together with the secret, gone for good when they are destroyed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.values import OrderKey, utc_now
from functions.aws import dynamodb
from functions.data_keys.keys import DataKeys, data_keys_of, destruction, own_data_keys
from functions.data_keys.models import NoDataKeyError, ShreddedError, order_of_workflow
from functions.data_keys.sealed import Opener, Sealed
from functions.payloads.keys import KeyRing, PayloadKeyError
from functions.payloads.models import BrokenSealError, Cipher, PayloadKeys
from functions.settings import settings
from tests.payloads import fixed_ring, key_of

pytestmark = pytest.mark.usefixtures("aws")
KEY, OTHER = (OrderKey(ebp_code="3207SDPT01", order_no=f"LYG9610-7-00000{number}-REL") for number in (1, 2))


def keys(ring: KeyRing | None = None) -> DataKeys:
    """Keys as another process has them, over the same table."""
    return data_keys_of(ring or fixed_ring(), dynamodb, settings())


def destroy(order: OrderKey) -> None:
    dynamodb().transact_write_items(TransactItems=[destruction(order, utc_now())])


def test_every_process_has_the_same_key_of_an_order_and_no_two_orders_have_one() -> None:
    first = keys().writing_now(KEY)
    assert keys().writing_now(KEY) == first == keys().reading_now(KEY, "test")
    assert keys().writing_now(OTHER).key != first.key
    assert first.key != fixed_ring().writing_now().key


def test_however_many_ask_first_at_once_they_get_one_key() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: keys().writing_now(KEY).key, range(16)))
    assert len(set(made)) == 1


def test_reading_makes_no_key() -> None:
    with pytest.raises(NoDataKeyError, match=str(KEY)):
        keys().reading_now(KEY, "test")
    assert dynamodb().scan(TableName=settings().data_keys_table)["Count"] == 0


def test_with_another_key_of_the_secret_an_order_has_another_key_and_the_old_one_still_reads() -> None:
    """Given a rotation to the other cipher, then what was sealed before is read, and new things get the new key."""
    old, new = key_of("old"), key_of("new", Cipher.SM4_GCM)
    before = keys(KeyRing(lambda: PayloadKeys(write="old", keys=(old,)), 3600))
    after = keys(KeyRing(lambda: PayloadKeys(write="new", keys=(old, new)), 3600))
    first = before.writing_now(KEY)
    assert after.reading_now(KEY, "old") == first
    assert (after.writing_now(KEY).id, after.writing_now(KEY).cipher) == ("new", Cipher.SM4_GCM)
    with pytest.raises(PayloadKeyError, match="nowhere"):
        after.reading_now(KEY, "nowhere")


async def test_in_the_event_loop_it_is_the_same_key() -> None:
    own = keys()
    assert await own.writing(KEY) == await own.reading(KEY, "test") == keys().writing_now(KEY)
    assert await own.writing(None) == fixed_ring().writing_now()


def test_a_destroyed_key_does_not_come_back() -> None:
    """Given an order whose key was destroyed, then nobody reads or seals for it, and nobody makes it a new one."""
    sealed = Opener.writing(KEY).seal("test", b"content")
    assert Opener.reading(KEY, sealed.key_id).open("test", sealed) == b"content"
    destroy(KEY)
    own_data_keys().forget(KEY)
    for attempt in (
        lambda: Opener.reading(KEY, sealed.key_id),
        lambda: Opener.writing(KEY),
        lambda: keys().require(KEY),
        lambda: keys().since(KEY),
    ):
        with pytest.raises(ShreddedError, match=f"order {KEY} were shredded on {utc_now():%Y-%m-%d}"):
            attempt()
    with pytest.raises(dynamodb().exceptions.TransactionCanceledException):
        destroy(KEY)
    (item,) = dynamodb().scan(TableName=settings().data_keys_table)["Items"]
    assert set(item) == {"pk", "made_at", "shredded_at"}
    assert keys().since(OTHER) is None


def test_a_key_that_was_never_made_cannot_be_destroyed() -> None:
    with pytest.raises(dynamodb().exceptions.TransactionCanceledException):
        destroy(KEY)


def test_what_is_kept_is_asked_for_again_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_DATA_KEYS_SECONDS", "0.001")
    settings.cache_clear()
    own = keys()
    own.writing_now(KEY)
    destroy(KEY)
    asyncio.run(asyncio.sleep(timedelta(milliseconds=5).total_seconds()))
    with pytest.raises(ShreddedError):
        own.writing_now(KEY)


def test_sealed_for_one_thing_it_is_not_opened_as_another() -> None:
    opener = Opener.writing(KEY)
    sealed = opener.seal("dossier", b"content" * 100)
    assert len(sealed.data) < 200
    assert Sealed.model_validate_json(sealed.model_dump_json()) == sealed
    for other, purpose in ((opener, "late document"), (Opener.writing(OTHER), "dossier")):
        with pytest.raises(BrokenSealError):
            other.open(purpose, sealed)


def test_a_commitment_is_the_order_s_own() -> None:
    """So nobody compares two orders, or tries values, without the key."""
    number = b"13800000000"
    first, second = Opener.writing(KEY).commitment(number), Opener.writing(OTHER).commitment(number)
    assert first == Opener.reading(KEY, "test").commitment(number)
    assert first != second
    assert first != Opener.writing(KEY).commitment(b"13800000001")


@given(st.text(max_size=40))
def test_only_orders_and_returns_have_keys_of_their_own(workflow_id: str) -> None:
    found = order_of_workflow(workflow_id)
    assert found is None or workflow_id.startswith(("import/", "return/"))


def test_a_workflow_s_order() -> None:
    assert order_of_workflow(KEY.workflow_id) == KEY
    assert order_of_workflow(f"return/{KEY}/12") == KEY
    for other in ("tax-payment/3207980001/2026-11", "payment-data/session/LYG", "return/x", "import/", "", None):
        assert order_of_workflow(other) is None
