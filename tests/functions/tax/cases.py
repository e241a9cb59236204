"""What the tests of the tax share: lists of one or more lines to be assessed."""

from datetime import date
from decimal import Decimal
from typing import Any

from events.ceb.declaration_list import DeclarationList
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest, Assessment
from tests import builders

TODAY = date(2026, 1, 5)
MILK, WINE, COSMETICS, RICE, WHISKY, BEER = (
    "1901101000",
    "2204210000",
    "3304990000",
    "1006302000",
    "2208300000",
    "2203000000",
)


def line(gnum: int, value: str, **changes: Any) -> dict[str, Any]:
    """A line of goods: one piece of milk powder of 1 kg unless told otherwise (Python names)."""
    given: dict[str, Any] = {
        "gnum": gnum,
        "gcode": MILK,
        "gname": "测试商品",
        "gmodel": "测试牌",
        "country": "601",
        "currency": builders.CNY,
        "qty": "1",
        "unit": "122",
        "qty1": "1",
        "unit1": "035",
        "price": value,
        "total_price": value,
    }
    return given | changes


def a_list(*lines: dict[str, Any], mode: str = "1210", **head: Any) -> DeclarationList:
    """A list of these lines, without freight unless told otherwise."""
    made = builders.declaration_list(mode, **({"freight": "0", "insured_fee": "0"} | head))
    items = [type(made.items[0])(**content) for content in lines]
    return made.model_copy(update={"items": items})


def assessed(declared: DeclarationList, on: date = TODAY, tax: str | None = None) -> Assessment:
    """The assessment of a list on a day, compared with a declared tax if one is given."""
    declared_tax = None if tax is None else Decimal(tax)
    return assess(AssessListRequest(on=on, declaration_list=declared, declared_tax=declared_tax))


def amounts(found: Assessment) -> tuple[str, str, str, str]:
    """Duty, consumption tax, VAT and total as texts."""
    return str(found.duty), str(found.consumption_tax), str(found.vat), str(found.total)
