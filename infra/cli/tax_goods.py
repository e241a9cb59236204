"""The lines of a `sandan tax` request as goods: rates given outright, from the tariff, or from a price with tax."""

from dataclasses import dataclass, replace
from decimal import Decimal

from events.problems import InvalidInputError, Problem
from functions.policy.pack import PolicyAtDate
from functions.tax.formulas import Relief
from functions.tax.goods import Goods, Quantity
from functions.tax.reverse import price_from
from functions.tax.statutory import Notes
from functions.tax.tariff import LineRates, TariffAtDate
from infra.cli.tax_request import TaxItem, TaxRequest

_PIECE = "007"


@dataclass(frozen=True)
class Books:
    """The policy and the tariff of the day."""

    policy: PolicyAtDate
    tariff: TariffAtDate


def goods_of(request: TaxRequest, books: Books, notes: Notes, relief: Relief | None) -> tuple[Goods, ...]:
    """Every line; prices with tax are turned into prices by the relief. Raises InvalidInputError naming the field."""
    return tuple(_line(place, item, books, notes, relief) for place, item in enumerate(request.items, 1))


def wrong_item(place: int, field: str, rule: str, value: object, message: str) -> InvalidInputError:
    """A mistake in one field of one line."""
    given = None if value is None else str(value)
    return InvalidInputError([Problem(path=f"/items[{place}]/{field}", rule=rule, value=given, message=message)])


def _line(place: int, item: TaxItem, books: Books, notes: Notes, relief: Relief | None) -> Goods:
    quantities = item.quantities
    if item.quantity is not None and item.unit is None:
        quantities = (*quantities, Quantity(item.quantity, _PIECE)) if item.specific_rate else quantities
    line = Goods(
        gnum=item.gnum,
        price=item.value if item.value is not None else Decimal(0),
        quantities=quantities,
        gcode=item.gcode or "",
        rates=_outright(place, item, books, notes),
    )
    if item.price_with_tax is None or relief is None:
        return line
    return line._replace(price=_without_tax(place, item.price_with_tax, line, relief, books))


def _outright(place: int, item: TaxItem, books: Books, notes: Notes) -> LineRates | None:
    """The rates that the line gives, on top of those of its code; None where the code alone decides."""
    given = {
        "duty": item.duty_rate,
        "vat": item.vat_rate,
        "consumption": item.consumption_rate,
        "specific": item.specific_rate,
        "threshold": item.threshold,
    }
    if item.gcode and all(value is None for value in given.values()):
        return None
    row = books.tariff.find(item.gcode) if item.gcode else None
    if row is not None:
        notes.use(row)
    elif item.vat_rate is None:
        message = "is required: give the statutory rate, such as 0.13, or a gcode whose rates the tariff has"
        raise wrong_item(place, "vat_rate", "required", None, message)
    base = row.rates if row else LineRates(duty=Decimal(0), vat=Decimal(0))
    if item.consumption_rate is not None:
        base = replace(base, threshold=None)
    if item.specific_rate is not None:
        base = replace(base, specific_unit=item.unit or _PIECE)
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(base, **changes)  # type: ignore[arg-type]


def _without_tax(place: int, price_with_tax: Decimal, line: Goods, relief: Relief, books: Books) -> Decimal:
    row = books.tariff.find(line.gcode)
    rates = line.rates or (row.rates if row else None)
    if rates is None:
        return price_with_tax  # the assessment will say that the tariff has no such code
    notes = Notes()
    price = price_from(price_with_tax, line, rates, relief, books.policy, notes=notes)
    if price is None and not notes.findings:
        message = (
            "is the price with tax of no value: the tax on the quantity alone is more, or it lies in the step that "
            "consumption tax makes at its threshold; give value instead"
        )
        raise wrong_item(place, "price_with_tax", "price", price_with_tax, message)
    return price_with_tax if price is None else price
