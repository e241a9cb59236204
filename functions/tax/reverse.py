"""The price from a tax-inclusive price, line by line (rulebook 4.2)."""

from decimal import Decimal
from fractions import Fraction

from functions.policy.pack import PolicyAtDate
from functions.tax.formulas import Relief, price_within
from functions.tax.goods import Goods
from functions.tax.rounding import rounding_of
from functions.tax.statutory import Notes, rates_if, threshold_value
from functions.tax.tariff import LineRates


def price_from(
    price_with_tax: Decimal, goods: Goods, rates: LineRates, relief: Relief, policy: PolicyAtDate, *, notes: Notes
) -> Decimal | None:
    """The dutiable value that makes this price together with its taxes, rounded by the policy.

    None when no value does: the specific tax alone is more, or the price falls into the step that consumption tax
    makes at its threshold. None with a finding in `notes` when a quantity is missing.
    """
    rounding = rounding_of(policy)
    at_threshold = None
    if rates.threshold:
        at_threshold = threshold_value(goods, rates.threshold, policy, notes)
        if at_threshold is None:
            return None
    for taxed in (True, False) if rates.threshold else (True,):
        held = rates_if(goods, rates, notes, taxed=taxed)
        exact = price_within(Fraction(price_with_tax), held, relief) if held else None
        if exact is None:
            continue
        value = rounding(exact)
        if at_threshold is None or (value >= at_threshold) is taxed:
            return value
    return None
