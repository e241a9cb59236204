"""Where the work of activities is done, by one setting: `SANDAN_INVOKER` is `process` or `lambda`."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from temporalio import activity
from temporalio.exceptions import ApplicationError

from events.values import utc_now
from functions.aws import config
from functions.function import Function
from functions.settings import settings
from infra.activities import FunctionInvoker, InProcessInvoker

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_LONGEST_WAIT_SECONDS = 30.0
_LONGEST_CALL_SECONDS = 65  # a function has at most 60 (template.yaml); all functions may be called again


class LambdaInvoker:
    """Runs a function in the Lambda of its capability, `{prefix}-{capability}`; at most `at_once` calls of each.

    A call waits for its place for half of the time that its activity has left, at the most. What has waited longer
    would hardly be answered in time; and calls that nobody waits for any more would keep the places from those that
    come after them.
    """

    def __init__(self, client: "LambdaClient", prefix: str, at_once: int) -> None:
        self._client = client
        self._prefix = prefix
        self._at_once = at_once
        self._places = defaultdict[str, BoundedSemaphore](lambda: BoundedSemaphore(at_once))

    def invoke(self, function: Function[Any, Any], request: BaseModel) -> BaseModel:
        """The function's response.

        What the function raises is raised here as ApplicationError with the same type and text, to be retried as in
        the worker's process. Raises botocore's errors when the Lambda cannot be reached or is not there, and
        ApplicationError of type NoPlace when all its places were taken: retried too.
        """
        event = f'{{"function": {json.dumps(function.name)}, "request": {request.model_dump_json()}}}'
        name = self.function_name(function)
        with self._place(name):
            answer = self._client.invoke(FunctionName=name, Payload=event.encode())
            payload = answer["Payload"].read()
        if "FunctionError" in answer:
            raise _failure(json.loads(payload))
        response: BaseModel = function.response_model.model_validate_json(payload)
        return response

    @contextmanager
    def _place(self, name: str) -> Iterator[None]:
        seconds = _seconds_to_wait()
        place = self._places[name]
        if not place.acquire(timeout=seconds):
            raise ApplicationError(
                f"{self._at_once} calls of {name} have not ended for {seconds:.2g} s", type="NoPlace"
            )
        try:
            yield
        finally:
            place.release()

    def function_name(self, function: Function[Any, Any]) -> str:
        """The name of the Lambda."""
        return f"{self._prefix}-{capability_of(function).replace('_', '-')}"


def capability_of(function: Function[Any, Any]) -> str:
    """The folder below `functions` where a function is declared."""
    return function.implementation.__module__.split(".")[1]


def chosen_invoker() -> FunctionInvoker:
    """The invoker that the settings ask for."""
    if settings().invoker == "process":
        return InProcessInvoker()
    return LambdaInvoker(_client(), settings().function_prefix, settings().functions_at_once)


@cache
def _client() -> "LambdaClient":
    import boto3  # noqa: PLC0415 - where functions run in the worker's process, their first call loads it
    from botocore.config import Config  # noqa: PLC0415 - the same

    # An answer comes when the function has done its work, not at once as from a table, so it is waited for as long;
    # and tried less often, since three such waits are long, and the activity tries again in any case.
    patient = Config(read_timeout=_LONGEST_CALL_SECONDS, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client("lambda", config=config().merge(patient))


def _seconds_to_wait() -> float:
    info = activity.info() if activity.in_activity() else None
    if info is None or info.start_to_close_timeout is None:
        return _LONGEST_WAIT_SECONDS
    left = info.started_time + info.start_to_close_timeout - utc_now()
    return max(left.total_seconds() / 2, 0)


def _failure(error: dict[str, Any]) -> ApplicationError:
    return ApplicationError(error.get("errorMessage", "no message"), type=error.get("errorType"))
