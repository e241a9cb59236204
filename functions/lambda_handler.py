"""The Lambda shape of a declared function: logging, metrics, tracing and parsing in one place."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from events.problems import InvalidInputError, problems_of
from functions.function import Function, Request, Response

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def lambda_handler(function: Function[Request, Response]) -> Handler:
    """The handler that AWS calls: JSON of the request model in, JSON of the response model out.

    The event itself is never logged: it holds personal data. For the same reason an event that does not fit the
    request model raises InvalidInputError, whose text names paths and no values.
    """
    logger = Logger(service=function.name)
    tracer = Tracer(service=function.name)
    metrics = Metrics(namespace="Sandan", service=function.name)

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
