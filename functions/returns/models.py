"""Requests and results of returns. Amounts are CNY."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import AwareDatetime

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.findings import Finding
from events.return_life import ReturnChange, ReturnLine
from events.returns import GoodsReturned
from events.values import OrderKey, Value
from functions.tax.models import Assessment, Remainder


class ReturnTermsRequest(Value):
    """A list that was released at that moment."""

    on: date
    released_at: AwareDatetime


class ReturnTerms(Value):
    """Until when the goods must be back in their site, and where a return goes whose tax is paid already."""

    back_by: AwareDatetime
    after_payment: str
    policy: list[str]


class GoodsVerdict(StrEnum):
    """What is to be thought of goods that came back."""

    AS_APPLIED = "as-applied"
    OTHER_QUANTITY = "other-quantity"
    OTHER_SITE = "other-site"
    NOT_AS_THEY_WERE = "not-as-they-were"
    TOO_LATE = "too-late"


class JudgeRequest(Value):
    """The report of a site, against the released list, the application's lines and the last day."""

    declaration_list: DeclarationList
    lines: list[ReturnLine]
    back_by: AwareDatetime
    report: GoodsReturned


class Judged(Value):
    """`lines` are what is there in its original state, at most what was applied for; empty where that is nothing.

    Wherever it is: with OTHER_SITE they are not where they should be.
    """

    verdict: GoodsVerdict
    lines: list[ReturnLine]
    findings: list[Finding]


class ReckonRequest(Value):
    """What comes back now, and what came back for good before."""

    on: date
    assessment: Assessment
    order: Order
    declaration_list: DeclarationList
    lines: list[ReturnLine]
    before: list[ReturnLine]


class Reckoned(Value):
    """What is left of the tax, the year and the guarantee; what the buyer gets for these lines.

    `refund_without_tax` is for goods whose tax stays due.
    """

    remainder: Remainder
    refund: Decimal
    refund_without_tax: Decimal
    policy: list[str]


class TellRequest(Value):
    """Tell the subscribers the changes of a return since `told`, and, at its end, the stock that is back.

    `needs_human` and `refunded` hold after the last change. `personal` are the values that nobody is told.
    """

    key: OrderKey
    return_no: str
    number: int
    history: list[ReturnChange]
    told: int
    lines: list[ReturnLine]
    needs_human: str | None = None
    exchange_for: str | None = None
    refunded: Decimal | None = None
    stock: list[ReturnLine]
    personal: list[str]


class Told(Value):
    """The number of the last change that was told."""

    last: int
