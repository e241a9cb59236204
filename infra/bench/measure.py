"""Measuring: several functions in turn, some times over; what comes out is medians, spreads and ratios."""

import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Literal

from events.values import Value

REPEATS = 5
LEAST_SECONDS = 0.1
_MICROSECONDS = 1_000_000


class Spread(Value):
    """The median of the repeats, the least and the greatest of them."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: list[float], digits: int = 3) -> "Spread":
        """The spread of some values, rounded."""
        return cls(
            median=round(median(values), digits), least=round(min(values), digits), greatest=round(max(values), digits)
        )


class Target(Value):
    """One figure of a benchmark and what it should be: `value` in `unit` (`ratio` for a quotient), `limit` in the same.

    `reading` says in a few words what was measured, for a table.
    """

    name: str
    reading: str
    value: Spread
    unit: str
    sense: Literal["at most", "at least"]
    limit: float

    @property
    def met(self) -> bool:
        """Whether the median keeps the limit."""
        return self.value.median <= self.limit if self.sense == "at most" else self.value.median >= self.limit


class Ratio(Value):
    """How many times as long `ours` takes as `theirs` (microseconds of processor time)."""

    ours: Spread
    theirs: Spread
    ratio: Spread


def timed(
    functions: Mapping[str, Callable[[], object]], least_seconds: float = LEAST_SECONDS
) -> dict[str, list[float]]:
    """Microseconds of processor time per call, one value for each repeat.

    In every repeat all functions run one after the other, so that what slows the machine down meets all of them.
    """
    calls = {name: _calls_for(function, least_seconds) for name, function in functions.items()}
    found: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(REPEATS):
        for name, function in functions.items():
            found[name].append(_per_call(function, calls[name]) * _MICROSECONDS)
    return found


def ratio(ours: list[float], theirs: list[float]) -> Ratio:
    """The ratio repeat by repeat."""
    shares = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Ratio(ours=Spread.of(ours), theirs=Spread.of(theirs), ratio=Spread.of(shares))


def _calls_for(function: Callable[[], object], least_seconds: float) -> int:
    """How often to call so that one repeat lasts long enough; the first calls also warm caches."""
    calls = 1
    while (took := _per_call(function, calls) * calls) < least_seconds:
        calls = max(calls * 2, int(calls * least_seconds / max(took, 1e-6)))
    return calls


def _per_call(function: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        function()
    return (time.process_time() - start) / calls
