"""The two ways to a function: the same answers, and faults that mean the same."""

import dataclasses
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from events.values import utc_now
from functions.aws import config
from functions.function import Function
from functions.ledger.account_models import GuaranteeRequest, OpenGuaranteeRequest
from functions.ledger.handler import guarantee, open_guarantee, reserve
from functions.ledger.models import Reserved, ReserveOutcome, ReserveRequest
from functions.policy.handler import row
from functions.policy.models import RowRequest
from functions.settings import settings
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest, Assessment
from infra import invokers
from infra.activities import FunctionInvoker, InProcessInvoker, activities_of
from infra.bench.listening import Listening
from infra.invokers import LambdaInvoker, capability_of, chosen_invoker
from infra.stack.lambdas import CAPABILITIES
from infra.worker import FUNCTIONS
from tests.functions.ledger.samples import NOBODY, charge, order
from tests.functions.tax.cases import MILK, RICE, WINE, a_list, line
from tests.lambdas import LambdasInProcess, chosen, lambda_invoker


@pytest.fixture(params=["process", "lambda"])
def invoker(request: pytest.FixtureRequest) -> FunctionInvoker:
    """Either."""
    return chosen(request.param)


def test_a_pure_function_gives_the_same_answer(invoker: FunctionInvoker) -> None:
    asked = RowRequest(topic="quota.single_limit", on=date(2026, 1, 5))
    assert invoker.invoke(row, asked) == row(asked)


@pytest.mark.usefixtures("aws")
def test_what_one_call_keeps_the_next_one_finds(invoker: FunctionInvoker) -> None:
    given = OpenGuaranteeRequest(guarantor="3207SDDS01", amount=Decimal("1000.50"))
    opened = invoker.invoke(open_guarantee, given)
    assert opened == guarantee(GuaranteeRequest(guarantor="3207SDDS01"))
    assert opened == invoker.invoke(guarantee, GuaranteeRequest(guarantor="3207SDDS01"))


@pytest.mark.usefixtures("aws")
def test_a_refusal_is_an_answer_with_its_findings(invoker: FunctionInvoker) -> None:
    """A guarantee that is too small is no fault: nothing is retried, and nothing is reserved."""
    open_guarantee(OpenGuaranteeRequest(guarantor="3207SDDS01", amount=Decimal(40)))
    asked = ReserveRequest(
        key=order(1),
        on=date(2026, 1, 5),
        buyer_id_type="1",
        buyer_id=NOBODY,
        guarantor="3207SDDS01",
        charge=charge("1000", "91.00"),
    )
    refused = invoker.invoke(reserve, asked)
    assert isinstance(refused, Reserved)
    assert refused.outcome is ReserveOutcome.GUARANTEE_SHORT
    assert _exactly(refused) == _exactly(reserve(asked))
    assert guarantee(GuaranteeRequest(guarantor="3207SDDS01")).reserved == 0


def test_the_longest_list_keeps_every_digit_of_its_money_and_every_day(invoker: FunctionInvoker) -> None:
    """99 lines, the most that the standard allows, with long texts; amounts of all scales, dates, findings."""
    lines = [
        line(gnum, f"{gnum}.{gnum:02}", gcode=(MILK, WINE, RICE)[gnum % 3], gmodel="型" * 250) for gnum in range(1, 100)
    ]
    asked = AssessListRequest(on=date(2026, 1, 5), declaration_list=a_list(*lines), declared_tax=Decimal("1.10"))
    assert len(asked.model_dump_json()) > 50_000
    answer = invoker.invoke(assess, asked)
    assert isinstance(answer, Assessment)
    assert len(answer.items) == len(lines)
    assert answer.findings
    assert _exactly(answer) == _exactly(assess(asked))


def _exactly(answer: BaseModel) -> str:
    """With the scale of every number: 0 and 0.00 are equal, and are not the same amount on a bill."""
    return f"{answer!r} {answer.model_dump_json()}"


def test_a_fault_keeps_its_type_and_text_and_is_retried(invoker: FunctionInvoker) -> None:
    """Whatever a function raises is a fault of the world: Temporal tries again. Its class is the failure's type."""
    with pytest.raises(Exception, match=r"no\.such\.topic") as raised:
        invoker.invoke(row, RowRequest(topic="no.such.topic", on=date(2026, 1, 5)))
    failure = raised.value
    name = failure.type if isinstance(failure, ApplicationError) else type(failure).__name__
    assert name == _kind_in_process(row, RowRequest(topic="no.such.topic", on=date(2026, 1, 5)))
    assert not getattr(failure, "non_retryable", False)


def _kind_in_process(function: Function[Any, Any], request: Any) -> str:
    try:
        function(request)
    except Exception as error:  # noqa: BLE001 - whichever it is
        return type(error).__name__
    raise AssertionError("it does not fail")


