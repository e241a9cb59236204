"""The tax formulas, exact: full tax, tax within the limits, and the price from a tax-inclusive price (rulebook 4.2)."""

from dataclasses import dataclass
from fractions import Fraction

_ONE = Fraction(1)


@dataclass(frozen=True)
class Rates:
    """Statutory rates of one line as shares of 1; `specific` is the consumption tax of its whole quantity in CNY.

    Both `consumption` and `specific` together are the compound tax.
    """

    duty: Fraction
    consumption: Fraction
    specific: Fraction
    vat: Fraction


@dataclass(frozen=True)
class Relief:
    """What is levied instead of the full tax: `duty` is the duty rate if another one holds, `share` that of the rest.

    Within the limits: duty 0, VAT and consumption tax at 70 % (财关税〔2016〕18号).
    """

    share: Fraction
    duty: Fraction | None

    def rates(self, statutory: Rates) -> Rates:
        """The rates with the duty that holds."""
        duty = statutory.duty if self.duty is None else self.duty
        return Rates(duty, statutory.consumption, statutory.specific, statutory.vat)


FULL_TAX = Relief(share=_ONE, duty=None)


@dataclass(frozen=True)
class Taxes:
    """Three taxes, exact, in CNY."""

    duty: Fraction
    consumption: Fraction
    vat: Fraction

    @property
    def total(self) -> Fraction:
        """All three."""
        return self.duty + self.consumption + self.vat


def taxes(value: Fraction, statutory: Rates, relief: Relief) -> Taxes:
    """The taxes on a dutiable value.

    The price on which the ad valorem part of the consumption tax is levied holds that tax itself, and in the compound
    case the specific part too; the compound formula was not found in a source.
    """
    rates = relief.rates(statutory)
    duty = value * rates.duty
    with_duty = value + duty
    consumption = (with_duty + rates.specific) / (1 - rates.consumption) * rates.consumption + rates.specific
    vat = (with_duty + consumption) * rates.vat
    return Taxes(duty, consumption * relief.share, vat * relief.share)


def price_within(price_with_tax: Fraction, statutory: Rates, relief: Relief) -> Fraction | None:
    """The dutiable value that makes this price together with its taxes; None when the specific tax alone is more.

    The sum is linear in the value, so two of its points give the line; within the limits and without specific tax it
    is P = Ph (1 - c) / (1 - 0.3 c + 0.7 v).
    """
    at_zero = taxes(Fraction(0), statutory, relief).total
    slope = 1 + taxes(_ONE, statutory, relief).total - at_zero
    value = (price_with_tax - at_zero) / slope
    return value if value >= 0 else None
