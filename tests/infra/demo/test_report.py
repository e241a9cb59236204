"""The report of a demonstration tells per scenario where its orders ended, in what time, and which went wrong."""

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from events.life import Stage
from functions.ledger.account_models import Verified
from infra.demo.report import DemoReport, OrderReport, mean_kinds, percentile, table


def order(number: int = 1, **fields: Any) -> OrderReport:
    """An order that ended as it should."""
    content: dict[str, Any] = {
        "orderNo": f"SD{number}",
        "mode": "9610",
        "scenario": "release",
        "expectedStage": Stage.CLOSED,
        "finalStage": Stage.CLOSED,
        "actions": 12,
        "transactions": 3,
        "seconds": float(number),
    }
    return OrderReport(**(content | fields))


BOOKS = Verified(accounts=0, orders=0, payments=0, postings=0, differences=[])
WORKERS = ["17@host", "5f@arn:aws:lambda:us-east-1:000000000000:function:sandan-worker:1"]


def report(*orders: OrderReport) -> DemoReport:
    """A report of these orders."""
    return DemoReport(
        seed=7,
        seconds=61.25,
        orders=list(orders),
        action_kinds={},
        dead_letters=0,
        payments=[],
        books=BOOKS,
        workers=WORKERS,
    )


def rows(shown: DemoReport) -> list[list[str]]:
    """The table as it is printed, cell by cell."""
    console = Console(file=io.StringIO(), width=200, color_system=None)
    console.print(table(shown))
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("fields", "right"),
    [
        ({}, True),
        ({"finalStage": Stage.EXPIRED}, False),
        ({"finalStage": None}, False),
        ({"error": "no answer"}, False),
        ({"expectedStage": Stage.EXPIRED, "finalStage": Stage.EXPIRED}, True),
    ],
)
def test_an_order_is_right_when_it_ended_as_told_without_error(fields: dict[str, Any], right: bool) -> None:
    shown = report(order(), order(2, **fields))
    assert (shown.wrong == []) == right


def test_each_scenario_and_final_stage_is_a_row_with_count_times_and_verdict() -> None:
    lost = order(9, scenario="cancel", expectedStage=Stage.CANCELLED, finalStage=None, actions=3)
    shown = rows(report(*(order(number) for number in range(1, 101)), lost, order(5, finalStage=Stage.EXPIRED)))
    assert ["release", "closed", "100", "50.50", "99.01", "12", "3", "yes"] in shown
    assert ["release", "expired", "1", "5.00", "5.00", "12", "3", "NO"] in shown
    assert ["cancel", "none", "1", "9.00", "9.00", "3", "3", "NO"] in shown
    assert ["102", "orders", "in", "61.2", "s"] in shown


def test_the_names_for_users_scripts_are_fixed() -> None:
    """`sandan demo --json`: per order orderNo, mode, scenario, expected stage, final stage, actions, seconds."""
    (told,) = json.loads(report(order()).model_dump_json())["orders"]
    assert {"orderNo", "mode", "scenario", "expectedStage", "finalStage", "actions", "seconds"} <= set(told)
    assert (told["finalStage"], told["actions"]) == ("closed", 12)


@given(values=st.lists(st.floats(0, 1000), min_size=1, max_size=50))
def test_percentiles_lie_among_the_values_and_rise(values: list[float]) -> None:
    p50, p99 = percentile(values, 50), percentile(values, 99)
    assert min(values) - 1e-6 <= p50 <= p99 + 1e-6
    assert p99 <= max(values) + 1e-6


def test_the_mean_of_each_kind_counts_orders_without_it_too() -> None:
    counted = {"release": [Counter(signal=3, timer=1), Counter(signal=2)], "cancel": [Counter(start=1)]}
    assert mean_kinds(counted) == {"release": {"signal": 2.5, "timer": 0.5}, "cancel": {"start": 1.0}}


def test_the_table_fits_into_eighty_columns_and_follows_the_order_of_the_scenarios() -> None:
    slow = {"seconds": 100.25, "actions": 24}
    shown = report(
        order(1, scenario="return"),
        order(2, scenario="inspection-return", finalStage=Stage.SHIPPED_BACK),
        order(3, scenario="inspection-return", finalStage=Stage.SHIPPED_BACK, **slow),
        order(4, scenario="release"),
    )
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(table(shown))
    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue()
    assert "…" not in printed
    assert printed.index("release") < printed.index("inspection-return") < printed.index("\nreturn ")


def test_calls_of_a_lambda_are_told_from_processes() -> None:
    assert report().worker_calls == WORKERS[1:]
