"""CEB625 import return 退货申请单 and its receipt CEB626 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Code3,
    Code4,
    Count,
    Enterprise,
    EnterpriseName,
    Flag,
    GoodsCode,
    Guid,
    Key,
    ListNo,
    Millisecond,
    Note,
    Person,
    Reason,
    ReturnStatus,
    Second,
    Status,
    text,
)


class RefundHead(CebModel):
    """Whose list, and why goods of it come back."""

    guid: Guid
    app_type: Flag
    app_time: Second
    app_status: Status
    customs_code: Code4
    order_no: Key
    ebp_code: Enterprise
    ebp_name: EnterpriseName
    ebc_code: Enterprise
    ebc_name: EnterpriseName
    logistics_no: Key
    logistics_code: Enterprise
    logistics_name: EnterpriseName
    cop_no: Annotated[str, text(0, 20)] | None = None
    pre_no: Annotated[str, text(0, 18)] | None = None
    invt_no: Annotated[str, text(1, 18)]
    buyer_id_type: Flag
    buyer_id_number: Key
    buyer_name: Person
    buyer_telephone: Annotated[str, text(1, 30)]
    agent_code: Enterprise
    agent_name: EnterpriseName
    reason: Reason
    note: Note | None = None


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


class RefundReturn(CebModel):
    """What customs says of a return (CEB626); 399 = accepted."""

    guid: Guid
    customs_code: Code4 | None = None
    agent_code: Enterprise | None = None
    ebp_code: Enterprise | None = None
    ebc_code: Enterprise | None = None
    cop_no: Annotated[str, text(1, 20)]
    pre_no: ListNo
    invt_no: ListNo | None = None
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
