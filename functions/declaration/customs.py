"""The way to customs: signed, enveloped, posted; the envelope's CopMsgId is the idempotency key."""

from functools import cache
from http import HTTPStatus

import httpx

from events.ceb import build
from events.ceb.dxp import wrap
from events.ceb.message import UploadMessage
from events.ceb.signature import sign
from events.values import OrderKey, Text, cop_msg_id, utc_now
from functions.declaration.messages import SIGNED
from functions.declaration.signing import own_signer
from functions.settings import settings

_TIMEOUT_SECONDS = 8.0  # a slow answer is asked for again under the same key


class CustomsUnavailableError(RuntimeError):
    """The endpoint did not take the message now; it will be sent again under the same key."""


@cache
def _client() -> httpx.Client:
    return httpx.Client(timeout=_TIMEOUT_SECONDS, headers={"Content-Type": "application/xml"})


def post(key: OrderKey, version: int, message: UploadMessage) -> Text | None:
    """Send one message; None when it was taken, the reason when it was refused for good.

    Raises CustomsUnavailableError on faults that pass: no connection, time-out, 429, 5xx.
    """
    body = build(message.model_copy(update={"signature": None}))
    if isinstance(message, SIGNED):
        body = sign(body, own_signer())
    envelope = wrap(
        body,
        msg_type=message.root,
        sender_id=settings().own_dxp_id,
        receiver_ids=[settings().customs_dxp_id],
        cop_msg_id=cop_msg_id(key, version, message.root),
        created_at=utc_now(),
    )
    try:
        answer = _client().post(settings().customs_url, content=envelope)
    except httpx.TransportError as error:
        raise CustomsUnavailableError(f"customs endpoint: {type(error).__name__}") from error
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CustomsUnavailableError(f"customs endpoint answered {answer.status_code}")
    if answer.is_success:
        return None
    return Text(
        zh=f"海关接口拒收{message.root}（HTTP {answer.status_code}）：{answer.text[:500]}",
        en=f"The customs endpoint refused {message.root} (HTTP {answer.status_code}): {answer.text[:500]}",
    )
