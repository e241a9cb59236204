"""The Lambda shape of declared functions: logging, metrics, tracing and parsing in one place."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from events.problems import InvalidInputError, Problem, problems_of
from functions.function import FUNCTIONS, Function, Request, Response
from functions.settings import METRICS_NAMESPACE

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def lambda_handler(function: Function[Request, Response]) -> Handler:
    """The handler that AWS calls: JSON of the request model in, JSON of the response model out.

    The event itself is never logged: it holds personal data. For the same reason an event that does not fit the
    request model raises InvalidInputError, whose text names paths and no values.
    """
    logger = Logger(service=function.name)
    tracer = Tracer(service=function.name)
    metrics = Metrics(namespace=METRICS_NAMESPACE, service=function.name)

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        try:
            request = function.request_model.model_validate(event)
        except ValidationError as error:
            raise InvalidInputError(problems_of(error)) from None
        response = function(request)
        metrics.add_metric(name="Calls", unit=MetricUnit.Count, value=1)
        return response.model_dump(mode="json")

    measured: Handler = metrics.log_metrics(handler, capture_cold_start_metric=True)
    traced: Handler = tracer.capture_lambda_handler(measured, capture_response=False)
    logged: Handler = logger.inject_lambda_context(traced)
    return logged


def capability_handler(capability: str) -> Handler:
    """The one handler of all functions that `functions.{capability}.handler` declares.

    The event is `{"function": "ledger.reserve", "request": {…}}`, the answer the function's response. An event without
    a function is answered with the names of those that are here: so a deployment is tried, and warmed. Raises
    InvalidInputError for a function that is not here.
    """
    module = import_module(f"functions.{capability}.handler").__name__
    here = {name: declared for name, declared in FUNCTIONS.items() if declared.implementation.__module__ == module}
    handler_of = cache(lambda_handler)  # made at a function's first call: a cold start needs one of them

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        if "function" not in event:
            return {"functions": sorted(here)}
        name = str(event["function"])
        if name not in here:
            message = f"is not a function of {capability}, whose functions are {', '.join(sorted(here))}"
            raise InvalidInputError([Problem(path="/function", rule="function", value=name[:100], message=message)])
        return handler_of(here[name])(event.get("request", {}), context)

    return handler
