"""Exact amounts and how they become amounts of money: rounding by policy, parts that add up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm

from functions.policy.pack import DAYS_KEPT, PolicyAtDate, PolicyError

ROUNDING = "tax.rounding"
CENT = Decimal("0.01")


Exact = tuple[int, int]
"""Numerator and denominator, which is above 0, of an exact amount that need not be reduced: quicker than a Fraction."""


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

    def __call__(self, exact: Fraction) -> Decimal:
        """The amount in whole steps."""
        return self.steps(exact.as_integer_ratio()) * self.step

    def steps(self, exact: Exact) -> int:
        """How many steps the amount comes to."""
        number, parts = exact
        step, of_steps = self._ratio
        return _MODES[self.mode](number * of_steps, parts * step)

    @cached_property
    def nothing(self) -> Decimal:
        """No steps, with the digits that all sums have."""
        return 0 * self.step

    @cached_property
    def _ratio(self) -> Exact:
        return self.step.as_integer_ratio()


@lru_cache(maxsize=DAYS_KEPT)
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


def rounded_sum(amounts: Sequence[Exact], rounding: Rounding) -> tuple[Decimal, list[Decimal]]:
    """The sum of exact amounts, rounded once, and the parts of it that fall to them (see `shares`)."""
    numbers, parts = over_one_denominator(amounts)
    steps = rounding.steps((sum(numbers), parts))
    return steps * rounding.step, _shared(steps, numbers, rounding.step)


def shares(total: Decimal, weights: Sequence[Exact], step: Decimal) -> list[Decimal]:
    """`total`, which is whole steps, shared out by weight in whole steps that add up to it exactly.

    Largest remainder: each share is rounded down, and the steps that are left go to the largest rests, of equal ones
    to the first. Weights that are all 0 count as equal.
    """
    number, parts = total.as_integer_ratio()
    step_number, step_parts = step.as_integer_ratio()
    return _shared(number * step_parts // (parts * step_number), over_one_denominator(weights)[0], step)


def _shared(steps: int, weights: Sequence[int], step: Decimal) -> list[Decimal]:
    if not steps or len(weights) == 1:
        return [steps * step] * len(weights)
    whole = sum(weights)
    if not whole:
        weights, whole = [1] * len(weights), len(weights)
    units, rests = [], []
    for weight in weights:
        unit, rest = divmod(steps * weight, whole)
        units.append(unit)
        rests.append(abs(rest))
    if left := steps - sum(units):
        for place in _largest(rests, left):
            units[place] += 1
    return [number * step for number in units]


def _largest(rests: Sequence[int], count: int) -> Sequence[int]:
    """The places of the largest, of equal ones the first."""
    if count == 1:
        return (rests.index(max(rests)),)
    return sorted(range(len(rests)), key=rests.__getitem__, reverse=True)[:count]  # which leaves equal ones in order


def over_one_denominator(amounts: Sequence[Exact]) -> tuple[list[int], int]:
    """The numerators of amounts that are brought to one denominator, and this."""
    parts = lcm(*[own for _, own in amounts])
    return [number * (parts // own) for number, own in amounts], parts
