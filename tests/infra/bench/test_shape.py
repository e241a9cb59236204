"""What the floor repeats of a life, and our own time in it, read from a recorded history."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent

from events.documents import DocumentKind
from infra.actions import count_actions
from infra.bench.own_time import BILL, DECLARE, DELIVERY, RECEIPT, own_times
from infra.bench.shape import handed_over, mean_actions, shape_of, weight_of
from infra.replay.files import load

HISTORIES = Path(__file__).parents[2] / "replay" / "histories" / "orders"
RUNS = [load(HISTORIES / f"9610-release{run}.json.gz").events for run in ("", ".2")]
EVENTS, RESTING = RUNS


def test_the_shape_has_the_signals_activities_and_timers_of_the_life() -> None:
    shape, actions = shape_of(RUNS), sum(map(count_actions, RUNS), Counter())
    assert len(shape.signals) == actions["signal"]
    assert shape.steps == [shape.start, *shape.signals]
    assert len(shape.activities) == actions["activity"] == 1
    assert shape.timers == actions["timer"]
    assert all(size > 100 for size in shape.steps)
    assert shape.rests
    assert shape.rests[0] == len(shape_of([EVENTS]).signals) == len(shape.signals) - 1
    assert shape.rests[1] > sum(shape.steps)  # in clear; what everybody said is carried over


def test_the_documents_that_were_handed_over_are_those_of_the_order() -> None:
    handed = list(handed_over(EVENTS))
    kinds = {document.kind for _, documents in handed for document in documents}
    assert {DocumentKind.ORDER, DocumentKind.PAYMENT, DocumentKind.WAYBILL, DocumentKind.DECLARATION_LIST} <= kinds
    assert len(handed) == len(shape_of([EVENTS]).steps)
    assert handed[0][0] == EVENTS[0].event_id
    assert list(handed_over(RESTING[:1])) == []  # what was carried over has come before


def test_the_weight_is_events_bytes_and_actions() -> None:
    weight, first = weight_of(RUNS), weight_of([EVENTS])
    assert weight.events == len(EVENTS) + len(RESTING)
    assert weight.bytes > first.bytes > sum(shape_of([EVENTS]).signals)
    assert 0 == first.resting < weight.resting < weight.bytes - first.bytes
    assert weight.living == first.living < first.bytes - weight.resting / 2  # what is carried over ends it
    assert weight.transactions == 3
    assert mean_actions([weight, weight]) == dict(sorted(weight.actions.items()))


def test_every_stage_of_a_plain_life_has_its_own_time() -> None:
    times = list(own_times(EVENTS))
    assert {stage for stage, _ in times} == {DECLARE, RECEIPT, BILL, DELIVERY}
    assert all(seconds > 0 for _, seconds in times)


@pytest.mark.parametrize("late", [0.0, 7.5])
def test_own_time_begins_when_the_last_document_is_accepted_and_ends_with_us(late: float) -> None:
    """What customs takes between our list and its answer is none of it."""
    moved = [HistoryEvent.FromString(event.SerializeToString()) for event in EVENTS]
    submitted = next(event for event in moved if event.HasField("activity_task_started_event_attributes"))
    for event in moved:
        if event.event_id > submitted.event_id:
            break
        at = event.event_time.ToDatetime() + timedelta(seconds=late if event is submitted else 0)
        event.event_time.FromDatetime(at)
    before, after = dict(own_times(EVENTS)), dict(own_times(moved))
    assert after[DECLARE] == pytest.approx(before[DECLARE] + late)
    assert after[DELIVERY] == before[DELIVERY]
