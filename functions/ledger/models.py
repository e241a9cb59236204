"""Requests and results of the ledger. Amounts are CNY; every request may be repeated without further effect."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime

from events.findings import Finding
from events.values import OrderKey, Value
from functions.tax.models import YearlyQuantity


class Standing(StrEnum):
    """Where an order's charge stands.

    `reserved` from the declaration on; `held` from the release on (the buyer's year is used for good, the guarantee
    covers the tax); `claimed` by a payment run; `paid`; `released` when nothing is left of it.
    """

    RESERVED = "reserved"
    HELD = "held"
    CLAIMED = "claimed"
    PAID = "paid"
    RELEASED = "released"


class Charge(Value):
    """What one order takes: dutiable value of the buyer's year, tax of the guarantee, quantities of the year."""

    value: Decimal
    tax: Decimal
    yearly: list[YearlyQuantity]


class ReserveRequest(Value):
    """Reserve a charge for an order; for an order that has one already, change it to this one.

    `on` gives the calendar year (China) and the policy; `buyer_id` is the number of the buyer's document, which only
    its keyed hash outlives; `guarantor` is the list's assureCode.
    """

    key: OrderKey
    on: date
    buyer_id_type: str
    buyer_id: str
    guarantor: str
    charge: Charge


class ReserveOutcome(StrEnum):
    """Whether the charge stands, or which account has not enough left; then nothing at all was posted."""

    RESERVED = "reserved"
    OVER_ANNUAL_LIMIT = "over-annual-limit"
    OVER_YEARLY_QUANTITY = "over-yearly-quantity"
    GUARANTEE_SHORT = "guarantee-short"


class Reserved(Value):
    """`buyer` is the keyed hash; `findings` (M10, GUARANTEE) name what was asked and what is left."""

    outcome: ReserveOutcome
    buyer: str
    findings: list[Finding]
    policy: list[str]


class ReleaseRequest(Value):
    """Give everything back that an order has reserved or holds: rejected, cancelled, expired, shipped back."""

    key: OrderKey
    reason: str


class Bill(Value):
    """A tax bill of customs (CEB816, 818): its number, amounts and status 1 generated, 2 summarised, 3 void."""

    tax_no: str
    invt_no: str
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    status: str
    ent_duty_no: str | None = None


class CommitRequest(Value):
    """The list was released: use the year for good and hold the guarantee; the bill, when it is here already."""

    key: OrderKey
    released_at: AwareDatetime
    bill: Bill | None = None


class BillRequest(Value):
    """A bill came, or its status changed."""

    key: OrderKey
    bill: Bill


class GiveBackRequest(Value):
    """Part or all of the goods came back: what the charge is now (the target, not the difference)."""

    key: OrderKey
    return_number: int
    charge: Charge


class OrderCharge(Value):
    """An order's charge as it stands now; `guarantor` empty for an order that the ledger does not know."""

    standing: Standing
    charge: Charge
    guarantor: str
    released_at: AwareDatetime | None = None
    bill: Bill | None = None
    payment_no: str | None = None
    findings: list[Finding]


class ClaimRequest(Value):
    """Claim the due bills of a guarantor for one payment: at most `most`, oldest first, released before `before`.

    Only orders that are held with a bill of status 1. Repeating it answers the same bills.
    """

    guarantor: str
    payment_no: str
    before: AwareDatetime
    most: int = 10_000


class ClaimedBill(Value):
    """One bill of a payment."""

    key: OrderKey
    tax_no: str
    released_at: AwareDatetime
    tax: Decimal


class Claimed(Value):
    """The bills of a payment and their sum."""

    bills: list[ClaimedBill]
    total: Decimal


class SettleRequest(Value):
    """The bank has paid: the claimed bills are paid, the guarantee is free again."""

    guarantor: str
    payment_no: str
    paid_at: AwareDatetime


class Settled(Value):
    """How many bills this payment has settled, and their sum."""

    bills: int
    total: Decimal
