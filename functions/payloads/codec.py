"""The codec of every Temporal client and worker: compress what gets shorter, encrypt everything."""

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
from functions.payloads.compression import compressed, decompressed
from functions.payloads.keys import PayloadKeyError
from functions.payloads.sealing import seal, unseal

ENCODING = b"binary/encrypted"
# A letter each: they stand with every payload, and Temporal Cloud bills each byte of an open order for a month.
_KEY, _ORDER_KEY, _WORKFLOW, _COMPRESSION = "k", "o", "w", "c"
# The names of before. `data-key` said that the key of `encryption-key-id` was the order's own.
_OLD_KEY, _OLD_COMPRESSION, _OLD_WORKFLOW, _OLD_DATA_KEY = "encryption-key-id", "compression", "workflow-id", "data-key"
_OLD_NAMES = (_OLD_KEY, _OLD_COMPRESSION, _OLD_WORKFLOW, _OLD_DATA_KEY)
_AUTHENTICATED = ("encoding", *_OLD_NAMES, _KEY, _ORDER_KEY, _WORKFLOW, _COMPRESSION)


class EncryptingCodec(PayloadCodec, WithSerializationContext):
    """A payload becomes one of encoding `binary/encrypted` with the id of its key and, where known, its workflow's id.

    Payloads of an order's workflow, and of its returns, are sealed with the order's own key, which can be destroyed;
    the metadata say so. The ids are in clear and authenticated; a workflow's id is a business key and names no person.
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
        return self.of_workflow(workflow_of_context(context))

    def of_workflow(self, workflow_id: str | None) -> "EncryptingCodec":
        """The same for that workflow, or for none."""
        return EncryptingCodec(self._keys, workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload encrypted with the key that writes."""
        key = await self._keys.writing(self._order)
        encoded = []
        for payload in payloads:
            metadata = {"encoding": ENCODING, _ORDER_KEY if self._order else _KEY: key.id.encode()}
            if self._workflow_id:
                metadata[_WORKFLOW] = self._workflow_id.encode()
            data, compression = compressed(payload.SerializeToString())
            if compression:
                metadata[_COMPRESSION] = compression.encode()
            encoded.append(Payload(metadata=metadata, data=seal(key, data, _associated(metadata))))
        return encoded

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Every payload as it was before `encode`."""
        return [await self._decoded(payload) for payload in payloads]

    async def _decoded(self, payload: Payload) -> Payload:
        if not is_encrypted(payload):
            return payload
        key_id = key_id_of(payload)
        if not key_id:
            raise PayloadKeyError("an encrypted payload names no key: it was not written by this codec")
        order = order_of_workflow(workflow_of(payload)) if is_of_order_key(payload) else None
        key = await self._keys.reading(order, key_id)
        data = unseal(key, payload.data, _associated(payload.metadata))
        if (compression := _named(payload, _COMPRESSION, _OLD_COMPRESSION)) is not None:
            data = decompressed(data, compression)
        return Payload.FromString(data)


def workflow_of_context(context: SerializationContext) -> str | None:
    """The id of the workflow that the SDK converts payloads of."""
    if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
        return context.workflow_id
    return None


def is_encrypted(payload: Payload) -> bool:
    """Whether the codec has made it."""
    return payload.metadata.get("encoding") == ENCODING


def workflow_of(payload: Payload) -> str | None:
    """The id of the workflow whose payload it is, where its writer knew it."""
    return _named(payload, _WORKFLOW, _OLD_WORKFLOW)


def key_id_of(payload: Payload) -> str | None:
    """The id of the key of the secret that it was sealed with, or under."""
    return _named(payload, _KEY, _ORDER_KEY, _OLD_KEY)


def is_of_order_key(payload: Payload) -> bool:
    """Whether it is lost with its order's own key."""
    return _ORDER_KEY in payload.metadata or _OLD_DATA_KEY in payload.metadata


def _named(payload: Payload, *names: str) -> str | None:
    return next((payload.metadata[name].decode(errors="replace") for name in names if name in payload.metadata), None)


def _associated(metadata: Mapping[str, bytes]) -> bytes:
    """What is in clear and must not be changed. Hexadecimal, so that no value can look like two."""
    return "\n".join(f"{name}={metadata[name].hex()}" for name in _AUTHENTICATED if name in metadata).encode()
