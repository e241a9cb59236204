"""The tax of declaration lists: ordinary ones the quick way, all others by the thorough rules.

A list is ordinary when it is within the limit of one purchase and each of its lines is taxed by its code, the unit of
its legal quantity and the mode alone. What the thorough rules say of these is kept for the day. Whatever else there is
(another regime, specific tax, a yearly quantity, anything to be told of a line) goes the thorough way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from functions.policy.pack import DAYS_KEPT, PolicyAtDate, PolicyError
from functions.tax.formulas import Levy, Relief, levy
from functions.tax.goods import Goods, consignment_of
from functions.tax.models import AssessListRequest, Assessment, Regime
from functions.tax.rounding import Exact
from functions.tax.rules import SINGLE_LIMIT, TaxedGoods, assess, regime_within_limit, relief_of, taxed, with_charges
from functions.tax.statutory import Notes, line_rates, rates_if, threshold_value
from functions.tax.tariff import TariffAtDate

_LINES_KEPT = 16384  # codes with their units, of the days that are kept
_DECLARED = itemgetter("gnum", "total_price", "gcode", "qty1", "unit1")


@dataclass(frozen=True, eq=False)
class Terms:
    """What holds for all lists of one day and mode within the limit of one purchase; `rows` are those that say so."""

    policy: PolicyAtDate
    tariff: TariffAtDate
    mode: str
    limit: Decimal
    relief: Relief
    limit_rows: Mapping[str, None]
    relief_rows: Mapping[str, None]


class OrdinaryLine(NamedTuple):
    """What is levied on goods of a code; `below` is levied on those whose value is less than the threshold.

    `threshold` is the value of one unit of the legal quantity, None where there is none.
    """

    rows: Mapping[str, None]
    levy: Levy
    threshold: Exact | None
    below: Levy

    def levied(self, value: Decimal, quantity: Decimal) -> Levy:
        """What is levied on a line of this dutiable value and legal quantity."""
        if self.threshold is None:
            return self.levy
        (number, parts), (amount, of_amount), (per, of_per) = (
            value.as_integer_ratio(),
            quantity.as_integer_ratio(),
            self.threshold,
        )
        return self.levy if number * of_amount * of_per >= amount * per * parts else self.below


def assess_list(request: AssessListRequest, policy: PolicyAtDate, tariff: TariffAtDate) -> Assessment:
    """The taxes of a declaration list, compared with what its order says.

    The limit of one purchase decides the regime here; the limit of the year is held by the ledger. Raises PolicyError
    when the policy says nothing on that day.
    """
    found = assess_ordinary(request, policy, tariff)
    return assess_thoroughly(request, policy, tariff) if found is None else found


def assess_thoroughly(request: AssessListRequest, policy: PolicyAtDate, tariff: TariffAtDate) -> Assessment:
    """As `assess_list`, for any list."""
    notes = Notes()
    consignment = consignment_of(request.declaration_list)
    regime = regime_within_limit(consignment, policy, notes)
    return assess(consignment, regime, policy, tariff, notes, declared_tax=request.declared_tax)


def assess_ordinary(request: AssessListRequest, policy: PolicyAtDate, tariff: TariffAtDate) -> Assessment | None:
    """As `assess_list`, for an ordinary list; None for another one."""
    declared = request.declaration_list
    head = declared.head
    if (terms := _terms(policy, tariff, head.trade_mode)) is None:
        return None
    lines = [_DECLARED(item.__dict__) for item in declared.items]
    prices, charges = [line[1] for line in lines], head.freight + head.insured_fee
    if sum(prices, charges) > terms.limit:
        return None
    values, levies, rows = with_charges(prices, charges), [], dict(terms.limit_rows)
    for (_, _, gcode, quantity, unit), value in zip(lines, values, strict=True):
        line = _line(terms, gcode, unit)
        if line is None or quantity <= 0:
            return None
        rows.update(line.rows)
        levies.append(line.levied(value, quantity))
    rows.update(terms.relief_rows)
    goods = TaxedGoods([line[0] for line in lines], values, levies, [None] * len(lines))
    return taxed(goods, Regime.CBEC, policy, Notes(rows=rows), request.declared_tax)


@lru_cache(maxsize=2 * DAYS_KEPT)
def _terms(policy: PolicyAtDate, tariff: TariffAtDate, mode: str) -> Terms | None:
    """None when the policy lacks a row: the thorough way says which."""
    notes = Notes()
    try:
        limit = policy.row(SINGLE_LIMIT)
        relief = relief_of(Regime.CBEC, policy, notes)
        return Terms(policy, tariff, mode, limit.number(), relief, {limit.id: None}, notes.rows)
    except PolicyError:
        return None


@lru_cache(maxsize=_LINES_KEPT)
def _line(terms: Terms, gcode: str, unit: str) -> OrdinaryLine | None:
    """What the thorough rules say of one unit of the goods; None when more has to be known of them, or to be told."""
    notes, goods = Notes(), Goods(1, Decimal(0), ((Decimal(1), unit),), gcode)
    row = terms.tariff.find(gcode)
    rates = line_rates(goods, row, terms.tariff.on, terms.mode, notes)
    if row is None or rates is None or rates.specific or row.yearly_goods:
        return None
    threshold = threshold_value(goods, rates.threshold, terms.policy, notes) if rates.threshold else None
    above, below = (rates_if(goods, rates, notes, taxed=taxed) for taxed in (True, False))
    if above is None or below is None or notes.findings:
        return None
    exact = None if threshold is None else threshold.as_integer_ratio()
    return OrdinaryLine(notes.rows, levy(above, terms.relief), exact, levy(below, terms.relief))
