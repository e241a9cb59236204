"""CEB701 summary application 汇总申请单, its receipt CEB702, and the result CEB792 from customs (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Code4,
    Flag,
    GoodsCode,
    Guid,
    ListNo,
    Millisecond,
    Note,
    Pieces,
    Presumed,
    ReturnStatus,
    Second,
    Status,
    text,
)
from events.ceb.export.fields import (
    AnyPreNo,
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


class SummaryApplicationHead(ExportHead):
    """Which lists are to be summed up into a declaration: those of a span of time, or those that are listed."""

    app_status: Annotated[Flag, Presumed("2")]
    customs_code: Code4
    cop_no: CopNo
    pre_no: AnyPreNo | None = None
    sum_no: Annotated[str, text(0, 18)] | None = None
    agent_code: PartyCode
    agent_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    decl_agent_code: PartyCode
    decl_agent_name: PartyName
    start_time: Second | None = None
    end_time: Second | None = None
    loct_no: SiteNo | None = None
    summary_flag: Flag
    item_name_flag: Flag
    msg_count: Pieces
    msg_seq_no: Pieces
    note: Note | None = None


class SummaryApplicationItem(CebModel):
    """One list to be summed up."""

    invt_no: ExportListNo


class SummaryApplication(CebModel):
    """The application for a summary declaration (CEB701)."""

    head: Annotated[SummaryApplicationHead, Field(alias="SummaryApplyHead")]
    items: Annotated[list[SummaryApplicationItem], Field(alias="SummaryApplyList")] = Field(default_factory=list)


class SummaryReturn(CebModel):
    """What customs says of an application (CEB702)."""

    guid: Guid
    agent_code: PartyCode
    ebc_code: PartyCode
    cop_no: CopNo
    pre_no: ListNo
    sum_no: ListNo | None = None
    msg_seq_no: Pieces
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: ReturnInfo


class SummaryResultHead(CebModel):
    """The declaration that the summary became; entry_id is its number."""

    guid: Guid
    customs_code: Code4
    sum_no: ListNo
    op_date: Millisecond
    decl_seq_no: ListNo
    dec_tmp_no: ListNo | None = None
    dec_pre_no: ListNo | None = None
    entry_id: ListNo | None = None
    dec_state: Status
    agent_code: PartyCode
    agent_name: PartyName
    ebc_code: PartyCode
    ebc_name: PartyName
    decl_agent_code: PartyCode
    decl_agent_name: PartyName
    gross_weight: Amount
    net_weight: Amount
    msg_count: Pieces
    msg_seq_no: Pieces
    note: Note | None = None


class SummaryResultItem(CebModel):
    """One line of one list, and its line gseqno in the declaration."""

    invt_no: ExportListNo
    logistics_no: ParcelNo
    gseqno: LineNo
    gnum: LineNo
    gcode: GoodsCode


class SummaryResult(CebModel):
    """The result of a summary (CEB792)."""

    head: Annotated[SummaryResultHead, Field(alias="SummaryResultHead")]
    items: Annotated[list[SummaryResultItem], Field(alias="SummaryResultList")] = Field(default_factory=list)
