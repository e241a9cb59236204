"""CEB215 tally of returned exports 理货明细 and its receipt CEB216 (统一版 202205)."""

from typing import Annotated

from events.ceb.base import CebModel, Code4, Flag, Guid, Millisecond, text
from events.ceb.export.fields import (
    AnyPreNo,
    BillNo,
    ExportHead,
    ExportListNo,
    PartyCode,
    PartyName,
    RefundParcelNo,
    ReturnInfo,
    VoyageNo,
)


class RefundTally(ExportHead):
    """A returned parcel that the supervised site has taken in (CEB215)."""

    customs_code: Code4
    operator_code: PartyCode
    operator_name: PartyName
    logistics_code: PartyCode
    logistics_name: PartyName
    logistics_no: RefundParcelNo
    invt_no: ExportListNo | None = None
    co_el_no: Annotated[str, text(0, 20)]
    pre_no: AnyPreNo | None = None
    bill_no: BillNo
    ie_flag: Flag
    traf_mode: Flag
    traf_name: PartyName
    voyage_no: VoyageNo
    location: Annotated[str, text(0, 250)] | None = None
    note: Annotated[str, text(0, 250)] | None = None


class RefundTallyReturn(CebModel):
    """What customs says of a tally (CEB216)."""

    guid: Guid
    operator_code: PartyCode
    logistics_code: PartyCode
    logistics_no: RefundParcelNo
    co_el_no: Annotated[str, text(0, 30)]
    pre_no: AnyPreNo | None = None
    return_status: Annotated[str, text(0, 10)]
    return_time: Millisecond
    return_info: ReturnInfo
