"""The two ways to a function: the same answers, and faults that mean the same."""

import io
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from temporalio.exceptions import ApplicationError

from functions.function import Function
from functions.ledger.account_models import GuaranteeRequest, OpenGuaranteeRequest
from functions.ledger.handler import guarantee, open_guarantee
from functions.policy.handler import row
from functions.policy.models import RowRequest
from functions.settings import settings
from infra.activities import FunctionInvoker, InProcessInvoker
from infra.invokers import LambdaInvoker, capability_of, chosen_invoker
from infra.stack.lambdas import CAPABILITIES
from infra.worker import FUNCTIONS
from tests.lambdas import lambda_invoker


@pytest.fixture(params=["process", "lambda"])
def invoker(request: pytest.FixtureRequest) -> FunctionInvoker:
    """Either."""
    return InProcessInvoker() if request.param == "process" else lambda_invoker()


def test_a_pure_function_gives_the_same_answer(invoker: FunctionInvoker) -> None:
    asked = RowRequest(topic="quota.single_limit", on=date(2026, 1, 5))
    assert invoker.invoke(row, asked) == row(asked)


@pytest.mark.usefixtures("aws")
def test_what_one_call_keeps_the_next_one_finds(invoker: FunctionInvoker) -> None:
    given = OpenGuaranteeRequest(guarantor="3207SDDS01", amount=Decimal("1000.50"))
    opened = invoker.invoke(open_guarantee, given)
    assert opened == guarantee(GuaranteeRequest(guarantor="3207SDDS01"))
    assert opened == invoker.invoke(guarantee, GuaranteeRequest(guarantor="3207SDDS01"))


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
