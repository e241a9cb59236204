"""CEB505 export waybill and its receipt CEB506 (统一版 202205)."""

from typing import Annotated

from events.ceb.base import (
    Amount,
    CebModel,
    Code3,
    Collapsed,
    Flag,
    Guid,
    Millisecond,
    Note,
    Pieces,
    Presumed,
    ReturnStatus,
    text,
)
from events.ceb.export.fields import ExportHead, ParcelNo, PartyCode, PartyName, ReturnInfo


class ExportWaybill(ExportHead):
    """The parcel on its way out (CEB505)."""

    app_status: Annotated[Flag, Presumed("2")]
    logistics_code: PartyCode
    logistics_name: PartyName
    logistics_no: ParcelNo
    freight: Amount
    insured_fee: Amount
    currency: Code3
    gross_weight: Amount
    pack_no: Pieces
    goods_info: Annotated[str, Collapsed(0, 200)]
    ebc_code: PartyCode | None = None
    ebc_name: PartyName | None = None
    ebc_telephone: Annotated[str, text(0, 50)] | None = None
    note: Note | None = None


class ExportWaybillReturn(CebModel):
    """The answer to an export waybill (CEB506)."""

    guid: Guid
    logistics_code: PartyCode
    logistics_no: ParcelNo
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
