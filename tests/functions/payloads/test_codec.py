"""The codec: nothing in clear but ids; what is long gets shorter; what others wrote passes through."""

import json
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from events.values import OrderKey
from functions.data_keys.models import Seed, ShreddedError
from functions.payloads.codec import EncryptingCodec, is_encrypted, is_of_order_key, key_id_of, workflow_of
from functions.payloads.converter import data_converter
from functions.payloads.keys import KeyRing, PayloadKeyError
from functions.payloads.models import BrokenSealError, Cipher, PayloadKeys
from functions.payloads.sealing import seal
from tests.payloads import TEST_KEYS, MemorySeeds, fixed_keys, key_of

ORDER = "import/3207SDPT01/LYG9610-1-000001-REL"
CONTENT = json.dumps({"buyerName": "测试甲一"}, ensure_ascii=False).encode()
ROOT = Path(__file__).resolve().parents[3]


def plain(data: bytes = CONTENT) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=data)


def codec(workflow_id: str = ORDER) -> EncryptingCodec:
    return EncryptingCodec(fixed_keys()).with_context(WorkflowSerializationContext("default", workflow_id))


@pytest.mark.parametrize("cipher", list(Cipher))
async def test_a_payload_comes_back_as_it_was(cipher: Cipher) -> None:
    key = key_of("of-this-cipher", cipher)
    codec = EncryptingCodec(fixed_keys(KeyRing(lambda: PayloadKeys(write=key.id, keys=(key,)), 3600)))
    payloads = [plain(), plain(CONTENT * 100), Payload(metadata={"encoding": b"binary/null"}), Payload()]
    encoded = await codec.encode(payloads)
    assert all(is_encrypted(one) for one in encoded)
    assert not any("测试甲一".encode() in one.SerializeToString() for one in encoded)
    assert await codec.decode(encoded) == payloads


async def test_only_ids_are_in_clear() -> None:
    (encoded,) = await codec().encode([plain()])
    assert dict(encoded.metadata) == {
        "encoding": b"binary/encrypted",
        "o": b"test",
        "w": ORDER.encode(),
        "c": b"2",
    }
    assert (workflow_of(encoded), key_id_of(encoded), is_of_order_key(encoded)) == (ORDER, "test", True)


async def test_without_an_order_the_key_is_that_of_the_secret() -> None:
    (encoded,) = await codec("tax-payment/3207980001/2026").encode([plain(b"\x93")])
    assert encoded.metadata["k"] == b"test"
    assert (key_id_of(encoded), is_of_order_key(encoded)) == ("test", False)


async def test_payloads_of_an_order_and_its_returns_are_lost_with_its_key_and_no_others() -> None:
    """Given payloads of workflows, when one order's key is destroyed, then its own are unreadable, all of them."""
    seeds = MemorySeeds()
    whole = EncryptingCodec(fixed_keys(seeds=seeds))
    lost, kept = (
        (ORDER, f"{ORDER.replace('import', 'return')}/1"),
        (f"{ORDER}2", "tax-payment/3207980001/2026", "other"),
    )
    written = {}
    for workflow_id in (*lost, *kept):
        bound = whole.with_context(WorkflowSerializationContext("default", workflow_id))
        (written[workflow_id],) = await bound.encode([plain()])
        assert await whole.decode([written[workflow_id]]) == [plain()]
    order = OrderKey.from_workflow_id(ORDER)
    seeds.shredded.add(order)
    after = EncryptingCodec(fixed_keys(seeds=seeds))
    for workflow_id in lost:
        with pytest.raises(ShreddedError, match=f"order {order} were shredded on 2026-01-05"):
            await after.decode([written[workflow_id]])
        with pytest.raises(ShreddedError):
            await after.with_context(WorkflowSerializationContext("default", workflow_id)).encode([plain()])
    assert await after.decode([written[workflow_id] for workflow_id in kept]) == [plain()] * len(kept)
    seeds.shredded.clear()
    seeds.seeds[order] = Seed(b"another seed of thirty-two bytes", seeds.seeds[order].made_at)
    for workflow_id in lost:
        with pytest.raises(BrokenSealError):
            await EncryptingCodec(fixed_keys(seeds=seeds)).decode([written[workflow_id]])


async def test_an_order_s_seed_is_asked_for_once() -> None:
    seeds = MemorySeeds()
    writer = EncryptingCodec(fixed_keys(seeds=seeds)).with_context(WorkflowSerializationContext("default", ORDER))
    for _ in range(20):
        await writer.decode(await writer.encode([plain(), plain()]))
    assert seeds.requests == 1


@pytest.mark.parametrize("of_order", [False, True], ids=["key-of-the-secret", "key-of-the-order"])
@pytest.mark.parametrize("content", [CONTENT, CONTENT * 100], ids=["short", "zlib"])
async def test_payloads_from_before_are_still_read(content: bytes, of_order: bool) -> None:
    """Given a payload with the long names, of before the dictionary, or before the keys of orders, then it is read."""
    keys = fixed_keys()
    data = plain(content).SerializeToString()
    metadata = {"encoding": b"binary/encrypted", "encryption-key-id": b"test"}
    if len(data) >= 512:
        metadata["compression"] = b"zlib"
        data = zlib.compress(data, 1)
    metadata["workflow-id"] = ORDER.encode()
    if of_order:
        metadata["data-key"] = b"order"
    key = await keys.writing(OrderKey.from_workflow_id(ORDER) if of_order else None)
    associated = "\n".join(f"{name}={value.hex()}" for name, value in metadata.items()).encode()
    old = Payload(metadata=metadata, data=seal(key, data, associated))
    assert await EncryptingCodec(keys).decode([old]) == [plain(content)]
    assert (workflow_of(old), key_id_of(old), is_of_order_key(old)) == (ORDER, "test", of_order)
    del old.metadata["workflow-id"]
    old.metadata["w"] = ORDER.encode()
    with pytest.raises(BrokenSealError):
        await EncryptingCodec(keys).decode([old])


