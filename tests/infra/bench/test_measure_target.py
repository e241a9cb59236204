"""A target is kept or missed by the median."""

import pytest

from infra.bench.measure import Spread, Target


@pytest.mark.parametrize(
    ("sense", "limit", "met"),
    [("at most", 2.0, True), ("at most", 1.9, False), ("at least", 2.0, True), ("at least", 2.1, False)],
)
def test_the_median_decides(sense: str, limit: float, met: bool) -> None:
    target = Target.model_validate(
        {"name": "n", "reading": "r", "value": Spread.of([1, 2, 9]), "unit": "ratio", "sense": sense, "limit": limit}
    )
    assert target.met is met
