"""Requests and results of tax payments. Amounts are CNY."""

from decimal import Decimal

from pydantic import AwareDatetime

from events.values import Text, Value


class BillToPay(Value):
    """One tax bill in a payment: its number, its list, all its taxes together."""

    tax_no: str
    invt_no: str
    amount: Decimal


class PayTaxRequest(Value):
    """Pay bills of one guarantor with one file.

    `payment_no` is ours and makes the payment one, however often it is asked for: the bills under it never change.
    `total` is what the payer has set aside; it must be what the bills add up to.
    """

    payment_no: str
    guarantor: str
    bills: list[BillToPay]
    total: Decimal


class TaxPaymentAnswer(Value):
    """When the bank paid, and its reference; or `refused` tells why it will not."""

    paid_at: AwareDatetime | None = None
    bank_reference: str | None = None
    refused: Text | None = None
