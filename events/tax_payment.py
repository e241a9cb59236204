"""The payment of summarised import tax as the outside sees it: what starts it, what is told of it (rulebook 4.4).

Amounts are CNY. One payment is one file to the bank; its number is the same however often it is asked for.
"""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.ceb.base import Amount
from events.findings import Finding
from events.values import Text, Value

TAX_PAYMENT_RUN_WORKFLOW = "TaxPaymentRun"
TAX_PAYMENT_WORKFLOW = "TaxPayment"
TAX_PAYMENT_SCHEDULE = "tax-payment"
MOST_BILLS = 10_000
_LISTED = 100


class PaymentOutcome(StrEnum):
    """What became of a payment: the bank paid it, refused it for good, or there was nothing left to pay."""

    PAID = "paid"
    REFUSED = "refused"
    NOTHING = "nothing"


class LateTax(Value):
    """The late part of a payment: how many bills, the most days after the last day in time, the fee for all of them."""

    bills: int = 0
    days: int = 0
    fee: Amount


class TaxPayment(Value):
    """One payment of a guarantor as it is on record; `outcome` None while it is under way.

    `number` counts the guarantor's payments, `month` (YYYY-MM, China) is that of `as_of`, the day for which the run
    looked what is due. `policy` are the ids of the rows that decided. `summarised`: customs has told of every bill
    that it is summarised (CEB818).
    """

    guarantor: str
    number: int
    payment_no: str
    month: str
    as_of: AwareDatetime
    outcome: PaymentOutcome | None = None
    bills: int = 0
    total: Amount | None = None
    paid_at: AwareDatetime | None = None
    bank_reference: str | None = None
    refused: Text | None = None
    late: LateTax | None = None
    policy: list[str] = Field(default_factory=list)
    summarised: bool = False


class LateBill(Value):
    """A bill that was paid late. `enforceable`: customs might have taken the guarantee by then."""

    order: str
    tax_no: str
    released_at: AwareDatetime
    tax: Amount
    days_late: int
    late_fee: Amount
    enforceable: bool


class OrderToSee(Value):
    """An order that a person must look at, and why."""

    order: str
    reason: Text


class Attention(Value):
    """Orders for a person: the first hundred of each kind, and how many there are.

    `unbilled`: released so long ago that the tax is due, but without a bill that can be paid. `unsummarised`: paid, but
    customs has not told (CEB818) that the bill is summarised.
    """

    unbilled: int = 0
    unbilled_orders: list[OrderToSee] = Field(default_factory=list, max_length=_LISTED)
    unsummarised: int = 0
    unsummarised_orders: list[OrderToSee] = Field(default_factory=list, max_length=_LISTED)


class TaxPaymentRunStart(Value):
    """The input of a run; all of it may be left out.

    `as_of`: what is due at that moment (None: now). `guarantor`: only this one. `most`: bills in one payment.
    `silence`: how long the bank may keep silent before a person is told. `patience`: how long the run waits.
    """

    as_of: AwareDatetime | None = None
    guarantor: str | None = None
    most: int = Field(default=MOST_BILLS, gt=0, le=MOST_BILLS)
    silence: timedelta = timedelta(minutes=30)
    patience: timedelta = timedelta(hours=20)


class TaxPaymentStart(Value):
    """The input of one guarantor's payments: so many `bills` are due.

    `under_way`: an earlier run has left a payment unfinished.
    """

    guarantor: str
    as_of: AwareDatetime
    bills: int
    under_way: bool
    most: int
    silence: timedelta

    @property
    def workflow_id(self) -> str:
        """One at a time for every guarantor."""
        return f"tax-payment/{self.guarantor}"


class GuarantorTaxResult(Value):
    """What one guarantor's workflow has done; `late` names the first hundred late bills of its payments.

    `findings` are what the ledger refused: a person must look.
    """

    guarantor: str
    payments: list[TaxPayment]
    late: list[LateBill] = Field(default_factory=list)
    attention: Attention
    findings: list[Finding] = Field(default_factory=list)


class TaxPaymentRunResult(Value):
    """What a run has done. `under_way`: guarantors whose payment another run is making, or that did not end in time;
    `failed`: those whose workflow was ended by force.
    """

    as_of: AwareDatetime
    guarantors: list[GuarantorTaxResult]
    under_way: list[str]
    failed: list[str]


class TaxPaid(Value):
    """The outbound event `cn.sandan.tax.paid.v1`: the bank has paid the tax bills of one payment.

    `late_fee` is what customs may ask for the `late_bills` besides; it is not part of `total`. `policy` are the ids of
    the rows that it was computed by.
    """

    payment_no: str
    guarantor: str
    month: str
    bills: int
    total: Amount
    bank_reference: str
    paid_at: AwareDatetime
    late_bills: int
    most_days_late: int
    late_fee: Amount
    policy: list[str]


class TaxPaymentRefused(Value):
    """The outbound event `cn.sandan.tax.payment-refused.v1`: nothing was paid, and the bills are due again.

    The next run asks the bank again under another number; a person should see to the reason before.
    """

    payment_no: str
    guarantor: str
    month: str
    bills: int
    total: Amount
    reason: Text
    refused_at: AwareDatetime
