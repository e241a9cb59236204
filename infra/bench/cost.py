"""`sandan bench cost`: a million import orders at list prices, service by service, from counts of real runs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Literal

import yaml

from events.values import Value
from infra.bench.counts import OrderCounts, all_remote
from infra.bench.measure import Spread, Target
from infra.bench.measured_order import MEASURED

TARGET = 700
ORDERS = 1_000_000
_MILLION, _THOUSAND, _GIGABYTE, _HOUR = 1_000_000, 1_000, 1_000_000_000, 3600
_TEN_THOUSAND = 10_000


class Price(Value):
    """A list price in USD for one `unit`; `up_to` ends a step of a month's volume, None: at any volume."""

    item: str
    unit: str
    usd: Decimal
    up_to: Decimal | None = None
    status: Literal["published", "to be verified"]
    source: str


class PriceList(Value):
    """Prices of one region, read on a day."""

    region: str
    read_on: date
    prices: list[Price]

    def usd(self, item: str, quantity: float) -> Decimal:
        """What a quantity in the item's unit costs. Raises KeyError for an item, ValueError for volumes not listed."""
        steps = [price for price in self.prices if price.item == item]
        if not steps:
            raise KeyError(f"no price for {item}: add it to prices.yaml")
        left, before, total = Decimal(str(quantity)), Decimal(0), Decimal(0)
        for step in steps:
            within = left if step.up_to is None else min(left, step.up_to - before)
            total, left, before = total + within * step.usd, left - within, step.up_to or before
        if left:
            raise ValueError(f"{item}: {quantity} is more than the price list has steps for")
        return total

    def is_published(self, item: str) -> bool:
        """Whether every step of it was read where it is published."""
        return all(price.status == "published" for price in self.prices if price.item == item)


class Assumptions(Value):
    """What no run on one machine can tell: settings of the deployment, and how long AWS takes to answer.

    `wait_seconds` for each call of AWS that a Lambda waits for; `memory_gigabytes` of each Lambda (template.yaml),
    `log_bytes` that each invocation logs, `worker_load` the share of the worker's processors in use on average,
    `worker_gigabytes` for each of them, `retained_hours` of a closed history.
    """

    wait_seconds: float = 0.01
    memory_gigabytes: float = 0.5
    log_bytes: float = 1_000
    worker_load: float = 0.5
    worker_gigabytes: float = 2.0
    retained_hours: float = 30 * 24


class CostLine(Value):
    """One line of the bill; `usd` is for all orders. `published`: its price was read where it is published."""

    service: str
    item: str
    quantity: float
    usd: float
    published: bool


class CostBench(Value):
    """The bill of the default design and of the one in which every step is a remote activity with a Lambda."""

    orders: int
    region: str
    read_on: date
    counts: OrderCounts
    assumptions: Assumptions
    default: list[CostLine]
    all_remote: list[CostLine]
    targets: tuple[Target, ...]


def prices() -> PriceList:
    """The price list of the benchmark."""
    text = (files("infra.bench") / "data" / "prices.yaml").read_text(encoding="utf-8")
    return PriceList.model_validate(yaml.safe_load(text))


def run(counts: OrderCounts = MEASURED, assumptions: Assumptions | None = None, orders: int = ORDERS) -> CostBench:
    """The bill of `orders` orders of one month, without free tiers, discounts and support plans."""
    assumed, listed = assumptions or Assumptions(), prices()
    remote = all_remote(counts)
    default = bill(counts, assumed, listed, orders)
    compared = bill(remote, assumed, listed, orders)
    return CostBench(
        orders=orders,
        region=listed.region,
        read_on=listed.read_on,
        counts=counts,
        assumptions=assumed,
        default=default,
        all_remote=compared,
        targets=(_target(default, orders),),
    )


def bill(counts: OrderCounts, assumed: Assumptions, listed: PriceList, orders: int = ORDERS) -> list[CostLine]:
    """The lines of a bill."""
    quantities = {**_temporal(counts, assumed), **_aws(counts, assumed)}
    return [
        CostLine(
            service=service,
            item=item,
            quantity=each * orders,
            usd=round(float(listed.usd(item, each * orders)), 2),
            published=listed.is_published(item),
        )
        for (service, item), each in quantities.items()
    ]


def total(lines: Sequence[CostLine]) -> float:
    """USD."""
    return round(sum(line.usd for line in lines), 2)


def _temporal(counts: OrderCounts, assumed: Assumptions) -> dict[tuple[str, str], float]:
    """A history is open until the delivery, then the short one of the run that waits for the tax."""
    resting_hours = max(0.0, counts.open_hours - counts.delivery_hours)
    until_delivered = counts.living_bytes * min(counts.delivery_hours, counts.open_hours)
    return {
        ("Temporal Cloud", "temporal.actions"): counts.actions / _MILLION,
        ("Temporal Cloud", "temporal.active_storage"): (until_delivered + counts.resting_bytes * resting_hours)
        / _GIGABYTE,
        ("Temporal Cloud", "temporal.retained_storage"): counts.history_bytes / _GIGABYTE * assumed.retained_hours,
    }


def _aws(counts: OrderCounts, assumed: Assumptions) -> dict[tuple[str, str], float]:
    """A Lambda of a function runs as long as it waits for AWS: its own reckoning is counted with the worker."""
    functions = counts.remote_calls if not counts.local_calls else 0.0
    invocations = counts.http_requests + counts.queue_batches + functions
    waiting = counts.gateway_aws_calls + counts.dispatcher_aws_calls + (counts.worker_aws_calls if functions else 0.0)
    seconds = counts.gateway_cpu_seconds + counts.dispatcher_cpu_seconds + waiting * assumed.wait_seconds
    processor_hours = counts.worker_cpu_seconds / _HOUR / assumed.worker_load
    return {
        ("API Gateway", "api_gateway.http_request"): counts.http_requests / _MILLION,
        ("EventBridge", "eventbridge.event"): counts.bus_events / _MILLION,
        ("SQS", "sqs.request"): (counts.queued + 2 * counts.queue_batches) / _MILLION,
        ("Lambda", "lambda.request"): invocations / _MILLION,
        ("Lambda", "lambda.duration"): seconds * assumed.memory_gigabytes,
        ("DynamoDB", "dynamodb.write_unit"): counts.write_units / _MILLION,
        ("DynamoDB", "dynamodb.read_unit"): counts.read_units / _MILLION,
        ("S3", "s3.put"): counts.objects_put / _THOUSAND,
        ("KMS", "kms.request"): counts.objects_put / _TEN_THOUSAND,
        ("CloudWatch", "logs.ingested"): invocations * assumed.log_bytes / _GIGABYTE,
        ("Fargate", "fargate.vcpu"): processor_hours,
        ("Fargate", "fargate.memory"): processor_hours * assumed.worker_gigabytes,
    }


def _target(lines: Sequence[CostLine], orders: int) -> Target:
    return Target(
        name="cost",
        reading="list prices, the default design",
        value=Spread.of([total(lines) * ORDERS / orders], 0),
        unit="USD for a million orders",
        sense="at most",
        limit=TARGET,
    )
