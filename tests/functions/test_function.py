"""One declaration, three uses: the direct call, the activity, the Lambda handler."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest

import infra.activities
from events.ceb.order import Order
from events.problems import InvalidInputError
from events.values import Value
from functions.function import FUNCTIONS, Function, function
from functions.lambda_handler import capability_handler, lambda_handler
from infra.lambda_context import LocalContext
from tests import builders


class Asked(Value):
    """A request with a person in it."""

    order: Order
    share: Decimal = Decimal(1)


class Told(Value):
    """An answer."""

    share: Decimal


@pytest.fixture
def declared() -> Iterator[Function[Asked, Told]]:
    """A function that is declared for one test."""

    @function("test.share")
    def share(request: Asked) -> Told:
        """A share of what was paid."""
        return Told(share=request.order.head.actual_paid * request.share)

    yield share
    del FUNCTIONS["test.share"]


def test_a_declaration_knows_its_name_and_models_and_can_be_called(declared: Function[Asked, Told]) -> None:
    assert (declared.name, declared.request_model, declared.response_model) == ("test.share", Asked, Told)
    assert FUNCTIONS["test.share"] is declared
    assert declared(Asked(order=builders.order(), share=Decimal(2))) == Told(share=Decimal("1123.78"))


@pytest.mark.usefixtures("declared")
def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"test\.share is declared twice"):

        @function("test.share")
        def again(request: Asked) -> Told:
            raise NotImplementedError(request)


def test_every_function_of_orders_has_a_name_of_capability_and_verb() -> None:
    for declared in infra.activities.ORDER_FUNCTIONS:
        capability, _, verb = declared.name.partition(".")
        assert FUNCTIONS[declared.name] is declared
        assert verb
        assert declared.implementation.__module__ == f"functions.{capability}.handler"


def test_the_lambda_takes_and_gives_json(declared: Function[Asked, Told]) -> None:
    handler = lambda_handler(declared)
    event = json.loads(Asked(order=builders.order()).model_dump_json())
    assert handler(event, LocalContext("test")) == {"share": "561.89"}


def test_the_lambda_counts_its_calls_and_logs_no_person(
    declared: Function[Asked, Told], capfd: pytest.CaptureFixture[str]
) -> None:
    handler = lambda_handler(declared)
    event = json.loads(Asked(order=builders.order()).model_dump_json())
    handler(event, LocalContext("test"))
    written = "".join(capfd.readouterr())
    metrics = [json.loads(line) for line in written.splitlines() if '"_aws"' in line]
    assert [found["Calls"] for found in metrics if "Calls" in found] == [[1.0]]
    assert {found["service"] for found in metrics} == {"test.share"}
    for person in (builders.BUYER_NAME, builders.BUYER_ID, builders.TELEPHONE, builders.ADDRESS):
        assert person not in written


@pytest.mark.parametrize(("given", "published"), [("Sandan/sandan-test", "Sandan/sandan-test"), (None, "Sandan")])
def test_measurements_are_published_under_the_namespace_of_the_deployment(given: str | None, published: str) -> None:
    """A process of its own, as the namespace is read when the functions are loaded."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POWERTOOLS_")}
    environment |= {"POWERTOOLS_METRICS_NAMESPACE": given} if given else {}
    program = (
        "from functions.gateway.handler import metrics as door\n"
        "from functions.lambda_handler import capability_handler\n"
        "from infra.lambda_context import LocalContext\n"
        "request = {'on': '2026-11-28', 'released_at': '2026-11-28T08:00:00+08:00'}\n"
        "event = {'function': 'returns.terms', 'request': request}\n"
        "capability_handler('returns')(event, LocalContext('returns'))\n"
        "door.add_metric(name='Requests', unit='Count', value=1)\n"
        "door.flush_metrics()\n"
    )
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    metrics = [json.loads(line) for line in run.stdout.splitlines() if b'"_aws"' in line]
    assert {found["service"] for found in metrics} == {"gateway", "returns.terms"}
    assert {one["Namespace"] for found in metrics for one in found["_aws"]["CloudWatchMetrics"]} == {published}


def test_an_event_that_does_not_fit_is_refused_by_path_and_names_no_person(
    declared: Function[Asked, Told], capfd: pytest.CaptureFixture[str]
) -> None:
    handler = lambda_handler(declared)
    event = json.loads(Asked(order=builders.order()).model_dump_json())
    event["order"]["OrderHead"]["buyerName"] = builders.BUYER_NAME * 60
    with pytest.raises(InvalidInputError, match="/order/OrderHead/buyerName") as refused:
        handler(event, LocalContext("test"))
    assert builders.BUYER_NAME not in str(refused.value)
    assert refused.value.__suppress_context__
    assert builders.BUYER_NAME not in "".join(capfd.readouterr())


def test_the_lambda_of_a_capability_has_its_functions_and_no_others() -> None:
    handler = capability_handler("tax")
    assert handler({}, LocalContext("test")) == {"functions": ["tax.assess", "tax.remainder"]}
    with pytest.raises(InvalidInputError, match=r"/function"):
        handler({"function": "ledger.reserve", "request": {}}, LocalContext("test"))
