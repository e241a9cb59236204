"""Exact amounts and how they become amounts of money: rounding by policy, parts that add up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from functions.policy.pack import PolicyAtDate, PolicyError

ROUNDING = "tax.rounding"
CENT = Decimal("0.01")

_MODES: dict[str, Callable[[Fraction], int]] = {
    "half-up": lambda units: floor(units + Fraction(1, 2)),
    "half-even": round,
    "up": ceil,
    "down": floor,
}


@dataclass(frozen=True)
class Rounding:
    """How an exact amount, which is never negative, becomes money: to steps of `step` CNY."""

    mode: str
    step: Decimal
    row: str

    def __call__(self, exact: Fraction) -> Decimal:
        """The amount in whole steps."""
        return _MODES[self.mode](exact / Fraction(self.step)) * self.step


def rounding_of(policy: PolicyAtDate) -> Rounding:
    """The rounding in effect. Raises PolicyError when its row has no known mode or no step that divides 1 CNY."""
    row = policy.row(ROUNDING)
    table = row.table()
    mode, step = table.get("mode"), table.get("step")
    if mode not in _MODES:
        raise PolicyError(f"policy row {row.id}: mode is {mode}, it must be one of {', '.join(_MODES)}")
    if not isinstance(step, Decimal | int) or step <= 0 or 1 % Fraction(step):
        raise PolicyError(f'policy row {row.id}: step is {step}, it must be a part of 1 CNY such as "0.01"')
    return Rounding(str(mode), Decimal(step), row.id)


def shares(total: Decimal, weights: Sequence[Fraction], step: Decimal) -> list[Decimal]:
    """`total`, which is whole steps, shared out by weight in whole steps that add up to it exactly.

    Largest remainder: each share is rounded down, and the steps that are left go to the largest rests, of equal ones
    to the first. Weights that are all 0 count as equal.
    """
    whole = sum(weights, Fraction(0))
    parts = list(weights) if whole else [Fraction(1)] * len(weights)
    exact = [Fraction(total) / Fraction(step) * part / (whole or len(parts)) for part in parts]
    units = [floor(part) for part in exact]
    left = int(Fraction(total) / Fraction(step)) - sum(units)
    by_rest = sorted(range(len(parts)), key=lambda place: units[place] - exact[place])
    for place in by_rest[:left]:
        units[place] += 1
    return [number * step for number in units]
