"""CEB711 import warehouse entry 入库明细单 of direct purchase and its receipt CEB712 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    CebModel,
    Code4,
    Count,
    Enterprise,
    EnterpriseName,
    Flag,
    Guid,
    Key,
    Millisecond,
    Note,
    Reason,
    ReturnStatus,
    text,
)
from events.ceb.upload_head import UploadHead


class EntryHead(UploadHead):
    """The transport that brought the parcels, and who runs the supervised site."""

    customs_code: Code4
    cop_no: Annotated[str, text(0, 20)] | None = None
    pre_no: Annotated[str, text(0, 18)] | None = None
    rkd_no: Annotated[str, text(0, 18)] | None = None
    operator_code: Enterprise
    operator_name: EnterpriseName
    ie_flag: Flag
    traf_mode: Flag
    traf_no: EnterpriseName
    voyage_no: Annotated[str, text(1, 32)]
    bill_no: Annotated[str, text(1, 37)]
    logistics_code: Enterprise
    logistics_name: EnterpriseName
    unload_location: Annotated[str, text(0, 100)] | None = None
    note: Note | None = None


class EntryItem(CebModel):
    """One parcel that was taken in."""

    gnum: Count
    logistics_no: Key
    note: Note | None = None


class WarehouseEntry(CebModel):
    """The list of the parcels that entered a supervised site (CEB711)."""

    head: Annotated[EntryHead, Field(alias="DeliveryHead")]
    items: Annotated[list[EntryItem], Field(alias="DeliveryList", min_length=1)]


class EntryReturn(CebModel):
    """What customs says of a warehouse entry (CEB712)."""

    guid: Guid
    customs_code: Code4 | None = None
    operator_code: Enterprise | None = None
    cop_no: Annotated[str, text(0, 20)] | None = None
    pre_no: Annotated[str, text(0, 18)] | None = None
    rkd_no: Annotated[str, text(0, 18)] | None = None
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
