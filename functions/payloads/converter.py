"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import dataclasses
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter, pydantic_data_converter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
    JSONPlainPayloadConverter,
)

from events.reading import read_json
from events.values import Value
from functions.payloads.codec import EncryptingCodec
from functions.payloads.keys import KeyRing, own_keys


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


def data_converter(keys: KeyRing | None = None) -> DataConverter:
    """For every client; a worker and a replayer take that of theirs. The keys are those of this process by default.

    Messages and stack traces of failures are encrypted like everything else.
    """
    return dataclasses.replace(
        pydantic_data_converter,
        payload_converter_class=_PayloadConverter,
        payload_codec=EncryptingCodec(keys or own_keys()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
