"""The tariff as dated data: rates, thresholds and the remarks of the positive list, by tariff code and day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain, groupby, pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from events.problems import InvalidInputError, Problem
from events.values import Value
from functions.policy.pack import DAYS_KEPT
from functions.tax.formulas import Rates

CODE_LENGTHS = (10, 8)
_RATES = 4096  # more than a tariff has different rates
_SHARE = Annotated[Decimal, Field(ge=0, lt=1, decimal_places=10)]
_RATE = Annotated[Decimal, Field(ge=0, le=10, decimal_places=10)]  # duty rates above 100 % exist
_UNIT = Annotated[str, Field(pattern=r"^\d{3}$")]


class ConsumptionKind(StrEnum):
    """How consumption tax is levied: not at all, on the price, on the quantity, or on both."""

    NONE = "none"
    AD_VALOREM = "ad-valorem"
    SPECIFIC = "specific"
    COMPOUND = "compound"


@dataclass(frozen=True)
class LineRates:
    """Statutory rates of a line; `specific` is CNY per `specific_unit`, `threshold` the policy table that frees it."""

    duty: Decimal
    vat: Decimal
    consumption: Decimal = Decimal(0)
    specific: Decimal = Decimal(0)
    specific_unit: str | None = None
    threshold: str | None = None

    @property
    def kind(self) -> ConsumptionKind:
        """How the consumption tax is levied."""
        if self.specific:
            return ConsumptionKind.COMPOUND if self.consumption else ConsumptionKind.SPECIFIC
        return ConsumptionKind.AD_VALOREM if self.consumption else ConsumptionKind.NONE

    @cached_property
    def by_value(self) -> Rates:
        """The rates as exact shares, without what is levied by the quantity."""
        return _by_value(self.duty, self.consumption, self.vat)

    @cached_property
    def free_of_consumption_tax(self) -> Rates:
        """The rates below the threshold."""
        return _by_value(self.duty, Decimal(0), self.vat)


@lru_cache(maxsize=_RATES)
def _by_value(duty: Decimal, consumption: Decimal, vat: Decimal) -> Rates:
    """The same rates are the same object for all codes, so that what is kept by them is found at once."""
    return Rates(Fraction(duty), Fraction(consumption), Fraction(0), Fraction(vat))


class TariffRow(Value):
    """The rates of one tariff code for a time; `effective_to` is inclusive, None means until further notice.

    Rates are shares of 1; `consumption_specific` is CNY per `consumption_unit` (customs code). `threshold` names the
    policy table tax.threshold.* below which no consumption tax is levied. `listed`, `bonded_only` and `yearly_*` are
    what the positive list says: on it at all, "仅限网购保税商品", and the quantity of `yearly_goods` per person and
    year. `personal_heading` is the tariff heading of personal articles. `basis` is the regulation, or "setting: …".
    """

    code: Annotated[str, Field(pattern=r"^(\d{8}|\d{10})$")]
    name: Annotated[str, Field(min_length=1)]
    duty: _RATE
    vat: _SHARE
    consumption_kind: ConsumptionKind = ConsumptionKind.NONE
    consumption_rate: _SHARE = Decimal(0)
    consumption_specific: Annotated[Decimal, Field(ge=0, max_digits=19, decimal_places=5)] = Decimal(0)
    consumption_unit: _UNIT | None = None
    threshold: str | None = None
    listed: bool
    bonded_only: bool = False
    yearly_goods: str | None = None
    yearly_limit: Annotated[Decimal, Field(gt=0, max_digits=19, decimal_places=5)] | None = None
    yearly_unit: _UNIT | None = None
    personal_heading: Literal["1", "2", "3"] | None = None
    effective_from: date
    effective_to: date | None = None
    basis: Annotated[str, Field(min_length=1)]
    note: str = ""

    @cached_property
    def id(self) -> str:
        """What a decision names the row by."""
        return f"tariff.{self.code}-{self.effective_from}"

    @cached_property
    def rates(self) -> LineRates:
        """Its rates as those of a line of goods."""
        return LineRates(
            self.duty,
            self.vat,
            self.consumption_rate,
            self.consumption_specific,
            self.consumption_unit,
            self.threshold,
        )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "TariffRow":
        kind = self.consumption_kind
        if (self.consumption_rate > 0) is not (kind in {ConsumptionKind.AD_VALOREM, ConsumptionKind.COMPOUND}):
            raise ValueError(f"consumption_rate {self.consumption_rate} does not go with consumption_kind {kind}")
        has_specific = self.consumption_specific > 0 and self.consumption_unit is not None
        if has_specific is not (kind in {ConsumptionKind.SPECIFIC, ConsumptionKind.COMPOUND}):
            raise ValueError(f"consumption_specific and consumption_unit do not go with consumption_kind {kind}")
        yearly = (self.yearly_goods, self.yearly_limit, self.yearly_unit)
        if any(part is not None for part in yearly) and None in yearly:
            raise ValueError("yearly_goods, yearly_limit and yearly_unit go together: give all three or none")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError(f"effective_to {self.effective_to} is before effective_from {self.effective_from}")
        return self

    def covers(self, on: date) -> bool:
        """Whether the row is in effect on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, eq=False)
class TariffAtDate:
    """The tariff of one day: the rows in effect by their codes; equal to nothing but itself."""

    on: date
    rows: Mapping[str, TariffRow]

    def find(self, gcode: str) -> TariffRow | None:
        """The row of the longest code that the goods code begins with: ten digits, then eight."""
        for length in CODE_LENGTHS:
            if (row := self.rows.get(gcode[:length])) is not None:
                return row
        return None


class Tariff:
    """Rows without overlaps or gaps within a code. Raises InvalidInputError naming the rows that break this."""

    def __init__(self, rows: Iterable[TariffRow]) -> None:
        self._rows: dict[str, list[TariffRow]] = {}
        for row in rows:
            self._rows.setdefault(row.code, []).append(row)
        if problems := neighbours_problems([(None, row) for row in self]):
            raise InvalidInputError(problems)

    def at(self, on: date) -> TariffAtDate:
        """The tariff of a day."""
        return _at(self, on)

    def __iter__(self) -> Iterator[TariffRow]:
        return chain.from_iterable(self._rows.values())


@lru_cache(maxsize=DAYS_KEPT)
def _at(tariff: Tariff, on: date) -> TariffAtDate:
    return TariffAtDate(on, {row.code: row for row in tariff if row.covers(on)})


def neighbours_problems(rows: Sequence[tuple[int | None, TariffRow]]) -> list[Problem]:
    """What is wrong between the rows of a code, each with the line that it stands in, where it came from a file."""
    found = []
    ordered = sorted(rows, key=lambda pair: (pair[1].code, pair[1].effective_from))
    for _, same_code in groupby(ordered, key=lambda pair: pair[1].code):
        for (_, earlier), (line, later) in pairwise(same_code):
            if words := _between(earlier, later):
                found.append(
                    Problem(
                        path="/effective_from",
                        rule="periods",
                        value=str(later.effective_from),
                        message=f"of {later.code} {words}",
                        line=line,
                    )
                )
    return found


def _between(earlier: TariffRow, later: TariffRow) -> str | None:
    end = earlier.effective_to
    if end is None or end >= later.effective_from:
        return f"overlaps {earlier.id}: end that row on the day before {later.effective_from}"
    if end + timedelta(days=1) != later.effective_from:
        return f"leaves a gap after {earlier.id}, which ends on {end}: rows of a code must follow each other"
    return None
