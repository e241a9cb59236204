"""CEB411 import payment and its receipt CEB412 (统一版 202205)."""

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
    Person,
    Reason,
    ReturnStatus,
    Second,
    text,
)
from events.ceb.upload_head import UploadHead


class PaymentHead(UploadHead):
    """What the payment enterprise says it received."""

    pay_code: Enterprise
    pay_name: EnterpriseName
    pay_transaction_id: Key
    order_no: Key
    ebp_code: Enterprise
    ebp_name: EnterpriseName
    payer_id_type: Flag
    payer_id_number: Key
    payer_name: Person
    telephone: Annotated[str, text(0, 60)] | None = None
    amount_paid: Amount
    currency: Cny
    pay_time: Second
    note: Note | None = None


class Payment(CebModel):
    """The payment voucher, sent by the payment enterprise (CEB411)."""

    head: Annotated[PaymentHead, Field(alias="PaymentHead")]


class PaymentReturn(CebModel):
    """The answer to a payment (CEB412)."""

    guid: Guid
    pay_code: Enterprise
    pay_transaction_id: Key
    return_status: ReturnStatus
    return_time: Millisecond
    return_info: Reason
