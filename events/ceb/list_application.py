"""What the applications about a declared import list have in common: to cancel it, to return goods of it."""

from typing import Annotated

from events.ceb.base import (
    CebModel,
    Code4,
    Enterprise,
    EnterpriseName,
    Flag,
    Guid,
    Key,
    ListNo,
    Millisecond,
    Note,
    Person,
    Reason,
    ReturnStatus,
    text,
)
from events.ceb.upload_head import UploadHead


class ListApplication(UploadHead):
    """Which list, by all its parties and numbers, and why."""

    customs_code: Code4
    order_no: Key
    ebp_code: Enterprise
    ebp_name: EnterpriseName
    ebc_code: Enterprise
    ebc_name: EnterpriseName
    logistics_no: Key
    logistics_code: Enterprise
    logistics_name: EnterpriseName
    cop_no: Annotated[str, text(0, 20)] | None = None
    pre_no: Annotated[str, text(0, 18)] | None = None
    invt_no: Annotated[str, text(1, 18)]
    buyer_id_type: Flag
    buyer_id_number: Key
    buyer_name: Person
    buyer_telephone: Annotated[str, text(1, 30)]
    agent_code: Enterprise
    agent_name: EnterpriseName
    reason: Reason
    note: Note | None = None


class ListApplicationReturn(CebModel):
    """What customs says of such an application."""

    guid: Guid
    customs_code: Code4 | None = None
    agent_code: Enterprise | None = None
    ebp_code: Enterprise | None = None
    ebc_code: Enterprise | None = None
    cop_no: Annotated[str, text(1, 20)]
    pre_no: ListNo
    invt_no: ListNo | None = None
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
