"""Measuring: medians, spreads and ratios; no test here depends on how quick the machine is."""

import pytest

from infra.bench import measure
from infra.bench.measure import REPEATS, Spread, ratio, timed


def test_a_spread_is_median_least_and_greatest() -> None:
    assert Spread.of([3.0, 1.0, 2.0, 9.0, 2.5]) == Spread(median=2.5, least=1.0, greatest=9.0)


def test_ratios_are_taken_repeat_by_repeat() -> None:
    """A repeat in which the machine was slow is slow on both sides."""
    found = ratio([2.0, 20.0, 2.0], [1.0, 10.0, 2.0])
    assert found.ratio == Spread(median=2.0, least=1.0, greatest=2.0)


def test_all_functions_run_in_each_repeat_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(measure, "_calls_for", lambda *_: 1)
    found = timed({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 0.0)
    assert calls == ["a", "b"] * REPEATS
    assert {name: len(values) for name, values in found.items()} == {"a": REPEATS, "b": REPEATS}


@pytest.mark.parametrize("per_call", [1e-6, 1e-3, 1.0])
def test_a_repeat_lasts_long_enough_however_quick_the_function(
    per_call: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "_per_call", lambda _function, _calls: per_call)
    calls = measure._calls_for(lambda: None, 0.1)
    assert 0.1 <= calls * per_call <= max(0.4, per_call)
