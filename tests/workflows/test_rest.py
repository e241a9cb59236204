"""A delivered order continues in a new run, with everything it knows and a short history."""

import asyncio
from collections import Counter

import pytest
from temporalio.client import WorkflowHistory

from events.life import ImportOrderStart, OrderSnapshot, Stage
from functions.dispatch import search_attributes as attributes
from functions.dossier import rules, store
from functions.dossier.handler import opened
from infra.actions import count_actions
from tests.workflows.life import LIMITS, MINUTE, WINDOW, Life, stages
from tests.workflows.return_life import Returns

ALARM = LIMITS.silence + MINUTE


async def released_and_delivered_at_once(life: Life) -> OrderSnapshot:
    """Delivered before customs says that it is released: one task knows both."""
    await life.send_all()
    await life.until_sent(1)
    await life.deliver()
    await life.customs_says("2", "3", "120", "800")
    return await life.until(Stage.DELIVERED)


def actions(runs: list[WorkflowHistory]) -> Counter[str]:
    return sum((count_actions(run.events) for run in runs), Counter())


async def test_the_next_run_knows_what_the_first_one_did(life: Life) -> None:
    """It begins when the one alarm rings that every order has."""
    before = await released_and_delivered_at_once(life)
    assert len(await life.runs()) == 1
    await life.forward(ALARM)
    first, resting = await life.until_it_rests()
    assert len(resting.events) < len(first.events) / 3
    assert sum(event.ByteSize() for event in resting.events) < sum(event.ByteSize() for event in first.events) / 2
    after = await life.snapshot()
    assert after == before
    assert stages(after) == [Stage.COLLECTING, Stage.MATCHED, Stage.DECLARED, Stage.RELEASED, Stage.DELIVERED]


async def test_it_costs_one_action_more_and_the_search_finds_it_as_before(life: Life) -> None:
    await released_and_delivered_at_once(life)
    shown = (await life.handle.describe()).typed_search_attributes
    before = actions(await life.runs())
    await life.forward(ALARM)
    runs = await life.until_it_rests()
    assert actions(runs) - before == Counter(start=1)
    assert (await life.handle.describe()).typed_search_attributes == shown
    assert shown[attributes.STAGE] == Stage.DELIVERED


async def test_one_that_is_delivered_later_goes_on_when_that_is_told(life: Life) -> None:
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await life.forward(ALARM)
    assert len(await life.runs()) == 1
    await life.deliver()
    first, _ = await life.until_it_rests()
    await life.until(Stage.DELIVERED)
    await life.tax_bill()
    await life.forward(WINDOW)
    await life.tax_paid()
    result = await life.result()
    assert result.stage is Stage.CLOSED
    assert sum(event.ByteSize() for event in first.events) > 10_000
    # and the dossier is whole
    dossier = store.get_dossier(life.key)
    rules.verify(dossier)
    assert dossier.head == result.head
    kinds = [entry.kind for entry in opened(dossier)]
    assert kinds[0] == "decision"
    assert {"order", "payment", "waybill", "list", "list-receipt", "matching", "waybill-status", "tax-bill"} <= {*kinds}
    assert len(await life.runs()) == 2


async def test_an_order_without_tax_closes_at_the_end_of_the_window(returns: Returns) -> None:
    await returns.release_untaxed()
    await returns.life.until_it_rests()
    await returns.life.forward(WINDOW)
    assert (await returns.life.result()).stage is Stage.CLOSED


@pytest.mark.parametrize("asked", range(4))
async def test_what_is_told_at_the_same_moment_is_not_lost(life: Life, asked: int) -> None:
    """Questions make Temporal end a task where local activities have run, so that another begins in between."""
    await life.send_all()
    await life.until_sent(1)
    await life.customs_says("800")
    await life.until(Stage.RELEASED)
    await asyncio.gather(
        life.deliver(), *(life.snapshot() for _ in range(asked)), life.tax_bill(), *(life.snapshot() for _ in range(3))
    )
    await life.tax_paid()
    await life.until(Stage.DELIVERED)
    await life.forward(WINDOW)
    assert (await life.result()).stage is Stage.CLOSED


async def test_a_return_is_asked_of_the_run_that_rests(returns: Returns) -> None:
    await returns.release()
    await returns.life.until_it_rests()
    await returns.ask((1, "1"))
    await returns.applied()


@pytest.mark.parametrize("rests", [True, False])
async def test_lives_that_began_before_go_on_in_their_run(life: Life, rests: bool) -> None:
    life.rests = rests
    await released_and_delivered_at_once(life)
    await life.tax_bill()
    await life.forward(WINDOW)
    await life.tax_paid()
    assert (await life.result()).stage is Stage.CLOSED
    assert len(await life.runs()) == (2 if rests else 1)


def test_an_input_from_before_says_nothing_of_rest() -> None:
    told = ImportOrderStart.model_json_schema()
    assert "rests" not in told["required"]
    assert told["properties"]["rests"]["default"] is False
