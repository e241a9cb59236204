"""The bill: steps of a volume, units, and what the all-remote design adds."""

from datetime import date
from decimal import Decimal

import pytest

from infra.bench.cost import Assumptions, Price, PriceList, bill, prices, run, total
from infra.bench.counts import all_remote
from infra.bench.measured_order import MEASURED


def stepped() -> PriceList:
    def price(usd: str, up_to: str | None, status: str = "published") -> Price:
        return Price.model_validate(
            {"item": "a", "unit": "million", "usd": usd, "up_to": up_to, "status": status, "source": "test"}
        )

    return PriceList(region="test", read_on=date(2026, 1, 5), prices=[price("50", "5"), price("45", "10")])


@pytest.mark.parametrize(("quantity", "usd"), [(0, 0), (1, 50), (5, 250), (7.5, 362.5), (10, 475)])
def test_each_step_of_a_volume_has_its_price(quantity: float, usd: float) -> None:
    assert stepped().usd("a", quantity) == Decimal(str(usd))


def test_a_volume_or_an_item_that_is_not_listed_is_told() -> None:
    with pytest.raises(ValueError, match="more than the price list has steps for"):
        stepped().usd("a", 11)
    with pytest.raises(KeyError, match=r"prices\.yaml"):
        stepped().usd("b", 1)


def test_eleven_actions_of_a_million_orders_cost_what_the_steps_say() -> None:
    counts = MEASURED.model_copy(update={"actions": 11})
    (line,) = [line for line in bill(counts, Assumptions(), prices()) if line.item == "temporal.actions"]
    assert line.usd == 5 * 50 + 5 * 45 + 1 * 40


def test_storage_is_bytes_times_hours_and_little_from_the_delivery_on() -> None:
    changes = {"living_bytes": 8_000, "resting_bytes": 2_000, "open_hours": 100, "delivery_hours": 10}
    counts = MEASURED.model_copy(update=changes)
    (line,) = [line for line in bill(counts, Assumptions(), prices()) if line.item == "temporal.active_storage"]
    assert line.quantity == pytest.approx(8 * 10 + 2 * 90)
    assert line.usd == pytest.approx(260 * 0.042)


def test_lambda_runs_as_long_as_it_reckons_and_waits() -> None:
    changes = {"gateway_cpu_seconds": 0.1, "dispatcher_cpu_seconds": 0.1}
    changes |= {"gateway_aws_calls": 10, "dispatcher_aws_calls": 10}
    assumed = Assumptions(wait_seconds=0.01, memory_gigabytes=0.5)
    lines = bill(MEASURED.model_copy(update=changes), assumed, prices())
    assert {line.item: line.quantity for line in lines}["lambda.duration"] == pytest.approx(0.4 * 0.5 * 1_000_000)


def test_the_all_remote_design_has_an_action_and_a_lambda_for_each_call() -> None:
    remote = all_remote(MEASURED, frame_bytes=100)
    assert remote.actions == MEASURED.actions - MEASURED.local_tasks + MEASURED.local_calls
    assert remote.history_bytes == MEASURED.history_bytes + 100 * MEASURED.local_calls
    assert remote.living_bytes == MEASURED.living_bytes + 100 * MEASURED.local_calls
    default, compared = (
        {line.item: line for line in bill(counts, Assumptions(), prices())} for counts in (MEASURED, remote)
    )
    more = compared["lambda.request"].quantity - default["lambda.request"].quantity
    assert more == pytest.approx(MEASURED.remote_calls + MEASURED.local_calls)
    assert compared["dynamodb.write_unit"] == default["dynamodb.write_unit"]


def test_the_run_sums_its_lines() -> None:
    found = run()
    assert found.targets[0].value.median == pytest.approx(total(found.default), abs=1)
    assert total(found.all_remote) > total(found.default)
    assert all(line.usd >= 0 for line in found.default)
