"""CEB311 import order and its receipt CEB312 (统一版 202205)."""

from typing import Annotated

from pydantic import Field

from events.ceb.base import (
    Amount,
    CebModel,
    Cny,
    Code3,
    Count,
    Enterprise,
    EnterpriseName,
    Flag,
    Guid,
    Key,
    Millisecond,
    Note,
    Person,
    Reason,
    ReturnStatus,
    text,
)
from events.ceb.upload_head import UploadHead


class OrderHead(UploadHead):
    """Rule of the standard: actual_paid = goods_value + freight + tax_total - discount."""

    order_type: Flag
    order_no: Key
    ebp_code: Enterprise
    ebp_name: EnterpriseName
    ebc_code: Enterprise
    ebc_name: EnterpriseName
    goods_value: Amount
    freight: Amount
    discount: Amount
    tax_total: Amount
    actual_paid: Annotated[Amount, Field(alias="acturalPaid")]  # the standard's own spelling
    currency: Cny
    buyer_reg_no: Key
    buyer_name: Person
    buyer_telephone: Annotated[str, text(1, 30)]
    buyer_id_type: Flag
    buyer_id_number: Key
    pay_code: Annotated[str, text(0, 18)] | None = None
    pay_name: Annotated[str, text(0, 100)] | None = None
    pay_transaction_id: Annotated[str, text(0, 60)] | None = None
    batch_numbers: Annotated[str, text(0, 100)] | None = None
    consignee: EnterpriseName
    consignee_telephone: Annotated[str, text(1, 50)]
    consignee_address: Annotated[str, text(1, 200)]
    consignee_district: Annotated[str, text(6, 6)] | None = None
    note: Note | None = None


class OrderItem(CebModel):
    """One line of goods. total_price = price x qty; a gift has price 0."""

    gnum: Count
    item_no: Annotated[str, text(0, 30)] | None = None
    item_name: Annotated[str, text(1, 250)]
    gmodel: Annotated[str, text(1, 510)]
    item_describe: Note | None = None
    bar_code: Annotated[str, text(0, 50)] | None = None
    unit: Code3
    qty: Amount
    price: Amount
    total_price: Amount
    currency: Cny
    country: Code3
    note: Note | None = None


class Order(CebModel):
    """The import order, sent by the platform (CEB311)."""

    head: Annotated[OrderHead, Field(alias="OrderHead")]
    items: Annotated[list[OrderItem], Field(alias="OrderList", min_length=1, max_length=99)]


class OrderReturn(CebModel):
    """The answer to an order (CEB312)."""

    guid: Guid
    ebp_code: Enterprise
    ebc_code: Enterprise
    order_no: Key
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
