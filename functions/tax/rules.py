"""The assessment: the regime from the limits, exact taxes line by line, rounded once per tax kind per list."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from events.made import made
from functions.policy.pack import DAYS_KEPT, PolicyAtDate, PolicyError, Row
from functions.quota.models import YearlyQuantity
from functions.quota.rules import together
from functions.tax import findings
from functions.tax.formulas import FULL_TAX, Levy, Linear, Rates, Relief, levy
from functions.tax.goods import Consignment, Goods
from functions.tax.models import Assessment, ItemTax, Regime
from functions.tax.rounding import CENT, Exact, Rounding, rounded_sum, rounding_of, shares
from functions.tax.statutory import Notes, line_rates, statutory, yearly_quantity
from functions.tax.tariff import TariffAtDate

SINGLE_LIMIT, SHARE, DUTY_RATE, TOLERANCE = (
    "quota.single_limit",
    "tax.cbec_share",
    "tax.cbec_duty_rate",
    "tax.tolerance",
)


_NOTHING, _NO_CHARGE = Decimal(0), 0 * CENT
_ASSESSMENT, _ITEM_TAX = made(Assessment), made(ItemTax)


class Priced(NamedTuple):
    """A line with its dutiable value and the rates that hold for it."""

    goods: Goods
    value: Decimal
    rates: Rates
    yearly: YearlyQuantity | None


class TaxedGoods(NamedTuple):
    """Lines of goods, column by column: how they are called, what they are worth, and what is levied on them."""

    gnums: Sequence[int]
    values: Sequence[Decimal]
    levies: Sequence[Levy]
    yearly: Sequence[YearlyQuantity | None]


class Tolerance(NamedTuple):
    """By how much a declared tax may differ: an amount in CNY or a share of the tax, whichever is more."""

    row: Row
    cny: Decimal
    share: Decimal


def regime_within_limit(consignment: Consignment, policy: PolicyAtDate, notes: Notes) -> Regime | None:
    """The regime by the limit of one purchase, which is itself inside (财关税〔2018〕49号).

    Over it, one indivisible piece is taxed in full; anything else goes by general trade: None, with a finding.
    """
    limit = policy.row(SINGLE_LIMIT)
    notes.use(limit)
    if consignment.value <= limit.number():
        return Regime.CBEC
    if consignment.one_piece:
        return Regime.CBEC_FULL
    notes.findings.append(findings.over_single_limit(consignment.value, limit))
    return None


def assess(
    consignment: Consignment,
    regime: Regime | None,
    policy: PolicyAtDate,
    tariff: TariffAtDate,
    notes: Notes,
    *,
    declared_tax: Decimal | None = None,
) -> Assessment:
    """The taxes under a regime; with None, or when something is found, no taxes but everything that is found.

    A declared tax is compared with what comes out.
    """
    lines = priced(consignment, policy, tariff, notes)
    if regime is None or notes.findings:
        return _refused(consignment, notes)
    relief = relief_of(regime, policy, notes)
    goods = TaxedGoods(
        gnums=[line.goods.gnum for line in lines],
        values=[line.value for line in lines],
        levies=[levy(line.rates, relief) for line in lines],
        yearly=[line.yearly for line in lines],
    )
    return taxed(goods, regime, policy, notes, declared_tax)


def taxed(
    goods: TaxedGoods, regime: Regime, policy: PolicyAtDate, notes: Notes, declared_tax: Decimal | None
) -> Assessment:
    """The taxes of goods of which nothing was found, rounded, and compared with a declared tax."""
    rounding = rounding_of(policy)
    notes.rows[rounding.row] = None
    values = [value.as_integer_ratio() for value in goods.values]
    duty, duties = _rounded([each.duty for each in goods.levies], values, rounding)
    consumption, consumptions = _rounded([each.consumption for each in goods.levies], values, rounding)
    vat, vats = _rounded([each.vat for each in goods.levies], values, rounding)
    total = duty + consumption + vat
    if declared_tax is not None:
        _compare(declared_tax, total, _tolerance(policy), notes)
    columns = zip(*goods[:2], duties, consumptions, vats, goods.yearly, strict=True)
    return _ASSESSMENT(
        regime=regime,
        dutiable_value=sum(goods.values, _NOTHING),
        duty=duty,
        consumption_tax=consumption,
        vat=vat,
        total=total,
        items=[
            _ITEM_TAX(gnum=gnum, dutiable_value=value, duty=one, consumption_tax=another, vat=third, yearly=yearly)
            for gnum, value, one, another, third, yearly in columns
        ],
        yearly=together([yearly for yearly in goods.yearly if yearly]) if any(goods.yearly) else [],
        findings=notes.findings,
        policy=list(notes.rows),
    )


def _rounded(
    levied: Sequence[Linear | None], values: Sequence[Exact], rounding: Rounding
) -> tuple[Decimal, list[Decimal]]:
    """The sum of a tax on these values, rounded once, and the parts of it that fall to them."""
    if not any(levied):
        return rounding.nothing, [rounding.nothing] * len(levied)
    amounts = [each.at(value) if each else (0, 1) for each, value in zip(levied, values, strict=True)]
    return rounded_sum(amounts, rounding)


def priced(consignment: Consignment, policy: PolicyAtDate, tariff: TariffAtDate, notes: Notes) -> list[Priced]:
    """Every line that can be taxed, with its share of freight and insurance by value."""
    found = []
    for goods, value in zip(consignment.goods, dutiable_values(consignment), strict=True):
        row = None if goods.rates else tariff.find(goods.gcode)
        rates = line_rates(goods, row, tariff.on, consignment.mode, notes)
        if rates is None:
            continue
        held = statutory(goods, rates, value, policy, notes)
        yearly = yearly_quantity(goods, row, notes) if row else None
        if held is not None:
            found.append(Priced(goods, value, held, yearly))
    return found


def dutiable_values(consignment: Consignment) -> list[Decimal]:
    """Prices with their shares of the charges."""
    return with_charges([line.price for line in consignment.goods], consignment.charges)


def with_charges(prices: Sequence[Decimal], charges: Decimal) -> list[Decimal]:
    """Prices with their shares of the charges: by value, in cents, or in finer digits where the charges have them."""
    if not charges:
        return [price + _NO_CHARGE for price in prices]
    in_cents = 100 % charges.as_integer_ratio()[1] == 0
    step = CENT if in_cents else Decimal(1).scaleb(int(charges.normalize().as_tuple().exponent))
    parts = shares(charges, [price.as_integer_ratio() for price in prices], step)
    return [price + part for price, part in zip(prices, parts, strict=True)]


def relief_of(regime: Regime, policy: PolicyAtDate, notes: Notes) -> Relief:
    """What is levied of the statutory taxes. Raises ValueError for the tax on personal articles, another tax."""
    if regime is Regime.CBEC_FULL:
        return FULL_TAX
    if regime is Regime.PERSONAL:
        raise ValueError("personal articles bear a tax of their own, not duty, consumption tax and VAT")
    share, duty = policy.row(SHARE), policy.row(DUTY_RATE)
    notes.use(share)
    notes.use(duty)
    return _relief(policy)


@lru_cache(maxsize=DAYS_KEPT)
def _relief(policy: PolicyAtDate) -> Relief:
    return _the_relief(policy.row(SHARE).number(), policy.row(DUTY_RATE).number())


@lru_cache(maxsize=DAYS_KEPT)
def _the_relief(share: Decimal, duty: Decimal) -> Relief:
    """The same relief is the same object on all days, so that what is kept by it is found at once."""
    return Relief(Fraction(share), Fraction(duty))


def _refused(consignment: Consignment, notes: Notes) -> Assessment:
    nothing = Decimal("0.00")
    return _ASSESSMENT(
        regime=None,
        dutiable_value=consignment.value,
        duty=nothing,
        consumption_tax=nothing,
        vat=nothing,
        total=nothing,
        items=[],
        yearly=[],
        findings=notes.findings,
        policy=list(notes.rows),
    )


def _compare(declared: Decimal, assessed: Decimal, tolerance: Tolerance, notes: Notes) -> None:
    notes.use(tolerance.row)
    if declared != assessed and abs(declared - assessed) > max(tolerance.cny, tolerance.share * assessed):
        notes.findings.append(findings.other_tax(declared, assessed, tolerance.row))


@lru_cache(maxsize=DAYS_KEPT)
def _tolerance(policy: PolicyAtDate) -> Tolerance:
    row = policy.row(TOLERANCE)
    return Tolerance(row, _number(row, "cny"), _number(row, "share"))


def _number(row: Row, name: str) -> Decimal:
    value = row.table().get(name, 0)
    if not isinstance(value, Decimal | int):
        raise PolicyError(f"policy row {row.id}: {name} is {value}, it must be a number")
    return Decimal(value)
