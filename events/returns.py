"""Goods that came back to their supervision site: what the site's operator tells of one return (公告2020-45)."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from events.ceb.base import Amount, CebModel, Code4, Count, Enterprise, Guid, Key, Note, text
from events.ceb.declaration_list import ListHead

_LINES = 99


class Condition(StrEnum):
    """How a piece came back: in its original state, or not."""

    INTACT = "intact"
    DAMAGED = "damaged"
    OTHER = "other"


class Inspection(StrEnum):
    """What the site's inspection found: `qualified` goods go back into stock, `unqualified` ones leave the country."""

    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"


class ReturnSite(CebModel):
    """A supervision site, as lists name it: the customs area, the special area (1210), the site in it (9610)."""

    customs_code: Code4
    area_code: Annotated[str, text(1, 18)] | None = None
    loct_no: Annotated[str, text(1, 10)] | None = None

    @classmethod
    def of(cls, head: ListHead) -> "ReturnSite":
        """The site that a list was released from."""
        return cls(customs_code=head.customs_code, area_code=head.area_code or None, loct_no=head.loct_no or None)

    def is_within(self, original: "ReturnSite") -> bool:
        """Whether this is the original site, in all that the list says of it."""
        named = original.model_dump(by_alias=False, exclude_none=True)
        return all(getattr(self, name) == value for name, value in named.items())


class ReturnedGoods(CebModel):
    """So many of one line of the list, all in one condition; another condition is another line of the report."""

    gnum: Count
    qty: Annotated[Amount, Field(gt=0)]
    condition: Condition


class GoodsReturned(CebModel):
    """The report on one return, once: `return_no` is the copNo of the return application (CEB625).

    Not a customs message: an event of this product. Names are those of CEB621 and CEB625 where these have them; qty is
    in the unit of the list's line. `operator_code` is the enterprise that runs the site and reports.
    """

    guid: Guid
    ebp_code: Enterprise
    order_no: Key
    return_no: Annotated[str, text(1, 20)]
    operator_code: Enterprise
    site: ReturnSite
    received_at: Annotated[AwareDatetime, Field(description="when the goods came back to the site")]
    lines: Annotated[list[ReturnedGoods], Field(min_length=1, max_length=_LINES)]
    inspection: Inspection
    note: Note | None = None

    @model_validator(mode="after")
    def _each_once(self) -> "GoodsReturned":
        seen: set[tuple[int, Condition]] = set()
        for line in self.lines:
            if (line.gnum, line.condition) in seen:
                raise ValueError(
                    f"lines: gnum {line.gnum} stands twice as {line.condition.value}: add the quantities up in one line"
                )
            seen.add((line.gnum, line.condition))
        return self
