"""CEB816 electronic tax bill 电子税单 and CEB818 its status, both from customs (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import Amount, CebModel, Code4, Count, Enterprise, Flag, GoodsCode, Guid, Millisecond, Note, text


class TaxBillKey(CebModel):
    """Which bill, of which list, as of when."""

    guid: Guid
    return_time: Millisecond
    invt_no: Annotated[str, text(1, 18)]
    tax_no: Annotated[str, text(1, 50)]


class TaxBillHead(TaxBillKey):
    """The taxes of one list; status 1 issued, 2 summarised, 3 void. ent_duty_no is the payment document 缴款书."""

    customs_tax: Amount
    value_added_tax: Amount
    consumption_tax: Amount
    status: Flag
    ent_duty_no: Annotated[str, text(0, 50)] | None = None
    note: Note | None = None
    assure_code: Annotated[str, text(0, 64)] | None = None
    ebc_code: Annotated[str, text(0, 64)] | None = None
    logistics_code: Annotated[str, text(0, 64)] | None = None
    agent_code: Enterprise | None = None
    customs_code: Code4 | None = None


class TaxBillItem(CebModel):
    """The taxes of one line of goods; tax_price is its dutiable value."""

    gnum: Count
    gcode: GoodsCode
    tax_price: Amount
    customs_tax: Amount
    value_added_tax: Amount
    consumption_tax: Amount


class TaxBill(CebModel):
    """The tax bill of one list (CEB816)."""

    head: Annotated[TaxBillHead, Field(alias="TaxHeadRd")]
    items: Annotated[list[TaxBillItem], Field(alias="TaxListRd", min_length=1, max_length=99)]


class TaxBillStatusHead(TaxBillKey):
    """Where a bill stands now."""

    status: Flag
    ent_duty_no: Annotated[str, text(0, 50)] | None = None
    assure_code: Annotated[str, text(0, 64)] | None = None


class TaxBillStatus(CebModel):
    """A change of status of a tax bill (CEB818)."""

    head: Annotated[TaxBillStatusHead, Field(alias="TaxHeadStatus")]
