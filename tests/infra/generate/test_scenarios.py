"""The mark in the order number."""

import pytest

from events.life import Stage
from infra.generate.scenarios import Mode, Scenario, order_number, scenario_of


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize("mode", Mode)
def test_every_counterparty_can_read_the_scenario_from_the_order_number(scenario: Scenario, mode: Mode) -> None:
    number = order_number(12345, 999_999, mode, scenario)
    assert scenario_of(number) is scenario
    assert len(number) <= 60  # orderNo of 202205


@pytest.mark.parametrize("number", ["", "SD20260105000001", "LYG9610-7-000001-XYZ", "X-7-000001-REL", "REL"])
def test_an_order_of_the_real_world_has_no_scenario(number: str) -> None:
    assert scenario_of(number) is None


def test_stories_that_go_wrong_end_elsewhere_than_closed() -> None:
    expected = {scenario: scenario.expected for scenario in Scenario if scenario.expected is not Stage.CLOSED}
    assert expected == {
        Scenario.PAYMENT_MISMATCH: Stage.EXPIRED,
        Scenario.PAYMENT_MISSING: Stage.EXPIRED,
        Scenario.INSPECTION_RETURN: Stage.SHIPPED_BACK,
        Scenario.DETENTION: Stage.DETAINED,
        Scenario.CANCELLATION: Stage.CANCELLED,
        Scenario.ANNUAL_LIMIT: Stage.EXPIRED,
        Scenario.RETURN: Stage.RETURNED,
        Scenario.RETURN_SILENCE: Stage.RETURNED,
        Scenario.EXCHANGE: Stage.RETURNED,
        Scenario.REFUND_DIES: Stage.RETURNED,
        Scenario.REFUND_REFUSED: Stage.RETURNED,
    }
