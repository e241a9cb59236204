"""Billable Actions, counted on a small recorded history: one of everything that costs, some of it twice."""

from pathlib import Path

from temporalio.client import WorkflowHistory

from infra.actions import count_actions

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
        "continue": 1,
    }


def test_the_history_is_counted_as_far_as_it_is_read() -> None:
    up_to_the_first_task = [event for event in HISTORY.events if event.event_id < 14]
    assert count_actions(up_to_the_first_task) == {"start": 1, "signal": 2, "update": 1, "search attributes": 1}
    assert count_actions([]) == {}
