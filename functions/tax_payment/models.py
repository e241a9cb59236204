"""Requests and results of tax payments. Amounts are CNY; the bills of a payment stay in the ledger."""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from events.tax_payment import LateBill, TaxPayment
from events.values import Text, Value


class TaxDueRequest(Value):
    """What is due at that moment, of everybody or of one guarantor."""

    as_of: AwareDatetime
    guarantor: str | None = None


class GuarantorTax(Value):
    """What there is to do for a guarantor: bills that are due, those of them that are late, charges without a bill.

    `under_way`: a payment that has not ended. `unsummarised`: payments that customs should have summarised by now.
    """

    guarantor: str
    bills: int = 0
    late_bills: int = 0
    unbilled: int = 0
    under_way: bool = False
    unsummarised: int = 0


class TaxDue(Value):
    """The guarantors for whom there is something to do."""

    guarantors: list[GuarantorTax]


class OpenPaymentRequest(Value):
    """Whose payment, and for what is due when."""

    guarantor: str
    as_of: AwareDatetime


class ClaimTaxRequest(Value):
    """Claim the bills of a payment: at most so many."""

    payment: TaxPayment
    most: int = Field(gt=0)


class ClaimedTax(Value):
    """How many bills the payment has, and their sum. `withdrawn`: it had them, and was given up before."""

    bills: int
    total: Decimal
    withdrawn: bool = False


class PayTaxRequest(Value):
    """Have the bank pay the bills that a payment has claimed."""

    guarantor: str
    payment_no: str


class TaxPaymentAnswer(Value):
    """When the bank paid, and its reference; or `refused` tells why it will not."""

    paid_at: AwareDatetime | None = None
    bank_reference: str | None = None
    refused: Text | None = None


class CloseTaxRequest(Value):
    """Put on record and tell what became of a payment; `at` is when."""

    payment: TaxPayment
    claimed: ClaimedTax
    answer: TaxPaymentAnswer
    at: AwareDatetime


class ClosedTax(Value):
    """The payment as it is on record now, and the first hundred of its late bills, the latest first."""

    payment: TaxPayment
    late: list[LateBill]


class ReviewRequest(Value):
    """Which orders of a guarantor need a person at that moment."""

    guarantor: str
    as_of: AwareDatetime


class ListRequest(Value):
    """Whose payments; None: everybody's."""

    guarantor: str | None = None


class ListedPayments(Value):
    """Every payment on record, by guarantor, the earliest first."""

    payments: list[TaxPayment]
