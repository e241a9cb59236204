"""Whatever goes wrong in a request becomes a problem document; nothing of the request is logged."""

import traceback
from functools import cache

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

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
    app.exception_handler(Exception)(_failed)


def _refused(error: RefusedError) -> Response[str]:
    return error.response()


def _invalid(error: InvalidInputError) -> Response[str]:
    return RefusedError.of(error).response()


def _not_found(error: NotFoundError) -> Response[str]:
    return RefusedError(Refusal.NOT_FOUND, "no such path: /openapi.json describes what is here").response()


@cache
def faults() -> tuple[type[Exception], ...]:
    """What is raised where a resource does not answer. Whoever has asked one has loaded AWS's library by then."""
    from aws_lambda_powertools.utilities.parameters import GetParameterError  # noqa: PLC0415 - see above
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see above

    return BusError, ContendedError, ClientError, BotoCoreError, GetParameterError


def _failed(error: Exception) -> Response[str]:
    return _unavailable(error) if isinstance(error, faults()) else _unforeseen(error)


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
    from botocore.exceptions import ClientError  # noqa: PLC0415 - as in `faults`

    described: dict[str, object] = {
        "error": type(error).__name__,
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, ClientError):
        described["operation"] = error.operation_name
        described["code"] = error.response["Error"]["Code"]
    return described
