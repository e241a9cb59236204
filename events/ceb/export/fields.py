"""Fields that several export documents share; unlike import, most of them may be empty by the schema."""

from typing import Annotated

from pydantic import Field, WrapValidator

from events.ceb.base import CebModel, Flag, Guid, Second, read_whole, text

PartyCode = Annotated[str, text(0, 18)]
PartyName = Annotated[str, text(0, 100)]
OrderNo = Annotated[str, text(0, 60)]
ParcelNo = Annotated[str, text(0, 32)]
RefundParcelNo = Annotated[str, text(0, 80)]
VoyageNo = Annotated[str, text(0, 32)]
BillNo = Annotated[str, text(0, 37)]
CopNo = Annotated[str, text(0, 30)]
AnyPreNo = Annotated[str, text(0, 18)]
ExportListNo = Annotated[str, text(0, 20)]
SiteNo = Annotated[str, text(0, 10)]
ReturnInfo = Annotated[str, text(0, 1000)]
LineNo = Annotated[int, Field(gt=-(10**5), lt=10**5), WrapValidator(read_whole)]  # five digits
RefundLineNo = Annotated[int, Field(gt=-(10**4), lt=10**4), WrapValidator(read_whole)]  # four digits


class ExportHead(CebModel):
    """What every export document says first: app_type 1 new, 2 change, 3 delete; app_status 1 saved, 2 declared."""

    guid: Guid
    app_type: Flag
    app_time: Second
    app_status: Flag
