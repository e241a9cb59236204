"""CEB303 export order (B2C, B2B, overseas-warehouse order) and its receipt CEB304 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import Amount, CebModel, Code3, Flag, Guid, Millisecond, Note, Presumed, ReturnStatus, text
from events.ceb.export.fields import ExportHead, LineNo, OrderNo, PartyCode, PartyName, ReturnInfo


class ExportOrderHead(ExportHead):
    """order_type E is B2C, B is B2B, W an overseas-warehouse order 海外仓订仓单; goods_value is FOB."""

    app_status: Annotated[Flag, Presumed("1")]
    order_type: Flag
    order_no: OrderNo
    ebp_code: PartyCode
    ebp_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    goods_value: Amount
    freight: Annotated[Amount, Presumed("0")]
    currency: Code3
    note: Note | None = None


class ExportOrderItem(CebModel):
    """One line of goods."""

    gnum: LineNo
    item_no: Annotated[str, text(0, 30)]
    item_name: Annotated[str, text(0, 250)]
    item_describe: Note | None = None
    bar_code: Annotated[str, text(0, 50)] | None = None
    unit: Code3
    currency: Code3
    qty: Amount
    price: Amount
    total_price: Amount
    note: Note | None = None


class ExportOrder(CebModel):
    """The export order (CEB303)."""

    head: Annotated[ExportOrderHead, Field(alias="OrderHead")]
    items: Annotated[list[ExportOrderItem], Field(alias="OrderList", min_length=1, max_length=100)]


class ExportOrderReturn(CebModel):
    """The answer to an export order (CEB304)."""

    guid: Guid
    ebp_code: PartyCode
    ebc_code: PartyCode
    order_no: OrderNo
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
