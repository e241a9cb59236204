"""Units of quantity (customs codes, JGS-20): what can be turned into what, exactly."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Measure(StrEnum):
    """What a unit measures; everything that is neither weighed nor poured is counted in pieces."""

    MASS = "mass"
    VOLUME = "volume"
    PIECES = "pieces"


_GRAMS = {"036": Fraction(1), "035": Fraction(1000), "070": Fraction(1_000_000)}
_MILLILITRES = {"096": Fraction(1), "095": Fraction(1000)}
_BASE = _GRAMS | _MILLILITRES


def measure_of(unit: str) -> Measure:
    """Whether a unit is one of mass (036 g, 035 kg, 070 t) or of volume (096 ml, 095 l)."""
    return Measure.MASS if unit in _GRAMS else Measure.VOLUME if unit in _MILLILITRES else Measure.PIECES


def in_base(quantity: Decimal, unit: str) -> Fraction:
    """In grams, in millilitres, or in pieces."""
    return Fraction(quantity) * _BASE.get(unit, Fraction(1))


def converted(quantity: Decimal, unit: str, wanted: str) -> Fraction | None:
    """The quantity in another unit of the same measure; pieces only into the very same unit. None otherwise."""
    if unit == wanted:
        return Fraction(quantity)
    if Measure.PIECES in {measure_of(unit), measure_of(wanted)} or measure_of(unit) is not measure_of(wanted):
        return None
    return in_base(quantity, unit) / in_base(Decimal(1), wanted)
