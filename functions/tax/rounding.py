"""Exact amounts and how they become amounts of money: rounding by policy, parts that add up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import NamedTuple

from functions.policy.pack import PolicyAtDate, PolicyError

ROUNDING = "tax.rounding"
CENT = Decimal("0.01")
_DAYS = 64


class Exact(NamedTuple):
    """An exact amount as two whole numbers, which need not be reduced: whole numbers are reckoned with much faster.

    The denominator is above 0.
    """

    numerator: int
    denominator: int


def _half_even(number: int, parts: int) -> int:
    whole, rest = divmod(number, parts)
    return whole + (2 * rest > parts or (2 * rest == parts and whole % 2))


_MODES: dict[str, Callable[[int, int], int]] = {
    "half-up": lambda number, parts: (2 * number + parts) // (2 * parts),
    "half-even": _half_even,
    "up": lambda number, parts: -(-number // parts),
    "down": lambda number, parts: number // parts,
}


@dataclass(frozen=True)
class Rounding:
    """How an exact amount, which is never negative, becomes money: to steps of `step` CNY."""

    mode: str
    step: Decimal
    row: str

    def __call__(self, exact: Fraction | Exact) -> Decimal:
        """The amount in whole steps."""
        step, of_steps = self.step.as_integer_ratio()
        return _MODES[self.mode](exact.numerator * of_steps, exact.denominator * step) * self.step


@lru_cache(maxsize=_DAYS)
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


def rounded_sum(amounts: Sequence[Fraction | Exact], rounding: Rounding) -> tuple[Decimal, list[Decimal]]:
    """The sum of exact amounts, rounded once, and the parts of it that fall to them (see `shares`)."""
    numbers, parts = _over_one_denominator(amounts)
    total = rounding(Exact(sum(numbers), parts))
    return total, _shared(total, numbers, rounding.step)


def shares(total: Decimal, weights: Sequence[Fraction | Exact], step: Decimal) -> list[Decimal]:
    """`total`, which is whole steps, shared out by weight in whole steps that add up to it exactly.

    Largest remainder: each share is rounded down, and the steps that are left go to the largest rests, of equal ones
    to the first. Weights that are all 0 count as equal.
    """
    return _shared(total, _over_one_denominator(weights)[0], step)


def _shared(total: Decimal, weights: Sequence[int], step: Decimal) -> list[Decimal]:
    if not total:
        return [0 * step] * len(weights)
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    steps = _steps(total, step)
    divided = [divmod(steps * weight, whole) for weight in weights]
    units = [share for share, _ in divided]
    left = steps - sum(units)
    if left:
        by_rest = sorted(range(len(divided)), key=lambda place: -abs(divided[place][1]))
        for place in by_rest[:left]:
            units[place] += 1
    return [number * step for number in units]


def _steps(total: Decimal, step: Decimal) -> int:
    number, parts = total.as_integer_ratio()
    step_number, step_parts = step.as_integer_ratio()
    return number * step_parts // (parts * step_number)


def _over_one_denominator(amounts: Sequence[Fraction | Exact]) -> tuple[list[int], int]:
    parts = lcm(*(amount.denominator for amount in amounts))
    return [amount.numerator * (parts // amount.denominator) for amount in amounts], parts
