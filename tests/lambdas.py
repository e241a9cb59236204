"""Lambda in the process, for tests: the handlers that AWS would call, with JSON in and JSON out."""

import io
import threading
from functools import cache
from typing import Any, cast

from pydantic_core import from_json, to_json

from functions.lambda_handler import Handler, capability_handler
from infra.invokers import LambdaInvoker
from infra.lambda_context import LocalContext

PREFIX = "test"


class LambdasInProcess:
    """Answers `invoke` as the client of Lambda does; one call at a time, as a process of AWS has it."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._handler = cache(capability_handler)

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - AWS's names
        """What the handler answers, or what AWS makes of an exception."""
        handler: Handler = self._handler(FunctionName.removeprefix(f"{PREFIX}-").replace("-", "_"))
        with self._one_at_a_time:
            try:
                answer = handler(from_json(Payload), LocalContext(FunctionName))
            except Exception as error:  # noqa: BLE001 - Lambda's runtime takes every one
                fault = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
                return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": io.BytesIO(to_json(fault))}
        return {"StatusCode": 200, "Payload": io.BytesIO(to_json(answer))}


def lambda_invoker() -> LambdaInvoker:
    """The product's invoker, on Lambda in the process."""
    return LambdaInvoker(cast("Any", LambdasInProcess()), PREFIX, at_once=4)
