"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from functions.payloads.codec import EncryptingCodec
from functions.payloads.keys import KeyRing, own_keys


def data_converter(keys: KeyRing | None = None) -> DataConverter:
    """For every client; a worker and a replayer take that of theirs. The keys are those of this process by default.

    Messages and stack traces of failures are encrypted like everything else.
    """
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(keys or own_keys()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