class _Answering:
    """A client of Lambda that answers as it is told."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self._answer = answer

    def invoke(self, **_: Any) -> dict[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def _on(answer: dict[str, Any] | Exception) -> LambdaInvoker:
    return LambdaInvoker(cast("Any", _Answering(answer)), "sandan", at_once=1)


def test_a_lambda_that_ran_out_of_time_is_a_fault_to_be_retried() -> None:
    payload = b'{"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 30.00 seconds"}'
    answer = {"FunctionError": "Unhandled", "Payload": io.BytesIO(payload)}
    with pytest.raises(ApplicationError, match=r"timed out after 30\.00 seconds") as raised:
        _on(answer).invoke(row, RowRequest(topic="quota.single_limit", on=date(2026, 1, 5)))
    assert raised.value.type == "Sandbox.Timedout"
    assert not raised.value.non_retryable


def test_a_throttled_call_gives_its_place_back() -> None:
    throttled = ClientError({"Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded"}}, "Invoke")
    invoker = _on(throttled)
    for _ in range(3):
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            invoker.invoke(row, RowRequest(topic="quota.single_limit", on=date(2026, 1, 5)))


def test_a_call_without_a_place_fails_when_half_of_its_time_is_over() -> None:
    """Given a Lambda that does not answer, then others of its capability do not wait for ever, and are retried."""
    hanging = _Hanging()
    invoker = LambdaInvoker(cast("Any", hanging), "sandan", at_once=1)
    run = activities_of([row], invoker)[0]
    environment = ActivityEnvironment()
    request = RowRequest(topic="quota.single_limit", on=date(2026, 1, 5))
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(invoker.invoke, row, request)
        assert hanging.asked.wait(5)
        environment.info = _begun_now(environment.info, timedelta(seconds=0.4))
        with pytest.raises(ApplicationError, match=r"1 calls of sandan-policy have not ended for 0\.2 s") as raised:
            environment.run(run, request)
        hanging.go_on.set()
        assert first.result(5) == row(request)
    assert (raised.value.type, raised.value.non_retryable) == ("NoPlace", False)
    environment.info = _begun_now(environment.info, timedelta(seconds=10))
    assert environment.run(run, request) == row(request)


def _begun_now(info: activity.Info, limit: timedelta) -> activity.Info:
    return dataclasses.replace(info, started_time=utc_now(), start_to_close_timeout=limit)


class _Hanging:
    """A client of Lambda that answers when it may."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.asked.set()
        assert self.go_on.wait(5)
        return LambdasInProcess().invoke(FunctionName="test-policy", Payload=asked["Payload"])


def test_the_client_of_lambda_calls_as_every_client_does_and_waits_for_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given a server in the place of Lambda, then it is asked what AWS would be asked, whose checks are AWS's alone."""
    asked: list[tuple[str, bytes, str]] = []

    async def answer(request: Request) -> Response:
        asked.append((request.url.path, await request.body(), request.headers["user-agent"]))
        return Response(row(limit).model_dump_json())

    limit = RowRequest(topic="quota.single_limit", on=date(2026, 1, 5))
    with Listening(Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])])) as server:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        client: Any = invokers._client.__wrapped__()
        assert LambdaInvoker(client, "sandan", at_once=1).invoke(row, limit) == row(limit)
    ((path, body, user_agent),) = asked
    assert path == "/2015-03-31/functions/sandan-policy/invocations"
    assert json.loads(body) == {"function": "policy.row", "request": limit.model_dump(mode="json")}
    assert user_agent.startswith("Sandan ")
    others: Any = config()
    made = client.meta.config
    assert (made.connect_timeout, made.max_pool_connections) == (others.connect_timeout, others.max_pool_connections)
    assert (made.read_timeout, made.retries["total_max_attempts"]) == (65, 3)
    assert (others.read_timeout, others.retries["total_max_attempts"]) == (10, 5)


def test_every_function_of_the_worker_has_a_lambda_of_its_capability() -> None:
    assert {capability_of(function) for function in FUNCTIONS} == set(CAPABILITIES)
    assert lambda_invoker().function_name(FUNCTIONS[0]) == "test-intake"


@pytest.mark.parametrize(
    ("value", "kind"), [(None, InProcessInvoker), ("process", InProcessInvoker), ("lambda", LambdaInvoker)]
)
def test_the_setting_decides(value: str | None, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("SANDAN_INVOKER", raising=False)
    if value:
        monkeypatch.setenv("SANDAN_INVOKER", value)
    settings.cache_clear()
    try:
        assert isinstance(chosen_invoker(), kind)
    finally:
        settings.cache_clear()
