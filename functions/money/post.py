"""The way to a payment firm or a bank: what passes is raised and asked again, what is final is told."""

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from events.ceb.base import CebModel
from events.money import MoneyRefused
from events.problems import InvalidInputError, problems_of
from events.values import Text, utc_now
from functions.declaration.signing import own_signer
from functions.money.signature import headers_for

if TYPE_CHECKING:
    import httpx

Done = TypeVar("Done", bound=CebModel)

_TIMEOUT_SECONDS = 8.0  # a slow answer is asked for again under the same key
_REFUSALS = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}


class MoneyUnavailableError(RuntimeError):
    """Whether the money was moved is not known: the order is sent again, under the same key."""


@cache
def _client() -> "httpx.Client":
    import httpx  # noqa: PLC0415 - loaded by the first order to move money

    return httpx.Client(timeout=_TIMEOUT_SECONDS, headers={"Content-Type": "application/json"})


def post(url: str, key: str, order: CebModel, done: type[Done], who: str) -> Done | Text:
    """Send an order; what was done, or the reason why it is refused for good (400, 409, 422).

    Raises MoneyUnavailableError for everything else: no connection, a time-out, a closed door, an answer that cannot
    be read. Money may have moved by then, so that nothing but the same order again can tell.
    """
    import httpx  # noqa: PLC0415 - see _client

    body = order.model_dump_json(exclude_none=True).encode()
    try:
        answer = _client().post(url, content=body, headers=headers_for(own_signer(), key, body, utc_now()))
    except httpx.TransportError as error:
        raise MoneyUnavailableError(f"{who}: {type(error).__name__}") from error
    if answer.status_code in _REFUSALS:
        refused = _read(answer, MoneyRefused, who)
        return Text(
            zh=f"对方拒绝办理（{refused.code}）：{refused.reason}",
            en=f"Refused by the {who} ({refused.code}): {refused.reason}",
        )
    if not answer.is_success:
        raise MoneyUnavailableError(f"{who} answered {answer.status_code}")
    return _read(answer, done, who)


def impossible(error: ValidationError) -> Text:
    """The reason why an order is not even sent: it could never be carried out."""
    words = str(InvalidInputError(problems_of(error)))
    return Text(zh=f"指令有误，未发送：{words}", en=f"The order is wrong and was not sent: {words}")


def _read(answer: "httpx.Response", model: type[Done], who: str) -> Done:
    try:
        return model.model_validate_json(answer.content)
    except ValidationError as error:
        places = ", ".join(problem.path for problem in problems_of(error))
        raise MoneyUnavailableError(f"{who} answered {answer.status_code}, but not readably: {places}") from None
