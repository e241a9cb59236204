"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import copy

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    SerializationContext,
    WithSerializationContext,
)

from functions.data_keys.keys import DataKeys, own_data_keys
from functions.payloads.codec import EncryptingCodec


def data_converter(keys: DataKeys | None = None) -> DataConverter:
    """For every client; a worker and a replayer take that of theirs. The keys are those of this process by default.

    Messages and stack traces of failures are encrypted like everything else.
    """
    return _Converter(
        payload_converter_class=PydanticPayloadConverter,
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
