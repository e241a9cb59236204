"""Requests and results of the ledger. Amounts are CNY; every request may be repeated without further effect."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.findings import Finding
from events.values import OrderKey, Value
from functions.quota.models import YearlyQuantity


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

    value: Decimal = Field(ge=0)
    tax: Decimal = Field(ge=0)
    yearly: list[YearlyQuantity]


class ReserveRequest(Value):
    """Reserve a charge for an order; for an order that has one already, change it to this one.

    `on` gives the calendar year (China) and the policy; `buyer_id` is the number of the buyer's document, which only
    its keyed hash outlives; `guarantor` is the list's assureCode. `list_version`, when given, keeps a call that was
    cut off and comes late from undoing what a later version of the list has done.
    """

    key: OrderKey
    on: date
    buyer_id_type: str
    buyer_id: str
    guarantor: str = Field(min_length=1)
    charge: Charge
    list_version: int = Field(default=0, ge=0)


class ReserveOutcome(StrEnum):
    """Whether the charge stands, or which account has not enough left; then nothing at all was posted.

    `tax-claimed`: a payment has claimed or paid the tax, so the charge is not changed any more. `superseded`: a later
    version of the list has been here.
    """

    RESERVED = "reserved"
    OVER_ANNUAL_LIMIT = "over-annual-limit"
    OVER_YEARLY_QUANTITY = "over-yearly-quantity"
    GUARANTEE_SHORT = "guarantee-short"
    TAX_CLAIMED = "tax-claimed"
    SUPERSEDED = "superseded"


class Reserved(Value):
    """`buyer` is the keyed hash; `findings` (M10, GUARANTEE) name what was asked and what is left."""

    outcome: ReserveOutcome
    buyer: str
    findings: list[Finding]
    policy: list[str]


class ReleaseRequest(Value):
    """Give everything back that an order has reserved or holds: rejected, cancelled, expired, shipped back.

    `list_version` as in ReserveRequest.
    """

    key: OrderKey
    reason: str
    list_version: int = Field(default=0, ge=0)


class Bill(Value):
    """A tax bill of customs (CEB816, 818): its number, amounts and status 1 generated, 2 summarised, 3 void."""

    tax_no: str
    invt_no: str
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    status: str
    ent_duty_no: str | None = None

    @property
    def total(self) -> Decimal:
        """The three taxes together."""
        return self.duty + self.consumption_tax + self.vat


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


class DecisionKind(StrEnum):
    """What a person may decide about the tax of a released order.

    `left-out`: no payment takes its bill until it is `taken-in` again. `bill-accepted`: customs' bill is right, and the
    tax that is held becomes that of the bill.
    """

    LEFT_OUT = "left-out"
    TAKEN_IN = "taken-in"
    BILL_ACCEPTED = "bill-accepted"


class Decision(Value):
    """A decision as it stays on record: what, who, why, when."""

    what: DecisionKind
    who: str
    why: str
    at: AwareDatetime


class DecideRequest(Value):
    """A person has decided about the tax of an order."""

    key: OrderKey
    what: DecisionKind
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class ReturningRequest(Value):
    """A return has begun, or has ended, however it ended: while one is under way no payment takes the tax."""

    key: OrderKey
    return_number: int = Field(ge=1)
    under_way: bool


class ChargeRequest(Value):
    """Whose charge is asked for."""

    key: OrderKey


class OrderCharge(Value):
    """An order's charge as it stands now; `guarantor` empty for an order that the ledger does not know.

    `decisions` are those of persons, the earliest first.
    """

    standing: Standing
    charge: Charge
    guarantor: str
    released_at: AwareDatetime | None = None
    bill: Bill | None = None
    payment_no: str | None = None
    decisions: list[Decision] = Field(default_factory=list)
    findings: list[Finding]


class Decided(Value):
    """The charge after a person's decision; `refused` says why it was not carried out."""

    charge: OrderCharge
    refused: list[Finding] = Field(default_factory=list)


class ClaimRequest(Value):
    """Claim the due bills of a guarantor for one payment: at most `most`, oldest first, released before `before`.

    Only orders that are held with a bill of status 1 and not left out. Repeating it answers the same bills.
    """

    guarantor: str
    payment_no: str
    before: AwareDatetime
    most: int = 10_000


class ClaimedBill(Value):
    """One bill of a payment, as it was when it was claimed: whatever customs replaces later does not change it."""

    key: OrderKey
    tax_no: str
    invt_no: str
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
    """How many bills this payment has settled, and their sum; a finding when there was nothing to settle."""

    bills: int
    total: Decimal
    findings: list[Finding] = Field(default_factory=list)


class UnclaimRequest(Value):
    """The payment will not be made: its bills are due again, for a payment of another number."""

    guarantor: str
    payment_no: str
    reason: str


class Unclaimed(Value):
    """How many bills are due again, and their sum; a finding when the payment was made."""

    bills: int
    total: Decimal
    findings: list[Finding] = Field(default_factory=list)


class DueRequest(Value):
    """What there is to pay: released before `due_before`; before `overdue_before` it is late already."""

    due_before: AwareDatetime
    overdue_before: AwareDatetime


class GuarantorDue(Value):
    """What one guarantor has to pay: bills, how many of them are late, and the oldest release.

    `unbilled` counts charges whose time has come without a bill that can be paid: none came, or a person must look.
    """

    guarantor: str
    bills: int
    overdue: int
    oldest: AwareDatetime | None
    unbilled: int


class Due(Value):
    """The guarantors that have something to pay, or something without a bill."""

    guarantors: list[GuarantorDue]