async def test_an_activity_s_payload_is_noted_under_its_workflow() -> None:
    context = ActivitySerializationContext("default", "1", "matching.match", "orders", ORDER, "ImportOrder", True)
    (encoded,) = await EncryptingCodec(fixed_keys()).with_context(context).encode([plain()])
    assert workflow_of(encoded) == ORDER


async def test_what_gets_shorter_is_compressed_first() -> None:
    noise = bytes(range(256))
    random, known, long = await codec().encode(
        [Payload(metadata={"x": noise}), plain(b'{"last":3}'), plain(CONTENT * 200)]
    )
    assert "c" not in random.metadata
    assert known.metadata["c"] == long.metadata["c"] == b"2"
    assert len(known.data) < 40 + 12  # salt and tag
    assert len(long.data) < len(CONTENT) * 5


@pytest.mark.parametrize("name", [b"1", b"3", b"zlib", b"", b"\xff"])
async def test_sealed_under_another_compression_is_told(name: bytes) -> None:
    """Given what a writer with the key has compressed in another way than it says, then it is refused clearly."""
    metadata = {"encoding": b"binary/encrypted", "k": b"test", "c": name}
    associated = "\n".join(f"{one}={value.hex()}" for one, value in metadata.items()).encode()
    sealed = Payload(metadata=metadata, data=seal(TEST_KEYS.writing, b"not compressed", associated))
    with pytest.raises(BrokenSealError, match="compressed"):
        await EncryptingCodec(fixed_keys()).decode([sealed])


async def test_a_payload_of_one_workflow_cannot_be_passed_off_as_another_s() -> None:
    """Nor can its key id or its compression be changed."""
    (encoded,) = await codec().encode([plain(CONTENT * 100)])
    await codec("import/3207SDPT01/OTHER").encode([plain()])
    for name, value in (
        ("w", b"import/3207SDPT01/OTHER"),
        ("c", b""),
        ("c", b"zlib"),
        ("k", b"test"),
        ("data-key", b""),
    ):
        changed = Payload()
        changed.CopyFrom(encoded)
        changed.metadata[name] = value
        with pytest.raises(BrokenSealError):
            await codec().decode([changed])
    del encoded.metadata["w"]
    with pytest.raises(BrokenSealError):
        await codec().decode([encoded])


async def test_what_is_not_encrypted_passes_through() -> None:
    """Histories from before the codec, and what somebody sends by Temporal's own command line."""
    assert await codec().decode([plain()]) == [plain()]


async def test_an_encrypted_payload_without_a_key_id_is_told() -> None:
    with pytest.raises(PayloadKeyError, match="names no key"):
        await codec().decode([Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x" * 60)])


async def test_messages_and_stack_traces_of_failures_are_encrypted() -> None:
    converter = data_converter(fixed_keys())
    failure = Failure()
    try:
        raise ApplicationError("测试甲一 is not the payer", {"id": "000000199001010010"})
    except ApplicationError as error:
        await converter.encode_failure(error, failure)
    raw = failure.SerializeToString()
    assert failure.message == "Encoded failure"
    assert "测试甲一".encode() not in raw
    assert b"000000199001010010" not in raw
    assert b"test_codec" not in raw
    assert "测试甲一" in str(await converter.decode_failure(failure))


def test_the_converter_is_that_of_pydantic_with_the_codec_on_top() -> None:
    converter = data_converter(fixed_keys())
    assert isinstance(converter.payload_codec, EncryptingCodec)
    plain = converter.payload_converter_class()
    assert isinstance(plain, CompositePayloadConverter)
    assert isinstance(plain.converters[b"json/plain"], PydanticJSONPlainPayloadConverter)


def test_the_product_has_one_converter() -> None:
    """Whoever connects some other way would write in clear; the bare workflows of the benchmark carry only zeros."""
    replays = ROOT / "infra/replay/checking.py"  # reads histories that were recorded in clear, and connects to nobody
    assert "Client" not in replays.read_text()
    loads = ROOT / "infra/bench/coldstart.py"  # measures how long the library takes to load
    allowed = {ROOT / "functions/payloads/converter.py", replays, loads}
    of_zeros = {ROOT / "infra/bench/bare.py"}
    for folder in ("events", "functions", "workflows", "infra"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            assert "pydantic_data_converter" not in text or path in allowed, path
            assert "Client.connect(" not in text or "data_converter=data_converter(" in text or path in of_zeros, path


def test_the_codec_loads_neither_boto3_nor_tongsuo() -> None:
    code = (
        "import sys, functions.payloads.converter; "
        "print([name for name in ('boto3', 'botocore', 'tongsuopy') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
