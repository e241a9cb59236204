"""Money that we order others to move: refunds by a payment firm, tax payments by a bank. Amounts are CNY.

These are messages of ours, not of the customs standard; names are those of the standard where it has them.
"""

from collections import Counter
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, model_validator

from events.ceb.base import Amount, CebModel, Cny, Enterprise, Key, Reason, text


def _fit_for_a_header(key: str) -> str:
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError("is also the value of an HTTP header: write it in ASCII, without blanks")
    return key


_Key = AfterValidator(_fit_for_a_header)
_Positive = Annotated[Amount, Field(gt=0)]
_Charge = Annotated[Amount, Field(ge=0)]
_LINES = 100_000


class RefundOrder(CebModel):
    """Give `amount` of the payment `pay_transaction_id`, which was of `amount_paid`, back to whoever paid it.

    `return_no` is the copNo of the return, and the idempotency key.
    """

    return_no: Annotated[str, text(1, 20), _Key]
    ebp_code: Enterprise
    order_no: Key
    pay_code: Enterprise
    pay_transaction_id: Key
    amount_paid: _Positive
    amount: _Positive
    currency: Cny = "142"
    reason: Reason

    @model_validator(mode="after")
    def _at_most_what_was_paid(self) -> "RefundOrder":
        if self.amount > self.amount_paid:
            raise ValueError(f"amount: {self.amount} is more than the {self.amount_paid} that was paid")
        return self


class TaxPaymentLine(CebModel):
    """The tax of one bill."""

    tax_no: Annotated[str, text(1, 50)]
    invt_no: Annotated[str, text(1, 18)]
    amount: _Charge


class TaxPaymentFile(CebModel):
    """The summarised tax of one guarantor, paid at once; `payment_no` is ours, and the idempotency key."""

    payment_no: Annotated[str, text(1, 60), _Key]
    guarantor: Annotated[str, text(1, 30)]
    currency: Cny = "142"
    total: _Charge
    lines: Annotated[list[TaxPaymentLine], Field(min_length=1, max_length=_LINES)]

    @model_validator(mode="after")
    def _adds_up(self) -> "TaxPaymentFile":
        added = sum((line.amount for line in self.lines), Decimal(0))
        if added != self.total:
            raise ValueError(f"total: {self.total} is not the sum of the lines, {added}")
        twice = [tax_no for tax_no, times in Counter(line.tax_no for line in self.lines).items() if times > 1]
        if twice:
            raise ValueError(f"lines: the bill {twice[0]} stands in the file more than once")
        return self


class _Answer(CebModel):
    """What comes from others may say more than we ask for."""

    model_config = ConfigDict(extra="ignore")


class RefundDone(_Answer):
    """The money went back."""

    refund_no: Annotated[str, text(1, 60)]
    refunded_at: AwareDatetime


class TaxPaymentDone(_Answer):
    """The file was paid as a whole."""

    bank_reference: Annotated[str, text(1, 60)]
    paid_at: AwareDatetime


class MoneyRefused(_Answer):
    """Refused for good: the same order will be refused again."""

    code: Annotated[str, text(1, 60)]
    reason: Reason
