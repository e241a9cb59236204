"""Whatever goes wrong in a request becomes a problem document; nothing of the request is logged."""

import traceback

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.parameters import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from events.problems import InvalidInputError
from functions.bus import BusError
from functions.gateway.refusals import Refusal, RefusedError
from functions.intake.table import ContendedError

LOGGER = Logger(service="gateway")
_RETRY_AFTER_SECONDS = "5"


def handle_errors(app: APIGatewayHttpResolver) -> None:
    """Register the handlers: refusals, faults of the world (503, send again), and everything unforeseen (500)."""
    app.exception_handler(RefusedError)(_refused)
    app.exception_handler(InvalidInputError)(_invalid)
    app.exception_handler(NotFoundError)(_not_found)
    app.exception_handler([BusError, ContendedError, ClientError, BotoCoreError, GetParameterError])(_unavailable)
    app.exception_handler(Exception)(_unforeseen)


def _refused(error: RefusedError) -> Response[str]:
    return error.response()


def _invalid(error: InvalidInputError) -> Response[str]:
    return RefusedError.of(error).response()


def _not_found(error: NotFoundError) -> Response[str]:
    return RefusedError(Refusal.NOT_FOUND, "no such path: /openapi.json describes what is here").response()


def _unavailable(error: Exception) -> Response[str]:
    LOGGER.error("a resource did not answer", extra=place(error))
    detail = "a resource of ours did not answer: send the same request again, signed anew; it has one effect"
    return RefusedError(Refusal.UNAVAILABLE, detail, headers={"Retry-After": _RETRY_AFTER_SECONDS}).response()


def _unforeseen(error: Exception) -> Response[str]:
    LOGGER.error("an unforeseen error", extra=place(error))
    detail = "the request failed on our side and was logged: send it again, signed anew; if it fails again, tell us"
    return RefusedError(Refusal.INTERNAL, detail).response()


def place(error: Exception) -> dict[str, object]:
    """What may be logged of an error: its kind and where it arose, not its text, which may quote the document."""
    frames = traceback.extract_tb(error.__traceback__)
    described: dict[str, object] = {
        "error": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, ClientError):
        described["operation"] = error.operation_name
        described["code"] = error.response["Error"]["Code"]
    return described
