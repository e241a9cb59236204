"""CEB511 import waybill, CEB513 its status, and their receipts CEB512 and CEB514 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Cny,
    Enterprise,
    EnterpriseName,
    Flag,
    Guid,
    Key,
    Millisecond,
    Note,
    Pieces,
    Reason,
    ReturnStatus,
    Second,
    text,
)
from events.ceb.upload_head import UploadHead


class WaybillHead(UploadHead):
    """The parcel and its consignee; pack_no is always 1."""

    logistics_code: Enterprise
    logistics_name: EnterpriseName
    logistics_no: Key
    bill_no: Annotated[str, text(0, 37)] | None = None
    order_no: Key
    freight: Amount | None = None
    insured_fee: Amount | None = None
    currency: Cny
    weight: Amount
    pack_no: Pieces
    goods_info: Annotated[str, text(0, 200)] | None = None
    consignee: EnterpriseName
    consignee_address: Annotated[str, text(1, 200)]
    consignee_telephone: Annotated[str, text(1, 50)]
    note: Note | None = None


class Waybill(CebModel):
    """The waybill, sent by the logistics enterprise (CEB511)."""

    head: Annotated[WaybillHead, Field(alias="LogisticsHead")]


class WaybillReturn(CebModel):
    """The answer to a waybill (CEB512)."""

    guid: Guid
    logistics_code: Enterprise
    logistics_no: Key
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason


class WaybillStatus(UploadHead):
    """Where the parcel is (CEB513); the standard knows S only: signed for."""

    logistics_code: Enterprise
    logistics_name: EnterpriseName
    logistics_no: Key
    logistics_status: Flag
    logistics_time: Second
    note: Note | None = None


class WaybillStatusReturn(CebModel):
    """The answer to a waybill status (CEB514)."""

    guid: Guid
    logistics_code: Enterprise
    logistics_no: Key
    logistics_status: Flag
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
