"""The one data converter of the product: pydantic models as JSON, encrypted; failures too."""

import dataclasses

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes

from functions.data_keys.keys import DataKeys, own_data_keys
from functions.payloads.codec import EncryptingCodec


def data_converter(keys: DataKeys | None = None) -> DataConverter:
    """For every client; a worker and a replayer take that of theirs. The keys are those of this process by default.

    Messages and stack traces of failures are encrypted like everything else.
    """
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptingCodec(keys or own_data_keys()),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
