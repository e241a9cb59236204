"""The way to customs' `realTimeDataUp`: one form field over HTTPS, an answer with a code."""

from functools import cache
from typing import TYPE_CHECKING

from pydantic import ValidationError

from events.cloudevents import exact_json
from events.payment_data import UploadAnswer
from events.problems import InvalidInputError
from functions.settings import settings

if TYPE_CHECKING:
    import httpx

_TIMEOUT_SECONDS = 20.0  # of the 35 that an activity has
_FIELD = "payExInfoStr"


class PaymentDataUnavailableError(RuntimeError):
    """Customs' interface gave no answer now; the upload is made again."""


@cache
def _client() -> "httpx.Client":
    import httpx  # noqa: PLC0415 - loaded by the first upload

    return httpx.Client(timeout=_TIMEOUT_SECONDS)


def post(pay_ex_info: str) -> UploadAnswer:
    """Send an upload; the answer of customs.

    Raises PaymentDataUnavailableError on faults that pass: no connection, time-out, an HTTP status that is no success,
    an answer without a code.
    """
    import httpx  # noqa: PLC0415 - see _client

    try:
        answer = _client().post(settings().payment_data_url, data={_FIELD: pay_ex_info})
    except httpx.TransportError as error:
        raise PaymentDataUnavailableError(f"realTimeDataUp: {type(error).__name__}") from error
    if not answer.is_success:
        raise PaymentDataUnavailableError(f"realTimeDataUp answered HTTP {answer.status_code}")
    try:
        return UploadAnswer.model_validate(exact_json(answer.content))
    except (InvalidInputError, ValidationError):
        raise PaymentDataUnavailableError("realTimeDataUp answered without a code") from None
