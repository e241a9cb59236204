"""`sandan bench rules`: from an order's documents in JSON to what the rules decide, in one process."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from pydantic_core import from_json

from events.findings import Finding
from events.reading import read_json
from events.values import Value
from functions.matching.handler import match
from functions.matching.models import MatchRequest, MatchResult
from functions.policy.pack import default_pack
from functions.quota.rules import ANNUAL_LIMIT, over_annual_limit
from functions.tax.handler import assess
from functions.tax.models import AssessListRequest, Assessment
from infra.bench.measure import REPEATS, Spread, Target
from infra.bench.orders_in_bytes import ONE_IN, orders_in_bytes

TARGET = 10_000
ORDERS = 2_000
_MICROSECONDS = 1_000_000
_USED = Decimal(12_000)
"""CNY that every buyer has used of the year: the ledger knows it, a pure rule is told it."""


class Decision(NamedTuple):
    """What the rules say of one order; `annual` is what is over the limit of the year."""

    match: MatchResult
    assessment: Assessment
    annual: list[Finding]

    @property
    def findings(self) -> list[Finding]:
        """Everything that is found."""
        return [*self.match.findings, *self.assessment.findings, *self.annual]


class RulesBench(Value):
    """One run. `steps` are microseconds of processor time per order, each step measured by itself.

    `with_findings` is the share of the orders that do not go through; `message_bytes` the mean size of the JSON.
    `json.loads` and `from_json` (pydantic's parser) read the same bytes into plain dictionaries and decide nothing.
    """

    orders: int
    one_in: int = ONE_IN
    with_findings: float
    message_bytes: int
    repeats: int = REPEATS
    steps: dict[str, Spread]
    targets: tuple[Target, ...]


def decide(data: bytes) -> Decision:
    """The match, the limits and the tax of one order, as its workflow asks the functions for them one after the other.

    Of the annual limit the ledger's table is left out. Raises pydantic's ValidationError for what is no MatchRequest
    with an order and a list.
    """
    request = read_json(MatchRequest, data)
    matched, assessed = match(request), assess(tax_request(request))
    return Decision(matched, assessed, over_the_year(request, assessed))


def tax_request(request: MatchRequest) -> AssessListRequest:
    """What the workflow asks after the match."""
    assert request.order is not None
    assert request.declaration_list is not None
    return AssessListRequest(
        on=request.on, declaration_list=request.declaration_list, declared_tax=request.order.head.tax_total
    )


def over_the_year(request: MatchRequest, assessed: Assessment) -> list[Finding]:
    """M10, the limit of the year."""
    annual = default_pack().at(request.on).row(ANNUAL_LIMIT)
    value = assessed.dutiable_value
    return [over_annual_limit(value, _USED, annual)] if _USED + value > annual.number() else []


def run(orders: int = ORDERS) -> RulesBench:
    """Measure `orders` different orders, `REPEATS` times over."""
    data = orders_in_bytes(orders)
    with_findings = sum(bool(decide(given).findings) for given in data)
    whole = _times({"whole": _each(decide, data)}, orders)  # alone: it is no part of the rules that steps are kept
    requests = [read_json(MatchRequest, given) for given in data]
    steps = {
        "json.loads": _each(json.loads, data),
        "from_json": _each(from_json, data),
        "read and validate": _each(partial(read_json, MatchRequest), data),
        "match": _each(match, requests),
        "tax": _each(assess, [tax_request(request) for request in requests]),
    }
    found = _times(steps, orders) | whole
    return RulesBench(
        orders=orders,
        with_findings=round(with_findings / orders, 3),
        message_bytes=sum(map(len, data)) // orders,
        steps={name: Spread.of(times, 1) for name, times in found.items()},
        targets=(_target([_MICROSECONDS / each for each in found["whole"]]),),
    )


def _times(steps: Mapping[str, Callable[[], object]], orders: int) -> dict[str, list[float]]:
    """Microseconds for one order, repeat by repeat; in every repeat all steps run one after the other."""
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(REPEATS):
        for name, step in steps.items():
            found[name].append(_microseconds(step) / orders)
    return found


def _target(rates: list[float]) -> Target:
    return Target(
        name="rules",
        reading="JSON to match, limits and tax, one process",
        value=Spread.of(rates, 0),
        unit="orders/s",
        sense="at least",
        limit=TARGET,
    )


def _each(function: Callable[..., object], arguments: Sequence[object]) -> Callable[[], object]:
    def all_of_them() -> None:
        for argument in arguments:
            function(argument)

    return all_of_them


def _microseconds(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return (time.process_time() - start) * _MICROSECONDS
