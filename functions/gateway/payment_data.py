"""`platDataOpen`: customs asks for payment data, and is answered at once (公告2018-179, 1.6.1)."""

import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from events.cloudevents import exact_json
from events.documents import DocumentKind
from events.payment_data import PlatDataOpen, PlatDataOpenAnswer
from events.problems import InvalidInputError, Problem, problems_of
from functions.gateway import limits
from functions.gateway.bus import publish
from functions.gateway.errors import LOGGER, faults, place
from functions.gateway.question import FIELD, KEY, PLATFORM
from functions.gateway.refusals import Refusal, RefusedError
from functions.gateway.request import HttpRequest
from functions.intake.accepting import accept
from functions.intake.models import AcceptRequest
from functions.settings import settings

SENDER = "customs"
# The notice has 10000, 20000 失败, and 20001 to 21000 异常信息, without a meaning for each: 20001 is ours.
_TAKEN, _FAULT, _WRONG = "10000", "20000", "20001"
_OK, _UNAVAILABLE = 200, 503
_QUESTIONS = uuid5(NAMESPACE_URL, "tag:sandan,2026:payment-data-request")


def answer(request: HttpRequest, now: datetime) -> tuple[int, str]:
    """The HTTP status and the official JSON for a question: 10000, or an error code with what is wrong.

    Customs signs no request. Where the setting `payment_data_address_key` is given, the address that is registered at
    customs carries it as `?key=`; `?ebpCode=` names the platform whose address it is. The same question has one effect.
    Raises RefusedError when the key is missing or wrong (403), and when an address asks too often (429).
    """
    query = parse_qs(request.target.partition("?")[2])
    expected = settings().payment_data_address_key
    if expected is not None and not hmac.compare_digest(_one(query, KEY).encode(), expected.encode()):
        detail = f"this is not the address that was registered at customs: its {KEY} is missing or wrong"
        raise RefusedError(Refusal.FORBIDDEN, detail)
    limits.count_question(request, now)
    try:
        question = _question(request.body, _one(query, PLATFORM) or None)
        _take(question, now)
    except InvalidInputError as error:
        return _OK, _json(_WRONG, str(error), now)
    except faults() as error:
        LOGGER.error("a question of customs could not be passed on", extra=place(error))
        return _UNAVAILABLE, _json(_FAULT, "失败: ask again in a moment", now)
    return _OK, _json(_TAKEN, "", now)


def _question(body: bytes, ebp_code: str | None) -> PlatDataOpen:
    """The question in a form. Raises InvalidInputError naming every wrong field."""
    given = parse_qs(body.decode(errors="replace")).get(FIELD)
    if not given:
        message = f"is missing: send a form (application/x-www-form-urlencoded) with the field {FIELD}"
        raise InvalidInputError([Problem(path=f"/{FIELD}", rule="required", message=message)])
    content = exact_json(given[0])
    if not isinstance(content, dict):
        message = 'is not an object: send {"orderNo":…,"sessionID":…,"serviceTime":…}'
        raise InvalidInputError([Problem(path=f"/{FIELD}", rule="object", message=message)])
    content = {name: value for name, value in content.items() if name != PLATFORM}
    if ebp_code is not None:
        content[PLATFORM] = ebp_code
    try:
        return PlatDataOpen.model_validate(content, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error, FIELD)) from None


def _take(question: PlatDataOpen, now: datetime) -> None:
    """By the way of every document: the intake, then the bus."""
    content: dict[str, Any] = question.model_dump(mode="json", exclude_none=True)
    identity = json.dumps([question.session_id, question.order_no, question.ebp_code])
    accepted = accept(
        AcceptRequest(
            document_id=str(uuid5(_QUESTIONS, identity)),
            kind=DocumentKind.PAYMENT_DATA_REQUEST,
            content=content,
            sender=SENDER,
            received_at=now,
        )
    )
    assert accepted.document  # what customs says is always taken
    publish([accepted.document])


def _one(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _json(code: str, message: str, now: datetime) -> str:
    answered = PlatDataOpenAnswer(code=code, message=message, service_time=int(now.timestamp() * 1000))
    return answered.model_dump_json()
