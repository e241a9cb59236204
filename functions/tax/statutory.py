"""The statutory rates of a line: from its tariff code, with the threshold of consumption tax and the unit taxes."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from events.findings import Finding
from functions.policy.pack import PolicyAtDate, PolicyError, Row
from functions.quota.models import YearlyQuantity
from functions.tax import findings
from functions.tax.formulas import Rates
from functions.tax.goods import BONDED, Goods
from functions.tax.rounding import Exact
from functions.tax.tariff import LineRates, TariffRow
from functions.tax.units import Measure, in_base, measure_of

_THRESHOLDS, _SPECIFIC = 1024, 1024
THRESHOLD, LITRE_KILOGRAMS = "tax.threshold.", "tax.litre_kilograms"


@dataclass
class Notes:
    """What comes up while a list is assessed: findings, and the ids of the rows that were used, in order."""

    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, None] = field(default_factory=dict)

    def use(self, row: Row | TariffRow) -> None:
        """Note a row; of the same row once."""
        self.rows[row.id] = None


def line_rates(goods: Goods, row: TariffRow | None, on: date, mode: str | None, notes: Notes) -> LineRates | None:
    """The rates given outright, or those of the tariff's row of that day.

    None, with a finding, when the goods cannot come this way.
    """
    if goods.rates is not None:
        return goods.rates
    if row is None:
        notes.findings.append(findings.unknown_code(goods, on))
        return None
    notes.use(row)
    if not row.listed:
        notes.findings.append(findings.not_listed(goods, row))
    elif row.bonded_only and mode not in {None, BONDED}:
        notes.findings.append(findings.bonded_only(goods, row))
    else:
        return row.rates
    return None


def statutory(goods: Goods, rates: LineRates, value: Decimal, policy: PolicyAtDate, notes: Notes) -> Rates | None:
    """The rates that hold for a line of this dutiable value; None, with a finding, when a quantity is missing."""
    if not rates.threshold and not rates.specific:
        return rates.by_value
    taxed = True
    if rates.threshold:
        at_threshold = _threshold(goods, rates.threshold, policy, notes)
        if at_threshold is None:
            return None
        (number, parts), (least, of_least) = value.as_integer_ratio(), at_threshold
        taxed = number * of_least >= least * parts
    return rates_if(goods, rates, notes, taxed=taxed)


def rates_if(goods: Goods, rates: LineRates, notes: Notes, *, taxed: bool) -> Rates | None:
    """The rates with consumption tax or without; None, with a finding, when the quantity of a unit tax is missing."""
    if not taxed:
        return rates.free_of_consumption_tax
    if not rates.specific:
        return rates.by_value
    quantity = goods.quantity_in(rates.specific_unit or "")
    if quantity is None:
        basis = "specific consumption tax: CNY per unit"
        notes.findings.append(findings.no_quantity(goods, str(rates.specific_unit), basis))
        return None
    return _with_specific(rates.by_value, quantity * Fraction(rates.specific))


@lru_cache(maxsize=_SPECIFIC)
def _with_specific(rates: Rates, specific: Fraction) -> Rates:
    """The same rates are the same object, so that what is kept by them is found."""
    return replace(rates, specific=specific)


def threshold_value(goods: Goods, name: str, policy: PolicyAtDate, notes: Notes) -> Fraction | None:
    """The dutiable value of a line from which consumption tax is levied, by its legal quantity.

    None, with a finding, when the legal quantity or its unit says nothing to the threshold. A litre weighs what
    公告2016-55 says.
    """
    exact = _threshold(goods, name, policy, notes)
    return None if exact is None else Fraction(*exact)


def _threshold(goods: Goods, name: str, policy: PolicyAtDate, notes: Notes) -> Exact | None:
    row = policy.row(THRESHOLD + name)
    notes.use(row)
    amount, unit = goods.quantities[0] if goods.quantities else (Decimal(), "")
    of_one = _threshold_of_one(name, unit, policy) if amount > 0 else None
    if of_one is None:
        notes.findings.append(findings.no_quantity(goods, " / ".join(row.table()), row.basis))
        return None
    if measure_of(unit) is Measure.VOLUME:
        notes.use(policy.row(LITRE_KILOGRAMS))
    (number, parts), (per, of_per) = amount.as_integer_ratio(), of_one
    return number * per, parts * of_per


@lru_cache(maxsize=_THRESHOLDS)
def _threshold_of_one(name: str, unit: str, policy: PolicyAtDate) -> Exact | None:
    """The threshold of one unit of the legal quantity; None where the row has none for what the unit measures."""
    row = policy.row(THRESHOLD + name)
    measure = measure_of(unit)
    per = row.table().get("piece" if measure is Measure.PIECES else "gram")
    if per is None:
        return None
    if isinstance(per, str):
        raise PolicyError(f"policy row {row.id}: {per} must be a number of CNY")
    litre = policy.row(LITRE_KILOGRAMS).number() if measure is Measure.VOLUME else 1
    return (in_base(Decimal(1), unit) * Fraction(litre) * Fraction(per)).as_integer_ratio()


def yearly_quantity(goods: Goods, row: TariffRow, notes: Notes) -> YearlyQuantity | None:
    """What a line takes of a yearly quantity per person; None when there is none, or, with a finding, no such unit."""
    if row.yearly_goods is None or row.yearly_unit is None or row.yearly_limit is None:
        return None
    quantity = goods.quantity_in(row.yearly_unit)
    if quantity is None:
        notes.findings.append(findings.no_quantity(goods, row.yearly_unit, f"{row.id} ({row.basis})"))
        return None
    return YearlyQuantity(
        goods=row.yearly_goods,
        unit=row.yearly_unit,
        quantity=Decimal(quantity.numerator) / quantity.denominator,  # units differ by powers of ten: exact
        limit=row.yearly_limit,
        basis=row.basis,
    )
