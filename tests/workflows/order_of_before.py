"""The order's code as it was before decision 45: a start without documents, and payloads of the first dictionary.

Both are the product's own but for what it did not have then: the field, and the second dictionary.
"""

import importlib.util
import sys
from types import ModuleType
from typing import Any

from pydantic import AwareDatetime
from temporalio import workflow
from temporalio.client import Client
from temporalio.converter import DataConverter

from events.life import IMPORT_ORDER_WORKFLOW, ImportOrderResult, ImportOrderStart, LifeLimits
from events.values import OrderKey, Value
from tests.payloads import fixed_keys
from workflows.import_order import ImportOrderWorkflow


class StartOfBefore(Value):
    """The input that such a build knows: like every value of ours it forbids fields that it does not know."""

    key: OrderKey
    limits: LifeLimits
    opened: AwareDatetime
    rests: bool = False
    calls_together: bool = False
    carried: dict[str, Any] | None = None


@workflow.defn(name=IMPORT_ORDER_WORKFLOW)
class OrderOfBefore(ImportOrderWorkflow):
    """Its documents come by signals alone."""

    @workflow.init
    def __init__(self, start: StartOfBefore) -> None:
        super().__init__(_known_now(start))

    @workflow.run
    async def run(self, start: StartOfBefore) -> ImportOrderResult:  # type: ignore[override]
        """Live as it did; only the input is another one."""
        return await super().run(_known_now(start))


def _known_now(start: StartOfBefore) -> ImportOrderStart:
    return ImportOrderStart(**{name: getattr(start, name) for name in StartOfBefore.model_fields})


def client_of_before(client: Client) -> Client:
    """A client of the same server that reads and writes payloads as such a build does."""
    now = client.data_converter
    before = DataConverter(
        payload_converter_class=now.payload_converter_class,
        payload_codec=_codec_module().EncryptingCodec(fixed_keys()),
        failure_converter_class=now.failure_converter_class,
    )
    return Client(client.service_client, namespace=client.namespace, data_converter=before)


def _codec_module() -> Any:
    """The product's codec, loaded once more beside itself, with the compression that knew one dictionary."""
    compression: Any = _once_more("functions.payloads.compression")
    compression.DICTIONARIES, compression._WRITES = {"1": "deflate-1"}, "1"
    codec: Any = _once_more("functions.payloads.codec")
    codec.compressed, codec.decompressed = compression.compressed, compression.decompressed
    return codec


def _once_more(name: str) -> ModuleType:
    found = sys.modules[name].__spec__
    assert found
    assert found.origin
    spec = importlib.util.spec_from_file_location(f"{name}_of_before", found.origin)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
