"""Requests and results of refunds. Amounts are CNY."""

from decimal import Decimal

from pydantic import AwareDatetime

from events.values import OrderKey, Text, Value


class PayRefundRequest(Value):
    """Give a part of an order's payment back, once per return.

    `return_no` is the copNo of the return and makes the refund one, however often it is asked for; `amount_paid` is
    what the original payment was of.
    """

    key: OrderKey
    return_no: str
    pay_code: str
    pay_transaction_id: str
    amount_paid: Decimal
    amount: Decimal
    reason: str


class RefundAnswer(Value):
    """The payment firm's number of the refund and its time; or `refused` tells why there will be none."""

    refund_no: str | None = None
    refunded_at: AwareDatetime | None = None
    refused: Text | None = None
