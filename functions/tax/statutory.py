"""The statutory rates of a line: from its tariff code, with the threshold of consumption tax and the unit taxes."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from events.findings import Finding
from functions.policy.pack import PolicyAtDate, PolicyError, Row
from functions.tax import findings
from functions.tax.formulas import Rates
from functions.tax.goods import BONDED, Goods, LineRates, Quantity
from functions.tax.models import YearlyQuantity
from functions.tax.tariff import TariffAtDate, TariffRow
from functions.tax.units import Measure, in_base, measure_of

THRESHOLD, LITRE_KILOGRAMS = "tax.threshold.", "tax.litre_kilograms"


@dataclass
class Notes:
    """What comes up while a list is assessed: findings, and the ids of the rows that were used, in order."""

    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, None] = field(default_factory=dict)

    def use(self, row: Row | TariffRow) -> None:
        """Note a row; of the same row once."""
        self.rows[row.id] = None


def line_rates(goods: Goods, tariff: TariffAtDate, mode: str | None, notes: Notes) -> LineRates | None:
    """The rates given outright, or those of the tariff; None, with a finding, when the goods cannot come this way."""
    if goods.rates is not None:
        return goods.rates
    row = tariff.find(goods.gcode)
    if row is None:
        notes.findings.append(findings.unknown_code(goods, tariff.on))
        return None
    notes.use(row)
    if not row.listed:
        notes.findings.append(findings.not_listed(goods, row))
    elif row.bonded_only and mode not in {None, BONDED}:
        notes.findings.append(findings.bonded_only(goods, row))
    else:
        return LineRates.of(row)
    return None


def statutory(goods: Goods, rates: LineRates, value: Decimal, policy: PolicyAtDate, notes: Notes) -> Rates | None:
    """The rates that hold for a line of this dutiable value; None, with a finding, when a quantity is missing."""
    taxed = True
    if rates.threshold:
        reached = _reached(goods, rates.threshold, value, policy, notes)
        if reached is None:
            return None
        taxed = reached
    specific = Fraction(0)
    if taxed and rates.specific:
        quantity = goods.quantity_in(rates.specific_unit or "")
        if quantity is None:
            basis = "specific consumption tax: CNY per unit"
            notes.findings.append(findings.no_quantity(goods, str(rates.specific_unit), basis))
            return None
        specific = quantity * Fraction(rates.specific)
    consumption = Fraction(rates.consumption) if taxed else Fraction(0)
    return Rates(Fraction(rates.duty), consumption, specific, Fraction(rates.vat))


def yearly_quantity(goods: Goods, tariff: TariffAtDate, notes: Notes) -> YearlyQuantity | None:
    """What a line takes of a yearly quantity per person; None when there is none, or, with a finding, no such unit."""
    row = None if goods.rates else tariff.find(goods.gcode)
    if row is None or row.yearly_goods is None or row.yearly_unit is None or row.yearly_limit is None:
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


def _reached(goods: Goods, name: str, value: Decimal, policy: PolicyAtDate, notes: Notes) -> bool | None:
    row = policy.row(THRESHOLD + name)
    notes.use(row)
    legal = goods.quantities[0] if goods.quantities else None
    found = _threshold(row, legal, policy, notes) if legal and legal.amount > 0 else None
    if found is None:
        notes.findings.append(findings.no_quantity(goods, " / ".join(row.table()), row.basis))
        return None
    return Fraction(value) >= found


def _threshold(row: Row, legal: Quantity, policy: PolicyAtDate, notes: Notes) -> Fraction | None:
    """The price of the whole legal quantity at the threshold; a litre weighs what 公告2016-55 says."""
    measure = measure_of(legal.unit)
    per = row.table().get("piece" if measure is Measure.PIECES else "gram")
    if per is None:
        return None
    if isinstance(per, str):
        raise PolicyError(f"policy row {row.id}: {per} must be a number of CNY")
    quantity = in_base(legal.amount, legal.unit)
    if measure is Measure.VOLUME:
        litre = policy.row(LITRE_KILOGRAMS)
        notes.use(litre)
        quantity *= Fraction(litre.number())
    return quantity * Fraction(per)
