"""Requests and results of the tax assessment. Amounts are CNY."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from events.ceb.declaration_list import DeclarationList
from events.findings import Finding
from events.values import Value
from functions.quota.models import YearlyQuantity


class Regime(StrEnum):
    """How goods are taxed.

    `cbec`: within the limits, duty 0 and VAT and consumption tax at 70 % (财关税〔2016〕18号). `cbec-full`: one
    indivisible piece over the single limit and within the annual one, full tax (财关税〔2018〕49号). `personal`: the
    personal-article tax of parcels.
    """

    CBEC = "cbec"
    CBEC_FULL = "cbec-full"
    PERSONAL = "personal"


class ItemTax(Value):
    """The taxes of one line: parts of the list's sums that add up to them exactly.

    `dutiable_value` is the price with the line's share of freight and insurance; `yearly` is what the line takes of a
    yearly quantity per person.
    """

    gnum: int
    dutiable_value: Decimal
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    yearly: YearlyQuantity | None = None

    @property
    def total(self) -> Decimal:
        """The three taxes together."""
        return self.duty + self.consumption_tax + self.vat


class Assessment(Value):
    """The taxes of one list, rounded once per tax kind.

    `regime` is None when the goods must go by general trade or cannot be assessed; the findings then say why.
    `policy` holds the ids of the policy and tariff rows that were used.
    """

    regime: Regime | None
    dutiable_value: Decimal
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    total: Decimal
    items: list[ItemTax]
    yearly: list[YearlyQuantity]
    findings: list[Finding]
    policy: list[str]


class AssessListRequest(Value):
    """A list to be declared on a day, and the tax that its order says the buyer paid (taxTotal), to be compared.

    `declared_tax` is None when there is no order to compare with.
    """

    on: date
    declaration_list: DeclarationList
    declared_tax: Decimal | None = None


class ReturnedLine(Value):
    """How much of one line has come back in all returns of the list together, of how much that was declared."""

    gnum: int
    declared: Decimal
    returned: Decimal


class RemainderRequest(Value):
    """An assessed list and everything of it that has come back so far."""

    assessment: Assessment
    returned: list[ReturnedLine]


class Remainder(Value):
    """What is left of an assessment after returns: nothing at all, to the cent, when everything came back."""

    dutiable_value: Decimal
    duty: Decimal
    consumption_tax: Decimal
    vat: Decimal
    total: Decimal
    yearly: list[YearlyQuantity]
