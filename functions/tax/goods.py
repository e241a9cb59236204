"""What is taxed: lines of goods with their rates, from a declaration list or given outright."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from events.ceb.declaration_list import DeclarationList, ListItem
from functions.tax.tariff import ConsumptionKind, TariffRow
from functions.tax.units import converted

BONDED = "1210"


@dataclass(frozen=True)
class Quantity:
    """How much, in a customs unit."""

    amount: Decimal
    unit: str


@dataclass(frozen=True)
class LineRates:
    """Statutory rates of a line; `specific` is CNY per `specific_unit`, `threshold` the policy table that frees it."""

    duty: Decimal
    vat: Decimal
    consumption: Decimal = Decimal(0)
    specific: Decimal = Decimal(0)
    specific_unit: str | None = None
    threshold: str | None = None

    @classmethod
    def of(cls, row: TariffRow) -> "LineRates":
        """The rates of a tariff row."""
        return cls(
            row.duty, row.vat, row.consumption_rate, row.consumption_specific, row.consumption_unit, row.threshold
        )

    @property
    def kind(self) -> ConsumptionKind:
        """How the consumption tax is levied."""
        if self.specific:
            return ConsumptionKind.COMPOUND if self.consumption else ConsumptionKind.SPECIFIC
        return ConsumptionKind.AD_VALOREM if self.consumption else ConsumptionKind.NONE


@dataclass(frozen=True)
class Goods:
    """One line; `price` is its total in CNY without freight and insurance, the first quantity the legal one.

    `rates` are given outright, or None where the tariff code decides.
    """

    gnum: int
    price: Decimal
    quantities: tuple[Quantity, ...]
    gcode: str = ""
    rates: LineRates | None = None

    def quantity_in(self, unit: str) -> Fraction | None:
        """The line's quantity in a unit, from the first that can be turned into it; None when none can."""
        found = (converted(quantity.amount, quantity.unit, unit) for quantity in self.quantities)
        return next((quantity for quantity in found if quantity is not None), None)


@dataclass(frozen=True)
class Consignment:
    """Everything of one list: `charges` are freight and insurance in CNY.

    `one_piece`: the whole is a single piece, which is taken for indivisible. `mode` is the supervision mode, None
    where it is not known.
    """

    goods: tuple[Goods, ...]
    charges: Decimal
    one_piece: bool
    mode: str | None = None

    @property
    def value(self) -> Decimal:
        """The dutiable value: the actual price with freight and insurance (财关税〔2016〕18号)."""
        return sum((line.price for line in self.goods), self.charges)


def consignment_of(declared: DeclarationList) -> Consignment:
    """What a declaration list declares."""
    head = declared.head
    return Consignment(
        goods=tuple(_goods(item) for item in declared.items),
        charges=head.freight + head.insured_fee,
        one_piece=_is_one_piece(declared.items),
        mode=head.trade_mode,
    )


def _is_one_piece(items: Sequence[ListItem]) -> bool:
    return len(items) == 1 and items[0].qty == 1


def _goods(item: ListItem) -> Goods:
    legal = [Quantity(item.qty1, item.unit1)]
    if item.qty2 is not None and item.unit2 is not None:
        legal.append(Quantity(item.qty2, item.unit2))
    return Goods(
        gnum=item.gnum,
        price=item.total_price,
        quantities=(*legal, Quantity(item.qty, item.unit)),
        gcode=item.gcode,
    )
