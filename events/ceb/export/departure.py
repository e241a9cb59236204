"""CEB509 departure from the country 离境单 and its receipt CEB510 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    CebModel,
    Code4,
    Collapsed,
    Guid,
    ListNo,
    Millisecond,
    Note,
    Pieces,
    ReturnStatus,
    Second,
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
    VoyageNo,
)


class DepartureHead(ExportHead):
    """The transport that left, and when."""

    customs_code: Code4
    cop_no: CopNo
    pre_no: ListNo | None = None
    logistics_code: PartyCode
    logistics_name: PartyName
    traf_mode: Annotated[str, Collapsed(1, 1)]
    traf_name: PartyName | None = None
    voyage_no: VoyageNo | None = None
    bill_no: BillNo | None = None
    leave_time: Second
    msg_count: Pieces
    msg_seq_no: Pieces
    note: Note | None = None


class DepartureItem(CebModel):
    """One parcel that left."""

    gnum: LineNo
    total_package_no: Annotated[str, text(0, 37)] | None = None
    logistics_no: ParcelNo
    note: Note | None = None


class Departure(CebModel):
    """The departure of parcels (CEB509)."""

    head: Annotated[DepartureHead, Field(alias="DepartureHead")]
    items: Annotated[list[DepartureItem], Field(alias="DepartureList", min_length=1)]


class DepartureReturn(CebModel):
    """What customs says of a departure (CEB510)."""

    guid: Guid
    logistics_code: PartyCode
    cop_no: CopNo
    pre_no: ListNo
    msg_seq_no: Pieces
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
