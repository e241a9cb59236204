"""What a demonstration showed: per order, and per scenario."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import quantiles

from rich.box import SIMPLE_HEAD
from rich.table import Table

from events.life import Stage
from events.tax_payment import TaxPayment
from events.values import Value
from functions.ledger.account_models import Verified
from infra.generate.scenarios import Scenario

_LAMBDA = ":function:"  # request id @ ARN of the function
_SCENARIOS = [scenario.value for scenario in Scenario]


class OrderReport(Value):
    """One order: where it should end, where it ended, what it cost, how long it took on the wall clock."""

    # The names of the report are fixed for users' scripts, and camel case as in the message standard.
    orderNo: str  # noqa: N815
    mode: str
    scenario: str
    expectedStage: Stage  # noqa: N815
    finalStage: Stage | None  # noqa: N815
    actions: int
    transactions: int
    seconds: float
    error: str | None = None

    @property
    def is_as_expected(self) -> bool:
        """Whether the order ended as its scenario says."""
        return self.error is None and self.finalStage == self.expectedStage


class DemoReport(Value):
    """All orders of one demonstration; `workers` are the identities of the workers that they lived by."""

    seed: int
    seconds: float
    orders: list[OrderReport]
    action_kinds: dict[str, dict[str, float]]
    dead_letters: int
    payments: list[TaxPayment]
    books: Verified
    workers: list[str]

    @property
    def worker_calls(self) -> list[str]:
        """Of the workers those that were calls of a Lambda: a process calls itself otherwise."""
        return [worker for worker in self.workers if _LAMBDA in worker]

    @property
    def wrong(self) -> list[OrderReport]:
        """The orders that did not end as their scenario says."""
        return [order for order in self.orders if not order.is_as_expected]

    @property
    def is_right(self) -> bool:
        """Whether every order ended as told, no document was put aside, and the books are balanced."""
        return not self.wrong and not self.dead_letters and not self.books.differences


def percentile(values: Sequence[float], percent: int) -> float:
    """The percentile of one or more values."""
    return values[0] if len(values) == 1 else quantiles(values, n=100, method="inclusive")[percent - 1]


def table(report: DemoReport) -> Table:
    """Scenario x final stage x count x p50/p99 time."""
    title = f"{len(report.orders)} orders in {report.seconds:.1f} s"
    shown = Table(title=title, header_style="bold", box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("scenario", no_wrap=True)
    shown.add_column("final stage", no_wrap=True)
    for name in ("orders", "p50 s", "p99 s", "actions", "tables"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("as told", no_wrap=True)
    groups: dict[tuple[str, str], list[OrderReport]] = defaultdict(list)
    for order in sorted(report.orders, key=_place_of):
        groups[order.scenario, order.finalStage or "none"].append(order)
    for (scenario, final), orders in groups.items():
        seconds = [order.seconds for order in orders]
        right = all(order.is_as_expected for order in orders)
        shown.add_row(
            scenario,
            final,
            str(len(orders)),
            f"{percentile(seconds, 50):.2f}",
            f"{percentile(seconds, 99):.2f}",
            _range([order.actions for order in orders]),
            _range([order.transactions for order in orders]),
            "[green]yes[/]" if right else "[red]NO[/]",
        )
    return shown


def _place_of(order: OrderReport) -> int:
    """In the order in which the scenarios are told; one that is not among them comes last."""
    return _SCENARIOS.index(order.scenario) if order.scenario in _SCENARIOS else len(_SCENARIOS)


def _range(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return str(most) if least == most else f"{least}-{most}"


def mean_kinds(counted: dict[str, list[Counter[str]]]) -> dict[str, dict[str, float]]:
    """Per scenario the mean number of Actions of each kind."""
    return {
        scenario: {
            kind: round(sum(counter[kind] for counter in counters) / len(counters), 2)
            for kind in sorted({kind for counter in counters for kind in counter})
        }
        for scenario, counters in counted.items()
    }
