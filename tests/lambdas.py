"""Lambda in the process, for tests: the handlers that AWS would call, with JSON in and JSON out."""

import io
import threading
from functools import cache
from typing import Any, cast

import pytest
from pydantic import BaseModel
from pydantic_core import from_json, to_json

from functions.function import Function
from functions.lambda_handler import Handler, capability_handler
from infra.activities import FunctionInvoker, InProcessInvoker
from infra.invokers import LambdaInvoker
from infra.lambda_context import LocalContext

PREFIX = "test"
BOTH_WAYS = pytest.mark.parametrize("invoker", ["process", "lambda"], indirect=True)
"""For tests whose functions are called in the process and by Lambda, with the same results."""


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


class AsByLambda:
    """An invoker that also looks whether Lambda would have been told, and would have answered, the very same.

    `differences` names the functions of which that does not hold, with the two values.
    """

    def __init__(self, invoker: FunctionInvoker) -> None:
        self._invoker = invoker
        self.differences: list[str] = []

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """The answer of the other invoker."""
        told = function.request_model.model_validate(from_json(request.model_dump_json()))
        self._compare(f"the request of {function.name}", told, request)
        answer = self._invoker.invoke(function, request)
        heard = function.response_model.model_validate_json(to_json(answer.model_dump(mode="json")))
        self._compare(f"the answer of {function.name}", heard, answer)
        return answer

    def _compare(self, what: str, by_lambda: BaseModel, here: BaseModel) -> None:
        if by_lambda != here or by_lambda.model_dump_json() != here.model_dump_json():
            self.differences.append(f"{what}: {by_lambda!r} by Lambda, {here!r} here")


def lambda_invoker() -> LambdaInvoker:
    """The product's invoker, on Lambda in the process."""
    return LambdaInvoker(cast("Any", LambdasInProcess()), PREFIX, at_once=4)


def chosen(way: str) -> FunctionInvoker:
    """The invoker of a way: `process` or `lambda`."""
    return lambda_invoker() if way == "lambda" else InProcessInvoker()
