"""How workflows call functions: short idempotent work locally, the outside world by regular activities."""

import asyncio
from datetime import timedelta

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from functions.function import Function, Request, Response
    from workflows.together import NextRequest, NextResponse, Together

_LOCAL_TIMEOUT = timedelta(seconds=10)
_LOCAL_RETRY_THRESHOLD = timedelta(seconds=3)  # then the server waits for us, and a worker can shut down
_REMOTE_TIMEOUT = timedelta(seconds=35)  # four posts at the most; a worker that dies costs this much
_LONG_TIMEOUT = timedelta(minutes=1)  # what was done until then stays done
_LOCAL_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=5))
_REMOTE_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


async def call(function: Function[Request, Response], request: Request, summary: str) -> Response:
    """Run a pure rule or a write to our own store; every such call of one workflow task is one billable Action."""
    return await _local(function.name, request, function.response_model, summary, _LOCAL_TIMEOUT)


async def call_together(
    both: Together[Request, Response, NextRequest, NextResponse], first: Request, second: NextRequest, summary: str
) -> tuple[Response, NextResponse]:
    """Make two such calls, the second one when the first one has been answered, for the price of one."""
    request = both.request_model(first=first, second=second)
    answers = await _local(both.name, request, both.response_model, summary, 2 * _LOCAL_TIMEOUT)
    return answers.first, answers.second


async def _local(
    name: str, request: BaseModel, response_model: type[Response], summary: str, timeout: timedelta
) -> Response:
    answer: Response = await workflow.execute_local_activity(
        name,
        request,
        result_type=response_model,
        start_to_close_timeout=timeout,
        local_retry_threshold=_LOCAL_RETRY_THRESHOLD,
        retry_policy=_LOCAL_RETRY,
        summary=summary,
    )
    return answer


async def call_long(function: Function[Request, Response], request: Request, summary: str) -> Response:
    """Run work on our own store that takes its time, chunk by chunk; a repetition goes on where it was."""
    return await _regular(function, request, summary, _LONG_TIMEOUT)


def call_outside(function: Function[Request, Response], request: Request, summary: str) -> "asyncio.Task[Response]":
    """Start a call to customs, a bank or a carrier: retried until it is answered, visible to operators meanwhile."""
    return asyncio.create_task(_regular(function, request, summary, _REMOTE_TIMEOUT))


async def _regular(
    function: Function[Request, Response], request: Request, summary: str, timeout: timedelta
) -> Response:
    answer: Response = await workflow.execute_activity(
        function.name,
        request,
        result_type=function.response_model,
        start_to_close_timeout=timeout,
        retry_policy=_REMOTE_RETRY,
        summary=summary,
    )
    return answer
