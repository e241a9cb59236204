"""What `sandan tax` reads: one consignment in JSON, every mistake in it with its field."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError, model_validator

from events.cloudevents import exact_json
from events.problems import InvalidInputError, Problem, problems_of
from events.values import Value
from functions.tax.goods import Quantity
from functions.tax.models import Regime
from functions.tax.personal import Sender

_UNITS = {
    "035": ("kg", "kilogram", "千克", "公斤"),
    "036": ("g", "gram", "克"),
    "070": ("t", "tonne", "吨"),
    "095": ("l", "litre", "liter", "升"),
    "096": ("ml", "millilitre", "milliliter", "毫升"),
    "020": ("piece", "pieces", "片"),
    "010": ("sheet", "sheets", "张"),
    "011": ("件",),
    "007": ("个",),
}
_CODES = {name: code for code, names in _UNITS.items() for name in names}

_EXAMPLE = '{"date":"2026-11-23","regime":"cbec","items":[{"gnum":1,"value":"425","vat_rate":"0.13"}]}'


def _unit(value: Any) -> Any:
    return _CODES.get(value.strip().lower(), value.strip()) if isinstance(value, str) else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


_Amount = Annotated[Decimal, Field(ge=0, max_digits=19, decimal_places=5)]
_Rate = Annotated[Decimal, Field(ge=0, le=10, decimal_places=10)]
_Share = Annotated[Decimal, Field(ge=0, lt=1, decimal_places=10)]
_Quantity = Annotated[Decimal, Field(gt=0, max_digits=19, decimal_places=5)]
_Unit = Annotated[str, BeforeValidator(_unit), Field(pattern=r"^\d{3}$")]


def _called(*names: str) -> Any:
    return Field(default=None, validation_alias=AliasChoices(*names))


class TaxItem(Value):
    """One line. Rates that it gives outright go before those of its gcode.

    `specific_rate` is CNY per unit of `quantity`. Units are customs codes (035) or words (kg, g, l, ml, piece).
    """

    gnum: Annotated[int, Field(ge=1)]
    value: _Amount | None = None
    price_with_tax: _Amount | None = None
    gcode: Annotated[str, Field(pattern=r"^(\d{8}|\d{10})$")] | None = None
    duty_rate: _Rate | None = None
    vat_rate: _Share | None = None
    consumption_rate: _Share | None = None
    specific_rate: _Amount | None = None
    threshold: str | None = None
    personal_rate: _Share | None = None
    personal_heading: Annotated[Literal["1", "2", "3"] | None, BeforeValidator(_text)] = None
    quantity: _Quantity | None = _called("quantity", "qty")
    unit: _Unit | None = None
    legal_quantity: _Quantity | None = _called("legal_quantity", "qty1")
    legal_unit: _Unit | None = _called("legal_unit", "unit1")
    second_quantity: _Quantity | None = _called("second_quantity", "qty2")
    second_unit: _Unit | None = _called("second_unit", "unit2")

    @model_validator(mode="after")
    def _can_be_used(self) -> "TaxItem":
        if (self.value is None) is (self.price_with_tax is None):
            raise ValueError("give either value (without tax) or price_with_tax, in CNY")
        if self.specific_rate and self.quantity is None:
            raise ValueError("specific_rate is CNY per unit: give quantity too")
        for quantity, unit in (("legal_quantity", "legal_unit"), ("second_quantity", "second_unit")):
            if (getattr(self, quantity) is None) is not (getattr(self, unit) is None):
                raise ValueError(f"{quantity} and {unit} go together: give both or none")
        return self

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The legal quantities first, then the declared one; a quantity without a unit says only how many pieces."""
        given = (
            (self.legal_quantity, self.legal_unit),
            (self.second_quantity, self.second_unit),
            (self.quantity, self.unit),
        )
        return tuple(Quantity(amount, unit) for amount, unit in given if amount is not None and unit is not None)


class TaxRequest(Value):
    """A consignment: `regime` as told, or with `assess` as the limits choose it from its value and `used_quota`.

    `mode` is 9610 or 1210 where the remarks of the positive list shall count; `sender` is where a parcel comes from.
    """

    date: date
    regime: Regime | None = None
    assess: bool = False
    used_quota: _Amount = Decimal(0)
    mode: Literal["9610", "1210"] | None = None
    sender: Sender = Sender.OTHER
    freight: _Amount = Decimal(0)
    insurance: _Amount = Decimal(0)
    items: Annotated[list[TaxItem], Field(min_length=1)]

    @model_validator(mode="after")
    def _can_be_used(self) -> "TaxRequest":
        if self.regime is None and not self.assess:
            raise ValueError('give regime (cbec, cbec-full or personal), or "assess": true to let the limits choose')
        numbers = Counter(item.gnum for item in self.items)
        twice = sorted(number for number, count in numbers.items() if count > 1)
        if twice:
            raise ValueError(f"gnum {', '.join(map(str, twice))} stands more than once: each line has its own")
        if self.freight + self.insurance and any(item.price_with_tax is not None for item in self.items):
            raise ValueError("price_with_tax holds everything: give freight and insurance only with value")
        if self.assess and any(item.price_with_tax is not None for item in self.items):
            raise ValueError("price_with_tax needs a regime: give regime instead of assess")
        return self

    @property
    def charges(self) -> Decimal:
        """Freight and insurance."""
        return self.freight + self.insurance

    @property
    def one_piece(self) -> bool:
        """Whether the whole is a single piece; a single line without a quantity is one."""
        return len(self.items) == 1 and self.items[0].quantity in {None, Decimal(1)}


def read_request(text: str) -> TaxRequest:
    """The request in a JSON text; numbers may be quoted or not, both are exact. Raises InvalidInputError."""
    try:
        content = exact_json(text)
    except InvalidInputError as error:
        raise InvalidInputError([_with_example(problem) for problem in error.problems]) from None
    try:
        return TaxRequest.model_validate(content)
    except ValidationError as error:
        raise InvalidInputError(problems_of(error)) from None


def _with_example(problem: Problem) -> Problem:
    return problem.model_copy(update={"message": f"{problem.message}; give for example {_EXAMPLE}"})
