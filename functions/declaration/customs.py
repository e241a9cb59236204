"""The way to customs: signed, enveloped, handed over; the envelope's CopMsgId is the idempotency key."""

from events.ceb import build
from events.ceb.dxp import wrap
from events.ceb.frame import UploadMessage
from events.ceb.node import ReplyKind, classify_reply
from events.ceb.receipt_codes import ReceiptClass, classify
from events.ceb.signature import sign
from events.problems import InvalidInputError
from events.values import OrderKey, Text, cop_msg_id, utc_now
from functions.declaration.messages import SIGNED
from functions.declaration.signing import own_signer
from functions.settings import settings
from functions.transport import TransportRefusedError, TransportUnavailableError
from functions.transport.choice import customs_transport

_FAULTS = {ReplyKind.EXCHANGE_ERROR: "DXP", ReplyKind.FORMAT_ERROR: "CEB900"}
_SHOWN = 500


class CustomsUnavailableError(RuntimeError):
    """The message was not taken now; it will be sent again under the same key."""


def send(key: OrderKey, version: int, message: UploadMessage) -> Text | None:
    """Send one message; None when it was taken, the reason when it was refused for good.

    Raises CustomsUnavailableError on faults that pass, TransportSettingError where the way is not set up.
    """
    body = build(message.model_copy(update={"signature": None}))
    if isinstance(message, SIGNED):
        body = sign(body, own_signer())
    message_id = cop_msg_id(key, version, message.root)
    envelope = wrap(
        body,
        msg_type=message.root,
        sender_id=settings().own_dxp_id,
        receiver_ids=[settings().customs_dxp_id],
        cop_msg_id=message_id,
        created_at=utc_now(),
    )
    try:
        said = customs_transport().send(envelope, message_id)
    except TransportUnavailableError as error:
        raise CustomsUnavailableError(str(error)) from error
    except TransportRefusedError as error:
        return _refused(message.root, str(error))
    return _answered_at_once(message.root, said)


def _answered_at_once(root: str, said: bytes) -> Text | None:
    """The reason where the other side took the envelope and said in the same breath that it goes no further."""
    try:
        reply = classify_reply(said)
    except InvalidInputError:  # an acknowledgement in words of its own, or none
        return None
    fault = next((answer for answer in reply.answers if answer.kind is reply.kind), None)
    if fault is None or fault.kind not in _FAULTS or not fault.code:
        return None
    match classify(_FAULTS[fault.kind], fault.code, fault.text).receipt_class:
        case ReceiptClass.RETRY:
            raise CustomsUnavailableError(f"answered {fault.code}")
        case ReceiptClass.DUPLICATE:
            return None
    return _refused(root, f"{fault.code} {fault.text[:_SHOWN]}")


def _refused(root: str, words: str) -> Text:
    return Text(zh=f"海关接口拒收{root}：{words}", en=f"The customs endpoint refused {root}: {words}")
