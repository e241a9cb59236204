"""CEB625 and CEB626: returns of imported goods and their receipts."""

from typing import Annotated

from events.ceb.frame import CebMessage, UploadMessage, many
from events.ceb.refund import Refund, RefundReturn


class CEB625Message(UploadMessage):
    """Returns of imported goods."""

    root = "CEB625Message"
    must_be_signed = True
    first_element = "refunds"
    refunds: Annotated[list[Refund], many("InvtRefund")]


class CEB626Message(CebMessage):
    """Receipts of returns."""

    root = "CEB626Message"
    first_element = "returns"
    returns: Annotated[list[RefundReturn], many("InvtRefundReturn")]
