"""CEB403 receipt of money 收款单 for an export order and its receipt CEB404 (统一版 202205)."""

from typing import Annotated

from events.ceb.base import (
    Amount,
    CebModel,
    Code3,
    Flag,
    Guid,
    Millisecond,
    Note,
    Presumed,
    ReturnStatus,
    Second,
    text,
)
from events.ceb.export.fields import ExportHead, OrderNo, PartyCode, PartyName, ReturnInfo


class MoneyReceipt(ExportHead):
    """The money that came in for an order; pay_name is 现金支付 when it was not paid online (CEB403)."""

    app_status: Annotated[Flag, Presumed("1")]
    ebp_code: PartyCode
    ebp_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    order_no: OrderNo
    pay_code: PartyCode | None = None
    pay_name: PartyName
    pay_no: Annotated[str, text(0, 60)] | None = None
    charge: Amount
    currency: Code3
    accounting_date: Second
    note: Note | None = None


class MoneyReceiptReturn(CebModel):
    """The answer to a receipt of money (CEB404)."""

    guid: Guid
    ebc_code: PartyCode
    order_no: OrderNo
    pay_no: Annotated[str, text(0, 60)] | None = None
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
