"""The benchmark of the rules measures different orders, and the whole way of each."""

from decimal import Decimal

from functions.policy.pack import default_pack
from functions.quota.rules import ANNUAL_LIMIT
from infra.bench.orders_in_bytes import ON, ONE_IN, orders_in_bytes
from infra.bench.rules import decide, run

ORDERS = 240


def test_the_orders_are_different_and_of_all_kinds() -> None:
    data = orders_in_bytes(ORDERS)
    assert len(set(data)) == ORDERS
    decisions = [decide(given) for given in data]
    rules = {finding.rule for decision in decisions for finding in decision.findings}
    assert {"M1", "M2", "M4", "M5", "M6", "M7", "M8", "T1", "T2", "L-MODE", "L-CURRENCY", "M10"} <= rules
    refused = sum(bool(decision.findings) for decision in decisions)
    assert ORDERS / ONE_IN <= refused < ORDERS / 2
    assert {len(decision.assessment.items) for decision in decisions} >= {1, 2, 3, 4, 5}


def test_the_decision_holds_match_tax_and_limits() -> None:
    decision = decide(orders_in_bytes(2)[1])
    assert decision.match.matched
    assert decision.assessment.total > 0
    assert decision.assessment.findings == decision.annual == []
    assert default_pack().at(ON).row(ANNUAL_LIMIT).number() > Decimal(12_000)


def test_a_small_run_gives_every_step_and_the_target() -> None:
    found = run(20)
    assert set(found.steps) == {"json.loads", "from_json", "read and validate", "match", "tax", "whole"}
    (target,) = found.targets
    assert (target.unit, target.sense, target.limit) == ("orders/s", "at least", 10_000)
    assert target.value.median > 0
    assert found.steps["whole"].median > found.steps["read and validate"].median
