"""CEB625 import return 退货申请单 and its receipt CEB626 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import Amount, CebModel, Code3, Count, GoodsCode, Note, text
from events.ceb.list_application import ListApplication, ListApplicationReturn


class RefundHead(ListApplication):
    """Whose list, and why goods of it come back."""


class RefundItem(CebModel):
    """One line of goods that come back; gnum is that of the list, qty at most what the list says."""

    gnum: Count
    gcode: GoodsCode
    gname: Annotated[str, text(1, 250)]
    qty: Amount
    unit: Code3
    note: Note | None = None


class Refund(CebModel):
    """The application to return goods of a released list (CEB625)."""

    head: Annotated[RefundHead, Field(alias="InvtRefundHead")]
    items: Annotated[list[RefundItem], Field(alias="InvtRefundList", min_length=1, max_length=99)]


class RefundReturn(ListApplicationReturn):
    """What customs says of a return (CEB626); 399 = accepted."""
