"""`sandan order list`: the search knows phases; what is told of an order is the same whichever way it got there."""

import pytest
import typer

from events.life import Stage
from infra.cli.counted import counted
from infra.cli.orders import _in_stage, _stage_of


@pytest.mark.parametrize("phase", ["released", "delivered"])
def test_an_ended_order_that_was_released_is_listed_as_closed(phase: str) -> None:
    """One that is released and delivered in one step has the later of the two in the search."""
    assert _stage_of(phase, is_running=False) == "closed"
    assert _stage_of(phase, is_running=True) == "released"
    assert "'delivered'" in _in_stage(Stage.CLOSED)
    assert "'delivered'" in _in_stage(Stage.RELEASED)


def test_other_stages_are_listed_as_they_are() -> None:
    assert _stage_of("matched", is_running=True) == "collecting"
    assert _stage_of("detained", is_running=True) == "detained"
    assert _stage_of("returned", is_running=False) == "returned"
    assert _stage_of(None, is_running=True) is None
    assert _in_stage(Stage.DETAINED) == "Stage = 'detained'"


@pytest.mark.parametrize(("stage", "asked"), [(Stage.DELIVERED, "released"), (Stage.MATCHED, "collecting")])
def test_a_stage_that_the_search_cannot_tell_is_refused_with_the_one_to_ask_for(stage: Stage, asked: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"ask for {asked}"):
        _in_stage(stage)


def test_one_thing_is_no_plural() -> None:
    assert [counted(number, "order") for number in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
