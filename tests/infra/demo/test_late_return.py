"""A return that is asked for too late: the answer is waited for, and every other one is told."""

from typing import Any, cast

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from infra.demo.hands import PlayError
from infra.demo.returns import ReturnPlay
from infra.generate.orders import generate
from infra.generate.scenarios import Scenario
from tests.infra.demo.stage import stagehands

UNDER_WAY = "a return of this order is under way: wait for its end, then ask for the next one"
TOO_LATE = "too late: a return is to be applied for within 30 days of the release"


class Order:
    """An order that refuses wishes for a return with what it is told, then takes one."""

    def __init__(self, *refusals: str) -> None:
        self._refusals = list(refusals)
        self.names: list[str] = []

    def get_workflow_handle_for(self, *_: object) -> "Order":
        """Itself."""
        return self

    async def execute_update(self, _: object, __: object, *, id: str) -> object:
        """One wish, under a name."""
        self.names.append(id)
        if self._refusals:
            raise WorkflowUpdateFailedError(ApplicationError(self._refusals.pop(0)))
        return cast("Any", None)


def play(order: Order, patience: float = 5) -> ReturnPlay:
    (made,) = generate(1, seed=3, scenarios=(Scenario.RETURN_LATE,))
    return ReturnPlay(stagehands(temporal=order, patience=patience), made)


async def test_an_order_that_has_not_heard_of_its_returns_end_is_asked_again() -> None:
    """By another name, since one wish has one answer."""
    order = Order(UNDER_WAY, UNDER_WAY, TOO_LATE)
    await play(order).ask_too_late()
    assert len(set(order.names)) == 3


async def test_a_wish_that_is_taken_is_told() -> None:
    with pytest.raises(PlayError, match="after the last day was taken"):
        await play(Order(UNDER_WAY)).ask_too_late()


async def test_another_refusal_is_told() -> None:
    with pytest.raises(PlayError, match="customs has given the list no number"):
        await play(Order("customs has given the list no number (invtNo) yet")).ask_too_late()


async def test_a_return_that_stays_under_way_is_told() -> None:
    with pytest.raises(PlayError, match="its first return stays under way"):
        await play(Order(*[UNDER_WAY] * 100), patience=0.1).ask_too_late()
