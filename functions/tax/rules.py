"""The assessment: the regime from the limits, exact taxes line by line, rounded once per tax kind per list."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from functions.policy.pack import DAYS_KEPT, PolicyAtDate, PolicyError, Row
from functions.quota.models import YearlyQuantity
from functions.quota.rules import together
from functions.tax import findings
from functions.tax.formulas import FULL_TAX, Rates, Relief, levy
from functions.tax.goods import Consignment, Goods, consignment_of
from functions.tax.models import AssessListRequest, Assessment, ItemTax, Regime
from functions.tax.rounding import CENT, ROUNDING, rounded_sum, rounding_of, shares
from functions.tax.statutory import Notes, line_rates, statutory, yearly_quantity
from functions.tax.tariff import TariffAtDate

SINGLE_LIMIT, SHARE, DUTY_RATE, TOLERANCE = (
    "quota.single_limit",
    "tax.cbec_share",
    "tax.cbec_duty_rate",
    "tax.tolerance",
)


class Priced(NamedTuple):
    """A line with its dutiable value and the rates that hold for it."""

    goods: Goods
    value: Decimal
    rates: Rates
    yearly: YearlyQuantity | None


def assess_list(request: AssessListRequest, policy: PolicyAtDate, tariff: TariffAtDate) -> Assessment:
    """The taxes of a declaration list, compared with what its order says.

    The limit of one purchase decides the regime here; the limit of the year is held by the ledger. Raises PolicyError
    when the policy says nothing on that day.
    """
    notes = Notes()
    consignment = consignment_of(request.declaration_list)
    regime = regime_within_limit(consignment, policy, notes)
    return assess(consignment, regime, policy, tariff, notes, declared_tax=request.declared_tax)


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
    rounding = rounding_of(policy)
    notes.use(policy.row(ROUNDING))
    taxed = [(levy(line.rates, relief), line.value.as_integer_ratio()) for line in lines]
    duty, duties = rounded_sum([each.duty.at(value) for each, value in taxed], rounding)
    consumption, consumptions = rounded_sum([each.consumption.at(value) for each, value in taxed], rounding)
    vat, vats = rounded_sum([each.vat.at(value) for each, value in taxed], rounding)
    total = duty + consumption + vat
    if declared_tax is not None:
        _compare(declared_tax, total, policy.row(TOLERANCE), notes)
    return Assessment(
        regime=regime,
        dutiable_value=sum((line.value for line in lines), Decimal(0)),
        duty=duty,
        consumption_tax=consumption,
        vat=vat,
        total=total,
        items=[_item(*line) for line in zip(lines, duties, consumptions, vats, strict=True)],
        yearly=together([line.yearly for line in lines if line.yearly]),
        findings=notes.findings,
        policy=list(notes.rows),
    )


def _item(line: Priced, duty: Decimal, consumption: Decimal, vat: Decimal) -> ItemTax:
    return ItemTax(
        gnum=line.goods.gnum,
        dutiable_value=line.value,
        duty=duty,
        consumption_tax=consumption,
        vat=vat,
        yearly=line.yearly,
    )


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
    """Prices with their shares of the charges: by value, in cents, or in finer digits where the charges have them."""
    charges = consignment.charges
    step = min(CENT, Decimal(1).scaleb(int(charges.normalize().as_tuple().exponent))) if charges else CENT
    parts = shares(charges, [line.price.as_integer_ratio() for line in consignment.goods], step)
    return [line.price + part for line, part in zip(consignment.goods, parts, strict=True)]


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
    return Assessment(
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


def _compare(declared: Decimal, assessed: Decimal, tolerance: Row, notes: Notes) -> None:
    notes.use(tolerance)
    allowed = max(_number(tolerance, "cny"), _number(tolerance, "share") * assessed)
    if abs(declared - assessed) > allowed:
        notes.findings.append(findings.other_tax(declared, assessed, tolerance))


def _number(row: Row, name: str) -> Decimal:
    value = row.table().get(name, 0)
    if not isinstance(value, Decimal | int):
        raise PolicyError(f"policy row {row.id}: {name} is {value}, it must be a number")
    return Decimal(value)
