"""The messages of a submission, in the order in which customs wants them: three documents, then the list."""

from events.ceb.frame import BaseTransfer, UploadMessage
from events.ceb.messages.declaration_list import CEB621Message, CEB623Message
from events.ceb.messages.order import CEB311Message
from events.ceb.messages.payment import CEB411Message
from events.ceb.messages.refund import CEB625Message
from events.ceb.messages.waybill import CEB511Message
from functions.declaration.models import CancelListRequest, ReturnListRequest, SubmitRequest
from functions.declaration.rules import serial
from functions.settings import settings

SIGNED = (CEB621Message, CEB623Message, CEB625Message)


def own_transfer() -> BaseTransfer:
    """We hand the message over: a public platform is a transmission node (rulebook 2.1)."""
    own = settings()
    return BaseTransfer(cop_code=own.own_code, cop_name=own.own_name, dxp_mode="DXP", dxp_id=own.own_dxp_id)


def messages_of(request: SubmitRequest) -> list[UploadMessage]:
    """The documents that customs lacks, then the list."""
    key, version, transfer = request.key, request.version, own_transfer()

    def guid(root: str) -> str:
        return serial(key, f"{root}#{version}")

    messages: list[UploadMessage] = []
    if request.order:
        messages.append(CEB311Message(guid=guid("CEB311"), orders=[request.order], base_transfer=transfer))
    if request.payment:
        messages.append(CEB411Message(guid=guid("CEB411"), payments=[request.payment], base_transfer=transfer))
    if request.waybill:
        messages.append(CEB511Message(guid=guid("CEB511"), waybills=[request.waybill], base_transfer=transfer))
    lists = [request.declaration_list]
    messages.append(CEB621Message(guid=guid("CEB621"), declaration_lists=lists, base_transfer=transfer))
    return messages


def cancellation_message(request: CancelListRequest) -> CEB623Message:
    """The cancellation in its message."""
    return CEB623Message(
        guid=serial(request.key, f"CEB623#{request.number}"),
        cancellations=[request.cancellation],
        base_transfer=own_transfer(),
    )


def return_message(request: ReturnListRequest) -> CEB625Message:
    """The return application in its message."""
    return CEB625Message(
        guid=serial(request.key, f"CEB625#{request.number}"), refunds=[request.refund], base_transfer=own_transfer()
    )
