"""Keys: rotation without a pause, a store that fails, secrets that are wrong."""

import asyncio
import base64
import json

import pytest
from temporalio.api.common.v1 import Payload

from functions.payloads.codec import EncryptingCodec, key_id_of
from functions.payloads.keys import KeyRing, PayloadKeyError, own_keys, read_keys
from functions.payloads.models import Cipher, PayloadKey, PayloadKeys
from tests.payloads import TEST_KEYS, fixed_keys, key_of

OLD, NEW = key_of("old"), key_of("new", Cipher.SM4_GCM)
CONTENT = Payload(metadata={"encoding": b"json/plain"}, data=b'"content"')


class Store:
    """A secrets store that counts its readers and can be away."""

    def __init__(self, keys: PayloadKeys) -> None:
        self.keys: PayloadKeys | None = keys
        self.reads = 0

    def read(self) -> PayloadKeys:
        self.reads += 1
        if self.keys is None:
            raise ConnectionError("the store is away")
        return self.keys


async def until_read(store: Store, times: int) -> None:
    async with asyncio.timeout(5):
        while store.reads < times:
            await asyncio.sleep(0.01)


async def test_keys_are_read_once_however_many_ask() -> None:
    store = Store(TEST_KEYS)
    ring = KeyRing(store.read, 3600)
    await asyncio.gather(*(ring.writing() for _ in range(50)))
    assert store.reads == 1


async def test_rotation_without_a_pause() -> None:
    """Given a writer and a reader with the old key, when a key of the other cipher is added, used and the old one

    still there, then each reads whatever the other wrote, at every step.
    """
    store = Store(PayloadKeys(write="old", keys=(OLD,)))
    writer, reader = (EncryptingCodec(fixed_keys(KeyRing(store.read, seconds))) for seconds in (0.01, 3600))
    first = await writer.encode([CONTENT])
    assert await reader.decode(first) == [CONTENT]
    for step in (PayloadKeys(write="old", keys=(OLD, NEW)), PayloadKeys(write="new", keys=(OLD, NEW))):
        store.keys = step
        await asyncio.sleep(0.02)
        before = store.reads
        await writer.encode([CONTENT])
        await until_read(store, before + 1)
        written = await writer.encode([CONTENT])
        assert key_id_of(written[0]) == step.write
        assert await reader.decode(written) == [CONTENT]
        assert await reader.decode(first) == [CONTENT]


async def test_who_was_idle_writes_under_the_key_of_now() -> None:
    """Given keys that were kept too long without work, then the next payload waits for those of now."""
    store = Store(PayloadKeys(write="old", keys=(OLD,)))
    ring = KeyRing(store.read, 0.1)
    await ring.writing()
    store.keys = PayloadKeys(write="new", keys=(OLD, NEW))
    await asyncio.sleep(0.25)
    assert (await ring.writing()).id == "new"


async def test_a_key_that_was_taken_away_is_told_by_its_id() -> None:
    store = Store(PayloadKeys(write="old", keys=(OLD,)))
    written = await EncryptingCodec(fixed_keys(KeyRing(store.read, 3600))).encode([CONTENT])
    store.keys = PayloadKeys(write="new", keys=(NEW,))
    with pytest.raises(PayloadKeyError, match="the payload key old is not in the secrets store"):
        await EncryptingCodec(fixed_keys(KeyRing(store.read, 3600))).decode(written)


async def test_a_store_that_fails_stops_nobody_who_has_keys(caplog: pytest.LogCaptureFixture) -> None:
    store = Store(TEST_KEYS)
    ring = KeyRing(store.read, 0.01)
    await ring.writing()
    store.keys = None
    await asyncio.sleep(0.02)
    assert (await ring.writing()).id == "test"
    await until_read(store, 2)
    assert (await ring.writing()).id == "test"
    assert "payload keys not read: ConnectionError" in caplog.text


async def test_without_the_store_nothing_is_written_in_clear_and_later_it_goes_on() -> None:
    store = Store(TEST_KEYS)
    store.keys = None
    codec = EncryptingCodec(fixed_keys(KeyRing(store.read, 3600)))
    with pytest.raises(PayloadKeyError, match="cannot be read"):
        await codec.encode([CONTENT])
    store.keys = TEST_KEYS
    assert await codec.decode(await codec.encode([CONTENT])) == [CONTENT]


async def test_the_process_has_its_keys_from_the_secret(aws: None) -> None:
    assert (await own_keys().writing()) == TEST_KEYS.writing


def test_the_secret_reads_as_it_was_written() -> None:
    keys = PayloadKeys(write="new", keys=(OLD, NEW))
    assert read_keys(keys.model_dump_json()) == keys
    assert PayloadKey.new("k", Cipher.SM4_GCM) != PayloadKey.new("k", Cipher.SM4_GCM)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"write": "gone"}, "the key that writes, gone, is not among the keys old"),
        ({"keys": [{**OLD.model_dump(mode="json"), "cipher": "SM4-GCM"}]}, "a key of SM4-GCM has 16 bytes, old has 32"),
        ({"keys": [OLD.model_dump(mode="json")] * 2}, "two keys have the same id"),
        ({"keys": [{**OLD.model_dump(mode="json"), "cipher": "DES"}]}, r"keys\.0\.cipher"),
        ({"keys": [{**OLD.model_dump(mode="json"), "key": "no base64!"}]}, "old has 6"),
    ],
)
def test_a_secret_that_is_wrong_is_told_without_its_keys(change: dict[str, object], told: str) -> None:
    secret = json.dumps({"write": "old", "keys": [OLD.model_dump(mode="json")], **change})
    with pytest.raises(ValueError, match=told) as raised:
        read_keys(secret)
    assert base64.b64encode(OLD.key).decode() not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


async def test_a_missing_key_is_asked_for_once_in_a_while_however_many_payloads_name_it() -> None:
    store = Store(PayloadKeys(write="new", keys=(NEW,)))
    ring = KeyRing(store.read, 3600)
    for _ in range(50):
        with pytest.raises(PayloadKeyError):
            await ring.reading("old")
    assert store.reads == 2
