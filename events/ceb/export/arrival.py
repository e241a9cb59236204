"""CEB507 arrival at the supervised site 运抵单 and its receipt CEB508 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    CebModel,
    Code4,
    Collapsed,
    Flag,
    Guid,
    ListNo,
    Millisecond,
    Note,
    Pieces,
    Presumed,
    ReturnStatus,
    text,
)
from events.ceb.export.fields import (
    BillNo,
    CopNo,
    ExportHead,
    LineNo,
    ParcelNo,
    PartyCode,
    PartyName,
    ReturnInfo,
    SiteNo,
)


class ArrivalHead(ExportHead):
    """Where the parcels arrived. A message that is split numbers its parts from 1 in msg_seq_no, without gaps."""

    app_status: Annotated[Flag, Presumed("1")]
    customs_code: Code4
    cop_no: CopNo
    pre_no: ListNo | None = None
    operator_code: PartyCode
    operator_name: PartyName
    loct_no: SiteNo | None = None
    ie_flag: Flag
    traf_mode: Annotated[str, Collapsed(1, 1)]
    bill_no: BillNo | None = None
    domestic_traf_no: Annotated[str, Collapsed(0, 100)]
    logistics_code: PartyCode
    logistics_name: PartyName
    msg_count: Pieces
    msg_seq_no: Pieces
    note: Note | None = None


class ArrivalItem(CebModel):
    """One parcel that arrived."""

    gnum: LineNo
    logistics_no: ParcelNo
    total_package_no: Annotated[str, text(0, 37)] | None = None
    note: Note | None = None


class Arrival(CebModel):
    """The arrival of parcels at the supervised site (CEB507)."""

    head: Annotated[ArrivalHead, Field(alias="ArrivalHead")]
    items: Annotated[list[ArrivalItem], Field(alias="ArrivalList")] = Field(default_factory=list)


class ArrivalReturn(CebModel):
    """What customs says of an arrival (CEB508)."""

    guid: Guid
    operator_code: PartyCode
    logistics_code: PartyCode
    pre_no: ListNo
    cop_no: CopNo
    bill_no: BillNo
    msg_seq_no: Pieces
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
