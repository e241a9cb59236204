"""A platform's request that we build the declaration list from its three documents."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
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
    Second,
    text,
)


class GoodsDeclaration(CebModel):
    """What the list must say of one line of the order and the order does not: tariff code and legal quantities."""

    gnum: Count
    item_record_no: Annotated[str, text(0, 30)] | None = None
    gcode: GoodsCode
    gname: Annotated[str, text(1, 250)]
    qty1: Amount
    unit1: Code3
    qty2: Amount | None = None
    unit2: Code3 | None = None


class DeclarationRequest(CebModel):
    """The service "build my list" for one order: what a CEB621 holds beyond the order, the payment and the waybill.

    Not a customs message: an event of this product. Names are those of CEB621; app_type 2 changes an earlier request.
    """

    guid: Guid
    app_type: Flag = "1"
    app_time: Second
    order_no: Key
    ebp_code: Enterprise
    agent_code: Enterprise
    agent_name: EnterpriseName
    assure_code: Annotated[str, text(1, 30)]
    customs_code: Code4
    port_code: Code4
    ie_date: Day | None = None
    trade_mode: Code4
    traf_mode: Flag
    traf_no: Annotated[str, text(0, 100)] | None = None
    voyage_no: Annotated[str, text(0, 32)] | None = None
    bill_no: Annotated[str, text(0, 37)] | None = None
    ems_no: Annotated[str, text(0, 30)] | None = None
    area_code: Annotated[str, text(0, 18)] | None = None
    area_name: Annotated[str, text(0, 100)] | None = None
    country: Code3
    gross_weight: Amount
    net_weight: Amount
    goods: Annotated[list[GoodsDeclaration], Field(min_length=1, max_length=99)]
