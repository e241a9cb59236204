"""CEB621 import declaration list, CEB623 its cancellation, and their receipts CEB622 and CEB624 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Cny,
    Code3,
    Code4,
    Count,
    Day,
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
    Pieces,
    Reason,
    ReturnStatus,
    text,
)
from events.ceb.list_application import ListApplication, ListApplicationReturn
from events.ceb.upload_head import UploadHead

AnyListNo = Annotated[str, text(0, 18)]


class ListHead(UploadHead):
    """The head of the list.

    trade_mode 9610 wants traf_no, voyage_no and bill_no; 1210 wants ems_no, area_code, area_name and an
    item_record_no on every line, and leaves the traf fields empty (rulebook 2.4, prose of 202205).
    """

    order_no: Key
    ebp_code: Enterprise
    ebp_name: EnterpriseName
    ebc_code: Enterprise
    ebc_name: EnterpriseName
    logistics_no: Key
    logistics_code: Enterprise
    logistics_name: EnterpriseName
    cop_no: Annotated[str, text(0, 20)] | None = None
    pre_no: AnyListNo | None = None
    assure_code: Annotated[str, text(1, 30)]
    ems_no: Annotated[str, text(0, 30)] | None = None
    invt_no: AnyListNo | None = None
    ie_flag: Flag
    decl_time: Day
    customs_code: Code4
    port_code: Code4
    ie_date: Day | None = None
    buyer_id_type: Flag
    buyer_id_number: Key
    buyer_name: Person
    buyer_telephone: Annotated[str, text(1, 30)]
    consignee_address: Annotated[str, text(1, 200)]
    agent_code: Enterprise
    agent_name: EnterpriseName
    area_code: Annotated[str, text(0, 18)] | None = None
    area_name: Annotated[str, text(0, 100)] | None = None
    trade_mode: Code4
    traf_mode: Flag
    traf_no: Annotated[str, text(0, 100)] | None = None
    voyage_no: Annotated[str, text(0, 32)] | None = None
    bill_no: Annotated[str, text(0, 37)] | None = None
    loct_no: Annotated[str, text(0, 10)] | None = None
    license_no: Annotated[str, text(0, 19)] | None = None
    country: Code3
    freight: Amount
    insured_fee: Amount
    currency: Cny
    wrap_type: Flag | None = None
    pack_no: Pieces
    gross_weight: Amount
    net_weight: Amount
    note: Note | None = None


class ListItem(CebModel):
    """One line of goods; gnum answers to the gnum of the order. country is the origin."""

    gnum: Count
    item_record_no: Annotated[str, text(0, 30)] | None = None
    item_no: Annotated[str, text(0, 20)] | None = None
    item_name: Annotated[str, text(0, 250)] | None = None
    gcode: GoodsCode
    gname: Annotated[str, text(1, 250)]
    gmodel: Annotated[str, text(1, 510)]
    bar_code: Annotated[str, text(0, 50)] | None = None
    country: Code3
    trade_country: Annotated[str, text(1, 3)] | None = None
    currency: Cny
    qty: Amount
    unit: Code3
    qty1: Amount
    unit1: Code3
    qty2: Amount | None = None
    unit2: Code3 | None = None
    price: Amount
    total_price: Amount
    note: Note | None = None


class DeclarationList(CebModel):
    """The import list 申报清单, which has the force of a customs declaration (公告2018-194 §8; CEB621)."""

    head: Annotated[ListHead, Field(alias="InventoryHead")]
    items: Annotated[list[ListItem], Field(alias="InventoryList", min_length=1, max_length=99)]


class DeclarationReturn(CebModel):
    """What customs says of a list (CEB622)."""

    guid: Guid
    customs_code: Code4 | None = None
    ebp_code: Enterprise | None = None
    ebc_code: Enterprise | None = None
    agent_code: Enterprise | None = None
    cop_no: Annotated[str, text(1, 20)]
    pre_no: ListNo
    invt_no: ListNo | None = None
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason


class Cancellation(ListApplication):
    """The application to cancel a list 撤销申请单 (CEB623)."""


class CancellationReturn(ListApplicationReturn):
    """What customs says of a cancellation (CEB624); 399 = cancelled."""
