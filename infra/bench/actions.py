"""`sandan bench actions`: what one import order costs Temporal and the tables."""

from collections import Counter

from events.values import Value
from infra.bench.measure import Spread, Target
from infra.bench.record_orders import Recording, record
from infra.bench.shape import mean_actions

ORDERS = 60
UNDER_WAY = 6
"""At once: on a machine that is not at its limit documents of an order come together, as they are sent."""
ACTIONS_LIMIT, TRANSACTIONS_LIMIT = 14.0, 3.0
_SEED = 63
_TRANSACTIONS = "dynamodb TransactWriteItems"


class ActionsBench(Value):
    """One run of plain orders, a few of them under way at once.

    `actions`, `events`, `history_bytes` and `transactions` are of one order, counted from its histories;
    `living_bytes` of them are open before its delivery, `resting_bytes` from then on. `kinds` are means,
    `distribution` says how many orders cost how many Actions. `transactions_sent` is what the tables were asked for
    over the number of orders: with those of the tax payments, and what was tried again. Request units are what the
    emulator counts by the sizes of the items (ReturnConsumedCapacity), all requests included: a read unit is a read
    of 4 KB, a write unit a write of 1 KB, in a transaction twice. `requests` are of one order by service and
    operation.
    """

    orders: int
    actions: Spread
    kinds: dict[str, float]
    events: Spread
    history_bytes: Spread
    living_bytes: Spread
    resting_bytes: Spread
    transactions: Spread
    transactions_sent: float
    read_units: float
    write_units: float
    requests: dict[str, float]
    distribution: dict[int, int]
    targets: tuple[Target, ...]


def run(orders: int = ORDERS) -> ActionsBench:
    """Live the orders on a stack that is listened to. Raises BenchError, StackError."""
    return counted(record(orders, _SEED, UNDER_WAY))


def counted(recording: Recording) -> ActionsBench:
    """What the recorded orders cost."""
    weights = [life.weight for life in recording.lives]
    sums = [sum(weight.actions.values()) for weight in weights]
    actions, transactions = Spread.of([*map(float, sums)]), Spread.of([float(one.transactions) for one in weights])
    reads, writes = recording.units()
    requests = recording.per_order()
    return ActionsBench(
        orders=len(weights),
        actions=actions,
        kinds=mean_actions(weights),
        events=Spread.of([float(weight.events) for weight in weights]),
        history_bytes=Spread.of([float(weight.bytes) for weight in weights]),
        living_bytes=Spread.of([float(weight.living) for weight in weights]),
        resting_bytes=Spread.of([float(weight.resting) for weight in weights]),
        transactions=transactions,
        transactions_sent=requests.get(_TRANSACTIONS, 0.0),
        read_units=round(reads, 2),
        write_units=round(writes, 2),
        requests=requests,
        distribution=dict(sorted(Counter(sums).items())),
        targets=(
            _at_most("actions", "Temporal Actions of an order", actions, ACTIONS_LIMIT),
            _at_most("transactions", "table transactions of an order", transactions, TRANSACTIONS_LIMIT),
        ),
    )


def _at_most(name: str, reading: str, value: Spread, limit: float) -> Target:
    return Target(name=name, reading=reading, value=value, unit="per order", sense="at most", limit=limit)
