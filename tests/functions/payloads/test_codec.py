"""The codec: nothing in clear but ids; what is long gets shorter; what others wrote passes through."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from functions.payloads.codec import EncryptingCodec, is_encrypted, workflow_of
from functions.payloads.converter import data_converter
from functions.payloads.keys import KeyRing, PayloadKeyError
from functions.payloads.models import Cipher, PayloadKeys
from functions.payloads.sealing import BrokenSealError
from tests.payloads import fixed_ring, key_of

ORDER = "import/3207SDPT01/LYG9610-1-000001-REL"
CONTENT = json.dumps({"buyerName": "测试甲一"}, ensure_ascii=False).encode()
ROOT = Path(__file__).resolve().parents[3]


def plain(data: bytes = CONTENT) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=data)


def codec() -> EncryptingCodec:
    return EncryptingCodec(fixed_ring()).with_context(WorkflowSerializationContext("default", ORDER))


@pytest.mark.parametrize("cipher", list(Cipher))
async def test_a_payload_comes_back_as_it_was(cipher: Cipher) -> None:
    key = key_of("of-this-cipher", cipher)
    codec = EncryptingCodec(KeyRing(lambda: PayloadKeys(write=key.id, keys=(key,)), 3600))
    payloads = [plain(), plain(CONTENT * 100), Payload(metadata={"encoding": b"binary/null"}), Payload()]
    encoded = await codec.encode(payloads)
    assert all(is_encrypted(one) for one in encoded)
    assert not any("测试甲一".encode() in one.SerializeToString() for one in encoded)
    assert await codec.decode(encoded) == payloads


async def test_only_ids_are_in_clear() -> None:
    (encoded,) = await codec().encode([plain()])
    assert dict(encoded.metadata) == {
        "encoding": b"binary/encrypted",
        "encryption-key-id": b"test",
        "workflow-id": ORDER.encode(),
    }
    assert workflow_of(encoded) == ORDER


async def test_an_activity_s_payload_is_noted_under_its_workflow() -> None:
    context = ActivitySerializationContext("default", "1", "matching.match", "orders", ORDER, "ImportOrder", True)
    (encoded,) = await EncryptingCodec(fixed_ring()).with_context(context).encode([plain()])
    assert workflow_of(encoded) == ORDER


async def test_what_is_long_is_compressed_first() -> None:
    short, long = await codec().encode([plain(b"x" * 100), plain(CONTENT * 200)])
    assert "compression" not in short.metadata
    assert long.metadata["compression"] == b"zlib"
    assert len(long.data) < len(CONTENT) * 20


async def test_a_payload_of_one_workflow_cannot_be_passed_off_as_another_s() -> None:
    """Nor can its key id or its compression be changed."""
    (encoded,) = await codec().encode([plain(CONTENT * 100)])
    for name, value in (("workflow-id", b"import/3207SDPT01/OTHER"), ("compression", b"")):
        changed = Payload()
        changed.CopyFrom(encoded)
        changed.metadata[name] = value
        with pytest.raises(BrokenSealError):
            await codec().decode([changed])
    del encoded.metadata["workflow-id"]
    with pytest.raises(BrokenSealError):
        await codec().decode([encoded])


async def test_what_is_not_encrypted_passes_through() -> None:
    """Histories from before the codec, and what somebody sends by Temporal's own command line."""
    assert await codec().decode([plain()]) == [plain()]


async def test_an_encrypted_payload_without_a_key_id_is_told() -> None:
    with pytest.raises(PayloadKeyError, match="names no key"):
        await codec().decode([Payload(metadata={"encoding": b"binary/encrypted"}, data=b"x" * 60)])


async def test_messages_and_stack_traces_of_failures_are_encrypted() -> None:
    converter = data_converter(fixed_ring())
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
    converter = data_converter(fixed_ring())
    assert isinstance(converter.payload_codec, EncryptingCodec)
    assert "pydantic" in type(dataclasses.replace(converter, payload_codec=None).payload_converter_class()).__module__


def test_the_product_has_one_converter() -> None:
    """Whoever connects some other way would write in clear; the bare workflows of the benchmark carry only zeros."""
    allowed = {ROOT / "functions/payloads/converter.py"}
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
