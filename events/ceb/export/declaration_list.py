"""CEB603 export list 出口清单 and its receipt CEB604 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Code3,
    Code4,
    Collapsed,
    Day,
    Flag,
    GoodsCode,
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
    ExportListNo,
    LineNo,
    OrderNo,
    ParcelNo,
    PartyCode,
    PartyName,
    ReturnInfo,
    SiteNo,
    VoyageNo,
)


class ExportListHead(ExportHead):
    """The head of the list; trade_mode is 9610, 1210, 9710 or 9810."""

    customs_code: Code4
    ebp_code: PartyCode
    ebp_name: PartyName
    order_no: OrderNo
    logistics_code: PartyCode
    logistics_name: PartyName
    logistics_no: ParcelNo
    cop_no: CopNo
    pre_no: ListNo | None = None
    invt_no: ExportListNo | None = None
    ie_flag: Flag
    port_code: Code4
    ie_date: Day
    statistics_flag: Flag
    agent_code: PartyCode
    agent_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    owner_code: PartyCode
    owner_name: PartyName
    iac_code: PartyCode | None = None
    iac_name: PartyName | None = None
    ems_no: Annotated[str, text(0, 30)] | None = None
    trade_mode: Code4
    traf_mode: Annotated[str, Collapsed(1, 1)]
    traf_name: PartyName | None = None
    voyage_no: VoyageNo | None = None
    bill_no: BillNo | None = None
    total_package_no: Annotated[str, text(0, 37)] | None = None
    loct_no: SiteNo | None = None
    license_no: Annotated[str, text(0, 19)] | None = None
    country: Code3
    pod: Annotated[str, Collapsed(3, 4), Field(alias="POD")]  # the port of destination abroad
    freight: Amount
    f_currency: Code3
    f_flag: Annotated[Flag, Presumed("3", fixed=True)]
    insured_fee: Amount
    i_currency: Code3
    i_flag: Annotated[Flag, Presumed("3", fixed=True)]
    wrap_type: Annotated[str, Collapsed(1, 1)]
    pack_no: Pieces
    gross_weight: Amount
    net_weight: Amount
    note: Note | None = None


class ExportListItem(CebModel):
    """One line of goods; country is the destination, price is FOB."""

    gnum: LineNo
    item_no: Annotated[str, text(0, 20)]
    item_record_no: Annotated[str, text(0, 30)] | None = None
    item_name: Annotated[str, text(0, 250)] | None = None
    gcode: GoodsCode
    gname: Annotated[str, text(0, 250)]
    gmodel: Annotated[str, Collapsed(0, 250)]
    bar_code: Annotated[str, Collapsed(0, 50)]
    country: Code3
    currency: Code3
    qty: Amount
    qty1: Amount
    qty2: Amount | None = None
    unit: Code3
    unit1: Code3
    unit2: Annotated[str, text(0, 3)] | None = None
    price: Amount
    total_price: Amount
    note: Note | None = None


class ExportList(CebModel):
    """The export list, declared for summary or simplified declaration (CEB603)."""

    head: Annotated[ExportListHead, Field(alias="InventoryHead")]
    items: Annotated[list[ExportListItem], Field(alias="InventoryList", min_length=1, max_length=100)]


class ExportListReturn(CebModel):
    """What customs says of an export list (CEB604)."""

    guid: Guid
    agent_code: PartyCode
    cop_no: CopNo
    pre_no: ListNo
    invt_no: ExportListNo
    ebc_code: PartyCode
    ebp_code: PartyCode
    order_no: OrderNo
    statistics_flag: Flag
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
