"""What the report shows of each part: its plots and tables."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from pydantic import ValidationError

from infra.bench.actions import ActionsBench
from infra.bench.ceb import CebBench
from infra.bench.charts import bars, line, ranges
from infra.bench.growth import GrowthBench
from infra.bench.measure import Spread, Target
from infra.bench.orders import OrdersBench
from infra.bench.own_time import STAGES
from infra.bench.steady import SteadyBench, SteadyRun

TITLES = {
    "rules": "Rules in one process",
    "coldstart": "Cold start",
    "cost": "Cost at list prices",
    "ceb": "Customs messages",
    "actions": "What one order costs Temporal and the tables",
    "orders": "Orders per second, against the floor",
    "growth": "Cost with ten times as many orders open",
    "steady": "Own time at a steady pace",
}


def section(part: str, result: Mapping[str, Any]) -> str:
    """The inside of a part's section; of a part without plots of its own, its targets and its whole result.

    So too of a result in the form of another version.
    """
    try:
        drawn = _DRAWN.get(part, _targets)(result)
    except ValidationError:
        drawn = f'<p class="note">Written by another version: without plots.</p>{_targets(result)}'
    whole = escape(json.dumps(result, ensure_ascii=False, indent=2))
    return f"{drawn}<details><summary>the whole result</summary><pre>{whole}</pre></details>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are HTML."""
    top = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def spread(value: Spread) -> str:
    """The median, and from the least to the greatest."""
    return f"{value.median:,g} <small>({value.least:,g}–{value.greatest:,g})</small>"


def _orders(result: Mapping[str, Any]) -> str:
    found = OrdersBench.model_validate(result)
    sides = {
        "whole stack": found.whole,
        "floor": found.floor,
        "workflow part": found.workflow,
        "bare workflow": found.bare,
    }
    pace = [(name, one.per_second.median, one.per_second.least, one.per_second.greatest) for name, one in sides.items()]
    spent = [(name, _milliseconds(one.processor)) for name, one in sides.items()]
    shares = table(
        ("", "share, repeat by repeat"),
        (
            ("whole stack / floor", spread(found.share_of_floor)),
            ("the same by processor time: floor / whole stack", spread(found.processor_share)),
            ("workflow part / bare workflow", spread(found.share_of_bare)),
        ),
    )
    text = (
        f"{found.orders} orders a run, {found.repeats} repeats, each on a fresh stack; sandbox answering at once, the "
        "month until the tax is paid skipped. The floor repeats the recorded requests of as many orders, from the same "
        "AWS library, beside bare workflows with the same start, signals, timers, remote activities and runs; it has "
        "no door, no validation, no rules, no encryption. The workflow part gets its documents straight at the "
        "dispatcher, with customs a sink, and is held against the bare workflow alone."
    )
    return (
        f"<p>{text}</p>{shares}<h3>orders per second</h3>{ranges(pace, 'orders/s')}"
        f"<h3>processor time of one order, by process</h3>{bars(spent, 'ms', digits=0)}"
        f"{_requests(found.requests)}"
    )


def _actions(result: Mapping[str, Any]) -> str:
    found = ActionsBench.model_validate(result)
    spreads = {
        "Actions": found.actions,
        "events of the history": found.events,
        "bytes of the histories": found.history_bytes,
        "bytes open before the delivery": found.living_bytes,
        "bytes open from then on": found.resting_bytes,
        "table transactions": found.transactions,
    }
    rows = [(name, spread(value)) for name, value in spreads.items()]
    rows += [
        ("transactions sent, tax payments and repetitions included", f"{found.transactions_sent:g}"),
        ("read request units (4 KB)", f"{found.read_units:g}"),
        ("write request units (1 KB; twice in a transaction)", f"{found.write_units:g}"),
    ]
    kinds = bars([("by kind, mean", found.kinds)], "Actions")
    orders = bars(
        [(f"{actions} Actions", {"": count}) for actions, count in found.distribution.items()], "orders", digits=0
    )
    return f"{table(('one order', 'median (least–greatest)'), rows)}{kinds}{orders}{_requests(found.requests)}"


def _steady(result: Mapping[str, Any]) -> str:
    found = SteadyBench.model_validate(result)
    drawn = _pace(found.full)
    return drawn + (f"<h3>at half the pace</h3>{_pace(found.half)}" if found.half else "")


def _pace(run: SteadyRun) -> str:
    behind = (
        f" <b>This machine falls behind at that pace:</b> given up after {run.fell_behind:g} s, with more than half a "
        "minute's orders under way."
        if run.fell_behind
        else ""
    )
    text = (
        f"{run.rate:g} orders/s; {run.delivered} of {run.sent} orders delivered in {run.seconds:g} s; "
        f"{sum(run.processor.values()) * 1000:.0f} ms of processor time an order.{behind}"
    )
    rows = [
        (
            escape(STAGES[one.stage]),
            str(one.count),
            f"{one.p50:.3f}",
            f"{one.p99:.3f}",
            spread(one.p99_in_parts),
            f"{one.longest:.3f}",
        )
        for one in run.stages
    ]
    stages = table(("stage, seconds of our own time", "measured", "p50", "p99", "p99 of five parts", "longest"), rows)
    backlog = line([float(count) for count in run.backlog], 10, "s", "orders under way") if len(run.backlog) > 1 else ""
    return f"<p>{text}</p>{stages}{backlog}"


def _growth(result: Mapping[str, Any]) -> str:
    found = GrowthBench.model_validate(result)
    costs = [(f"{cost.open_orders:.0f} open orders", _milliseconds(cost.processor)) for cost in (found.few, found.many)]
    text = (
        f"{found.repeats} batches of {found.batch} orders each, from documents to delivered, with few and with about "
        f"{found.times} times as many orders open."
    )
    return f"<p>{text}</p>{bars(costs, 'ms', digits=0)}"


def _ceb(result: Mapping[str, Any]) -> str:
    found = CebBench.model_validate(result)
    steps = [(name, step.median, step.least, step.greatest) for name, step in found.steps.items()]
    return f"<p>A CEB621 with one list, {found.message_bytes} bytes.</p>{ranges(steps, 'µs')}{_targets(result)}"


def _targets(result: Mapping[str, Any]) -> str:
    """Each target that is a quotient, in one plot; the others as they stand in the table above."""
    targets = [Target.model_validate(one) for one in result.get("targets", [])]
    rows = [
        (target.reading, f"{spread(target.value)} {target.unit}", f"{target.sense} {target.limit:,g}")
        for target in targets
    ]
    return table(("figure", "measured", "target"), [tuple(map(str, row)) for row in rows])


def _requests(requests: Mapping[str, float]) -> str:
    rows = [(escape(name), f"{count:g}") for name, count in requests.items()]
    return f"<details><summary>requests of one order</summary>{table(('request', 'per order'), rows)}</details>"


def _milliseconds(processor: Mapping[str, float]) -> dict[str, float]:
    return {name: seconds * 1000 for name, seconds in processor.items() if seconds >= 0.0005}  # noqa: PLR2004 - half a millisecond


_DRAWN: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "orders": _orders,
    "actions": _actions,
    "steady": _steady,
    "growth": _growth,
    "ceb": _ceb,
}
