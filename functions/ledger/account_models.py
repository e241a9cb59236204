"""Requests and results about the accounts themselves: guarantees, buyers' years, and the books as a whole."""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from events.findings import Finding
from events.values import Value


class OpenGuaranteeRequest(Value):
    """Open a guarantor's guarantee, or set it to another amount; not below what is in use."""

    guarantor: str = Field(min_length=1, max_length=30, pattern=r"^[^\s#]+$")
    amount: Decimal = Field(ge=0, max_digits=19, decimal_places=5)


class GuaranteeRequest(Value):
    """Whose guarantee is asked for."""

    guarantor: str


class Guarantee(Value):
    """A guarantor's guarantee: `amount` is None when none was ever given. `findings` say why a change was refused."""

    guarantor: str
    amount: Decimal | None
    reserved: Decimal
    held: Decimal
    available: Decimal
    alerted: bool
    findings: list[Finding] = Field(default_factory=list)


class VerifyRequest(Value):
    """Recompute the whole ledger."""


class Difference(Value):
    """What does not agree: where, what, the value that the postings give, and the one that stands there."""

    partition: str
    what: str
    expected: str
    found: str


class Verified(Value):
    """How much was looked at, and what does not agree."""

    accounts: int
    orders: int
    payments: int
    postings: int
    differences: list[Difference]

    @property
    def balanced(self) -> bool:
        """Whether everything agrees."""
        return not self.differences


class BuyerRequest(Value):
    """The type and the number of a buyer's document."""

    buyer_id_type: str = Field(min_length=1)
    buyer_id: str = Field(min_length=1, repr=False)


class Buyer(Value):
    """The keyed hash."""

    buyer: str


class QuotaRequest(Value):
    """Whose year is asked for; `buyer` is the keyed hash, no `year`: all of them."""

    buyer: str
    year: int | None = None


class YearAccount(Value):
    """One account of a buyer: `goods` empty for money; `limit` and `left` only of money, by today's policy."""

    year: int
    goods: str
    unit: str
    reserved: Decimal
    held: Decimal
    limit: Decimal | None
    left: Decimal | None


class Movement(Value):
    """One posting to a buyer's account."""

    at: AwareDatetime
    order: str
    reason: str
    account: str
    part: str
    unit: str
    amount: Decimal


class Quota(Value):
    """A buyer's accounts and what moved them, the earliest first."""

    buyer: str
    accounts: list[YearAccount]
    history: list[Movement]
