"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import copy
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
    SerializationContext,
)

from events.reading import read_json
from events.values import Value
from functions.data_keys.keys import DataKeys, own_data_keys
from functions.payloads.codec import EncryptingCodec, workflow_of_context

_CONTEXTS_KEPT = 1024


class _JsonConverter(PydanticJSONPlainPayloadConverter):
    """As pydantic's, but for our own values, which are read the quick way."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if isinstance(type_hint, type) and issubclass(type_hint, Value):
            return read_json(type_hint, payload.data)
        return super().from_payload(payload, type_hint)


class _PayloadConverter(CompositePayloadConverter):
    """The default converters, with ours for JSON. The SDK makes one for each activation of a workflow, and another."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


def _ours(converter: EncodingPayloadConverter) -> EncodingPayloadConverter:
    return _JsonConverter() if isinstance(converter, JSONPlainPayloadConverter) else converter


_CONVERTERS = tuple(_ours(converter) for converter in DefaultPayloadConverter.default_encoding_payload_converters)
"""They know nothing of whose payloads they have, so all share them."""


def data_converter(keys: DataKeys | None = None) -> DataConverter:
    """For every client; a worker and a replayer take that of theirs. The keys are those of this process by default.

    Messages and stack traces of failures are encrypted like everything else.
    """
    return _Converter(
        payload_converter_class=_PayloadConverter,
        payload_codec=EncryptingCodec(keys or own_data_keys()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


class _Converter(DataConverter):
    """Of its parts only the codec minds whose payloads it has; the others are not made anew for every payload.

    The SDK asks for the context of a payload several times; that of a workflow is kept for a while.
    """

    _of: Callable[[str | None], "_Converter"]

    def __post_init__(self) -> None:
        """The dataclass is frozen for its users."""
        super().__post_init__()
        object.__setattr__(self, "_of", lru_cache(_CONTEXTS_KEPT)(self._made_of))

    def with_context(self, context: SerializationContext) -> "_Converter":
        """The same converter with the codec of that context."""
        return self._of(workflow_of_context(context))

    def _made_of(self, workflow_id: str | None) -> "_Converter":
        codec = self.payload_codec
        assert isinstance(codec, EncryptingCodec)
        converter = copy.copy(self)
        object.__setattr__(converter, "payload_codec", codec.of_workflow(workflow_id))
        return converter
