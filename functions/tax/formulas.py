"""The tax formulas, exact: full tax, tax within the limits, and the price from a tax-inclusive price (rulebook 4.2)."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from functions.tax.rounding import Exact, over_one_denominator

_ONE, _NOTHING = Fraction(1), Fraction(0)
_LEVIES = 4096  # more than a tariff has different rates


@dataclass(frozen=True, eq=False)
class Rates:
    """Statutory rates of one line as shares of 1; `specific` is the consumption tax of its whole quantity in CNY.

    Both `consumption` and `specific` together are the compound tax. Equal to nothing but themselves: the hash of a
    Fraction takes long, and what is made of rates is kept by them.
    """

    duty: Fraction
    consumption: Fraction
    specific: Fraction
    vat: Fraction


@dataclass(frozen=True, eq=False)
class Relief:
    """What is levied instead of the full tax: `duty` is the duty rate if another one holds, `share` that of the rest.

    Within the limits: duty 0, VAT and consumption tax at 70 % (财关税〔2016〕18号). Equal to nothing but itself.
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


@dataclass(frozen=True, slots=True)
class Linear:
    """An amount that grows evenly with the dutiable value: (`slope` x value + `fixed`) / `parts`."""

    slope: int
    fixed: int
    parts: int

    def at(self, value: Exact) -> Exact:
        """The amount at a dutiable value."""
        number, parts = value
        return self.slope * number + self.fixed * parts, self.parts * parts


@dataclass(frozen=True, slots=True)
class Levy:
    """The three taxes of a line whose rates are known, each as it grows with the dutiable value.

    None is a tax that is not levied, whatever the value.
    """

    duty: Linear | None
    consumption: Linear | None
    vat: Linear | None


@lru_cache(maxsize=_LEVIES)
def levy(statutory: Rates, relief: Relief) -> Levy:
    """What `taxes` comes to at any value: two of its points give the lines."""
    at_zero, at_one = taxes(_NOTHING, statutory, relief), taxes(_ONE, statutory, relief)
    return Levy(
        duty=_linear(at_zero.duty, at_one.duty),
        consumption=_linear(at_zero.consumption, at_one.consumption),
        vat=_linear(at_zero.vat, at_one.vat),
    )


def _linear(at_zero: Fraction, at_one: Fraction) -> Linear | None:
    if not at_one:
        return None
    (slope, fixed), parts = over_one_denominator([(at_one - at_zero).as_integer_ratio(), at_zero.as_integer_ratio()])
    return Linear(slope, fixed, parts)


def price_within(price_with_tax: Fraction, statutory: Rates, relief: Relief) -> Fraction | None:
    """The dutiable value that makes this price together with its taxes; None when the specific tax alone is more.

    The sum is linear in the value, so two of its points give the line; within the limits and without specific tax it
    is P = Ph (1 - c) / (1 - 0.3 c + 0.7 v).
    """
    at_zero = taxes(_NOTHING, statutory, relief).total
    slope = 1 + taxes(_ONE, statutory, relief).total - at_zero
    value = (price_with_tax - at_zero) / slope
    return value if value >= 0 else None
