"""What is taxed: lines of goods with their rates, from a declaration list or given outright."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from events.ceb.declaration_list import DeclarationList, ListItem
from functions.tax.tariff import LineRates
from functions.tax.units import converted

BONDED = "1210"
_DECLARED = itemgetter("gnum", "total_price", "gcode", "qty1", "unit1", "qty2", "unit2", "qty", "unit")


class Quantity(NamedTuple):
    """How much, in a customs unit."""

    amount: Decimal
    unit: str


class Goods(NamedTuple):
    """One line; `price` is its total in CNY without freight and insurance, the first quantity the legal one.

    `rates` are given outright, or None where the tariff code decides.
    """

    gnum: int
    price: Decimal
    quantities: Sequence[Quantity | tuple[Decimal, str]]
    gcode: str = ""
    rates: LineRates | None = None

    def quantity_in(self, unit: str) -> Fraction | None:
        """The line's quantity in a unit, from the first that can be turned into it; None when none can."""
        found = (converted(amount, own, unit) for amount, own in self.quantities)
        return next((quantity for quantity in found if quantity is not None), None)


class Consignment(NamedTuple):
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
        return sum([line.price for line in self.goods], self.charges)


def consignment_of(declared: DeclarationList) -> Consignment:
    """What a declaration list declares."""
    head = declared.head
    return Consignment(
        goods=tuple(map(_goods, declared.items)),
        charges=head.freight + head.insured_fee,
        one_piece=_is_one_piece(declared.items),
        mode=head.trade_mode,
    )


def _is_one_piece(items: Sequence[ListItem]) -> bool:
    return len(items) == 1 and items[0].qty == 1


def _goods(item: ListItem) -> Goods:
    gnum, price, gcode, qty1, unit1, qty2, unit2, qty, unit = _DECLARED(item.__dict__)
    second = () if qty2 is None or unit2 is None else ((qty2, unit2),)
    return Goods(gnum, price, ((qty1, unit1), *second, (qty, unit)), gcode)
