"""CEB607 清单总分单, the lists under one bill of lading, and its receipt CEB608 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Code4,
    Collapsed,
    Guid,
    ListNo,
    Millisecond,
    Note,
    Pieces,
    ReturnStatus,
    text,
)
from events.ceb.export.fields import (
    BillNo,
    CopNo,
    ExportHead,
    ExportListNo,
    LineNo,
    ParcelNo,
    PartyCode,
    PartyName,
    ReturnInfo,
    SiteNo,
)


class MasterWaybillHead(ExportHead):
    """The bill of lading and its transport."""

    customs_code: Code4
    cop_no: CopNo
    pre_no: ListNo | None = None
    agent_code: PartyCode
    agent_name: PartyName
    loct_no: SiteNo | None = None
    traf_mode: Annotated[str, Collapsed(1, 1)]
    traf_name: Annotated[str, Collapsed(0, 100)]
    voyage_no: Annotated[str, Collapsed(0, 32)]
    bill_no: BillNo
    domestic_traf_no: Annotated[str, text(0, 100)] | None = None
    gross_weight: Amount
    logistics_code: PartyCode
    logistics_name: PartyName
    msg_count: Pieces
    msg_seq_no: Pieces
    note: Note | None = None


class MasterWaybillItem(CebModel):
    """One parcel under the bill of lading."""

    gnum: LineNo
    total_package_no: Annotated[str, text(0, 60)] | None = None
    logistics_no: ParcelNo
    invt_no: ExportListNo | None = None
    note: Note | None = None


class MasterWaybill(CebModel):
    """The parcels, and so the lists, of one bill of lading (CEB607)."""

    head: Annotated[MasterWaybillHead, Field(alias="WayBillHead")]
    items: Annotated[list[MasterWaybillItem], Field(alias="WayBillList", min_length=1)]


class MasterWaybillReturn(CebModel):
    """What customs says of it (CEB608)."""

    guid: Guid
    agent_code: PartyCode
    logistics_code: PartyCode
    cop_no: CopNo
    pre_no: ListNo
    bill_no: BillNo
    msg_seq_no: Pieces
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
