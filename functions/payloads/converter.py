"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import copy
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
    WithSerializationContext,
)

from events.reading import read_json
from events.values import Value
from functions.data_keys.keys import DataKeys, own_data_keys
from functions.payloads.codec import EncryptingCodec


class _JsonConverter(PydanticJSONPlainPayloadConverter):
    """As pydantic's, but for our own values, which are read the quick way."""

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        if isinstance(type_hint, type) and issubclass(type_hint, Value):
            return read_json(type_hint, payload.data)
        return super().from_payload(payload, type_hint)


class _PayloadConverter(CompositePayloadConverter):
    """The default converters, with ours for JSON."""

    def __init__(self) -> None:
        json_converter = _JsonConverter()
        converters = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(json_converter if _is_json(converter) else converter for converter in converters))


def _is_json(converter: EncodingPayloadConverter) -> bool:
    return isinstance(converter, JSONPlainPayloadConverter)


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
    """Of its parts only the codec minds whose payloads it has; the others are not made anew for every payload."""

    def with_context(self, context: SerializationContext) -> "_Converter":
        """The same converter with the codec of that context."""
        codec = self.payload_codec
        assert isinstance(codec, WithSerializationContext)
        of_context = codec.with_context(context)
        if of_context is codec:
            return self
        converter = copy.copy(self)
        object.__setattr__(converter, "payload_codec", of_context)  # the dataclass is frozen for its users
        return converter
