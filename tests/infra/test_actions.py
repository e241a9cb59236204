"""Billable Actions, counted on a small recorded history: one of everything that costs, some of it twice."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from infra.actions import count_actions, count_transactions
from infra.replay.files import load

RECORDED = Path(__file__).parents[1] / "replay" / "histories" / "orders"
HISTORY = WorkflowHistory.from_json("counted", (Path(__file__).parent / "histories" / "counted.json").read_text())


def test_every_kind_of_action_is_counted_as_temporal_cloud_bills_it() -> None:
    """Two signals, one update, four local activities in two tasks, one activity in three attempts, and a patch."""
    assert count_actions(HISTORY.events) == {
        "start": 1,
        "signal": 2,
        "update": 1,
        "local activities": 2,
        "activity": 1,
        "activity retry": 2,
        "timer": 2,
        "search attributes": 2,  # one of them is the patch's
        "child": 1,
    }


def test_the_history_is_counted_as_far_as_it_is_read() -> None:
    up_to_the_first_task = [event for event in HISTORY.events if event.event_id < 14]
    assert count_actions(up_to_the_first_task) == {"start": 1, "signal": 2, "update": 1, "search attributes": 1}
    assert count_actions([]) == {}


@pytest.mark.parametrize(
    ("recorded", "transactions"),
    [
        ("9610-release", 3),  # reserve, tie, hold
        ("9610-payment-mismatch", 0),
        ("9610-cancellation", 4),  # reserve, tie; untie, give back
        ("9610-customs-rejection", 7),  # reserve, tie; untie, give back; reserve, tie, hold
        ("return-return", 1),  # what the return gives back
    ],
)
def test_the_transactions_of_a_life_are_counted(recorded: str, transactions: int) -> None:
    history = load(RECORDED / f"{recorded}.json.gz")
    assert count_transactions(history.events) == transactions
