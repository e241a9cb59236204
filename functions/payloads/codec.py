"""The codec of every Temporal client and worker: compress what is long, encrypt everything."""

import zlib
from collections.abc import Mapping, Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from functions.data_keys.keys import DataKeys
from functions.data_keys.models import order_of_workflow
from functions.payloads.keys import PayloadKeyError
from functions.payloads.sealing import BrokenSealError, seal, unseal

ENCODING = b"binary/encrypted"
KEY_ID, COMPRESSION, WORKFLOW, DATA_KEY = "encryption-key-id", "compression", "workflow-id", "data-key"
_AUTHENTICATED = ("encoding", KEY_ID, COMPRESSION, WORKFLOW, DATA_KEY)
_ZLIB, _LEVEL = b"zlib", 1
_OF_THE_ORDER = b"order"
_COMPRESS_FROM = 512  # bytes; below it the gain is not worth the time


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """A payload becomes one of encoding `binary/encrypted` with the id of its key and, where known, its workflow's id.

    Payloads of an order's workflow, and of its returns, are sealed with the order's own key, which can be destroyed;
    `data-key` says so. The ids are in clear and authenticated; a workflow's id is a business key and names no person.
    What is not encrypted passes through when decoded: histories from before, and what the Temporal command line has
    sent. Raises PayloadKeyError without the key, ShreddedError and NoDataKeyError without the order's, BrokenSealError
    for what was tampered with; none shows contents.
    """

    def __init__(self, keys: DataKeys, workflow_id: str | None = None) -> None:
        self._keys = keys
        self._workflow_id = workflow_id
        self._order = order_of_workflow(workflow_id)

    def with_context(self, context: SerializationContext) -> "EncryptingCodec":
        """A codec that notes the workflow whose payloads it encrypts."""
        workflow_id = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            workflow_id = context.workflow_id
        return self if workflow_id == self._workflow_id else EncryptingCodec(self._keys, workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload encrypted with the key that writes."""
        key = await self._keys.writing(self._order)
        encoded = []
        for payload in payloads:
            metadata = {"encoding": ENCODING, KEY_ID: key.id.encode()}
            if self._workflow_id:
                metadata[WORKFLOW] = self._workflow_id.encode()
            if self._order:
                metadata[DATA_KEY] = _OF_THE_ORDER
            data = payload.SerializeToString()
            if len(data) >= _COMPRESS_FROM:
                data = zlib.compress(data, _LEVEL)
                metadata[COMPRESSION] = _ZLIB
            encoded.append(Payload(metadata=metadata, data=seal(key, data, _associated(metadata))))
        return encoded

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload as it was before `encode`."""
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        if not is_encrypted(payload):
            return payload
        metadata = payload.metadata
        key_id = metadata[KEY_ID].decode(errors="replace") if KEY_ID in metadata else ""
        if not key_id:
            raise PayloadKeyError(f"an encrypted payload names no key ({KEY_ID}): it was not written by this codec")
        order = order_of_workflow(workflow_of(payload)) if DATA_KEY in metadata else None
        key = await self._keys.reading(order, key_id)
        data = unseal(key, payload.data, _associated(metadata))
        if COMPRESSION in metadata:
            data = _inflated(data, metadata[COMPRESSION])
        return Payload.FromString(data)


def is_encrypted(payload: Payload) -> bool:
    """Whether the codec has made it."""
    return payload.metadata.get("encoding") == ENCODING


def workflow_of(payload: Payload) -> str | None:
    """The id of the workflow whose payload it is, where its writer knew it."""
    return payload.metadata[WORKFLOW].decode(errors="replace") if WORKFLOW in payload.metadata else None


def _associated(metadata: Mapping[str, bytes]) -> bytes:
    """What is in clear and must not be changed. Hexadecimal, so that no value can look like two."""
    return "\n".join(f"{name}={metadata[name].hex()}" for name in _AUTHENTICATED if name in metadata).encode()


def _inflated(data: bytes, compression: bytes) -> bytes:
    if compression != _ZLIB:
        raise BrokenSealError(
            f"compressed in a way that this version does not know: {compression.decode(errors='replace')}"
        )
    return zlib.decompress(data)
