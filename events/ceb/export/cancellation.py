"""CEB605 cancellation of an export list and its receipt CEB606 (统一版 202205)."""

from typing import Annotated

from events.ceb.base import CebModel, Code4, Collapsed, Guid, ListNo, Millisecond, Note, ReturnStatus
from events.ceb.export.fields import CopNo, ExportHead, ExportListNo, PartyCode, PartyName, ReturnInfo


class ExportCancellation(ExportHead):
    """The application to cancel an export list (CEB605)."""

    customs_code: Code4
    cop_no: CopNo
    pre_no: ListNo | None = None
    invt_no: ExportListNo
    reason: Annotated[str, Collapsed(0, 1000)]
    agent_code: PartyCode
    agent_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    note: Note | None = None


class ExportCancellationReturn(CebModel):
    """What customs says of a cancellation (CEB606)."""

    guid: Guid
    agent_code: PartyCode
    cop_no: CopNo
    pre_no: ListNo
    invt_no: ExportListNo
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo
