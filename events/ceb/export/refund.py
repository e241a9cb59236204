"""CEB213 export return application and its receipt CEB214 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import Amount, CebModel, Code3, Code4, Guid, Millisecond, text
from events.ceb.export.fields import (
    AnyPreNo,
    BillNo,
    ExportHead,
    ExportListNo,
    PartyCode,
    PartyName,
    RefundLineNo,
    RefundParcelNo,
    ReturnInfo,
    SiteNo,
    VoyageNo,
)


class ExportRefundHead(ExportHead):
    """Whose goods come back and how; ie_flag is I, country is not China."""

    customs_code: Code4
    loct_no: SiteNo | None = None
    ebp_code: PartyCode
    ebp_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    logistics_no: RefundParcelNo
    logistics_code: PartyCode
    logistics_name: PartyName
    co_el_no: Annotated[str, text(0, 30)]
    pre_no: AnyPreNo | None = None
    invt_no: ExportListNo
    trade_mode: Code4 | None = None
    agent_code: PartyCode
    agent_name: PartyName
    bill_no: BillNo
    ie_flag: Annotated[str, text(0, 1)]
    traf_mode: Annotated[str, text(0, 1)]
    traf_name: PartyName
    port_code: Annotated[str, text(0, 4)]
    reason: Annotated[str, text(0, 500)]
    country: Annotated[str, text(0, 3)]
    voyage_no: VoyageNo
    note: Annotated[str, text(0, 500)] | None = None


class ExportRefundItem(CebModel):
    """One line of goods that come back: at most what the list says, in the same units."""

    gnum: RefundLineNo
    gcode: Annotated[str, text(0, 10)]
    gname: Annotated[str, text(0, 250)]
    gmodel: Annotated[str, text(0, 250)]
    qty: Amount
    qty1: Amount
    unit: Code3
    unit1: Code3
    qty2: Amount | None = None
    unit2: Code3 | None = None
    note: Annotated[str, text(0, 500)] | None = None


class ExportRefund(CebModel):
    """The application to bring exported goods back (CEB213)."""

    head: Annotated[ExportRefundHead, Field(alias="InvtRefundHead")]
    items: Annotated[list[ExportRefundItem], Field(alias="InvtRefundList", min_length=1, max_length=100)]


class ExportRefundReturn(CebModel):
    """What customs says of an export return (CEB214)."""

    guid: Guid
    ebp_code: PartyCode | None = None
    ebc_code: PartyCode | None = None
    agent_code: PartyCode
    co_el_no: Annotated[str, text(0, 30)]
    pre_no: AnyPreNo | None = None
    invt_no: ExportListNo
    return_status: Annotated[str, text(0, 10)]
    return_time: Millisecond
    return_info: ReturnInfo
