"""The parts that need a whole stack, with as few orders as there can be; what they measure is no test of quickness."""

import pytest

from infra.bench import orders, steady
from infra.bench.own_time import STAGES

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _home(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))


def test_orders_and_the_floor_that_was_recorded_from_them() -> None:
    found = orders.run(2, 1)
    (target,) = found.targets
    assert target.value == found.share_of_floor
    assert found.share_of_floor.median == pytest.approx(
        found.whole.per_second.median / found.floor.per_second.median, rel=0.1
    )
    assert {"worker", "gateway", "dispatcher"} <= {name for name, spent in found.whole.processor.items() if spent}
    assert found.floor.processor["bare"] > 0
    assert found.floor.processor.get("gateway", 0) == 0
    assert found.bare.processor.get("worker", 0) < found.workflow.processor["worker"]
    assert found.requests["dynamodb TransactWriteItems"] >= 3
    assert found.requests["counterparties post"] >= 6


def test_every_stage_of_orders_at_a_steady_pace_is_timed() -> None:
    found = steady.run(minutes=0.05, rate=1)
    assert found.full.delivered == found.full.sent == 3
    assert {stage.stage for stage in found.full.stages} == set(STAGES)
    assert all(0 < stage.p50 <= stage.p99 <= stage.longest for stage in found.full.stages)
    parts = [stage.p99_in_parts for stage in found.full.stages]
    assert [part.greatest for part in parts] == [stage.longest for stage in found.full.stages]  # one order to a part
    assert all(0 < part.least <= part.median for part in parts)
