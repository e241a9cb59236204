"""Double entry: what a change of an order's record moves, as legs that sum to zero per unit."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter

from events.values import Value
from functions.ledger.accounts import Account, Part, difference
from functions.ledger.record import OrderRecord


class Leg(Value):
    """One side of a posting: an account's part, debited (positive) or credited (negative)."""

    account: str
    part: str
    unit: str
    amount: Decimal


CEILING_OWNER = "ceiling"  # of entries that set the limit of a guarantee
LEGS = TypeAdapter(list[Leg], config=ConfigDict(defer_build=True))


class Posting(Value):
    """One entry in a partition of the table: append-only.

    `entry` is its idempotency key: whose change it is and the number of that change, so that none is made twice.
    """

    partition: str
    entry: str
    reason: str
    at: AwareDatetime
    legs: list[Leg]


@dataclass(frozen=True)
class Change:
    """An order's record, from one state to the next, and why."""

    before: OrderRecord
    after: OrderRecord
    reason: str

    @property
    def moves(self) -> dict[tuple[Account, Part], Decimal]:
        """What it adds to the parts of accounts."""
        return difference(self.before.holding, self.after.holding)


def entry_of(owner: str, number: int) -> str:
    """The idempotency key of the change `number` of an order or a guarantee."""
    return f"{owner}#{number:06}"


def postings(change: Change, at: AwareDatetime) -> list[Posting]:
    """One posting per partition, each with the order's own account on the other side."""
    owner = change.after.key.workflow_id
    sides: defaultdict[str, list[Leg]] = defaultdict(list)
    for (account, part), amount in sorted(change.moves.items()):
        sides[account.partition].append(Leg(account=str(account), part=part, unit=account.unit, amount=amount))
    return [
        Posting(
            partition=partition,
            entry=entry_of(owner, change.after.seq),
            reason=change.reason,
            at=at,
            legs=[*legs, *contra(f"order#{owner}", legs)],
        )
        for partition, legs in sides.items()
    ]


def contra(account: str, legs: Iterable[Leg]) -> list[Leg]:
    """The other side: what brings the sum of every unit to zero."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for leg in legs:
        sums[leg.unit] -= leg.amount
    return [Leg(account=account, part="charge", unit=unit, amount=amount) for unit, amount in sums.items() if amount]


def account_changes(changes: Iterable[Change]) -> dict[Account, dict[Part, Decimal]]:
    """What several changes together add to each account."""
    sums: defaultdict[Account, defaultdict[Part, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for change in changes:
        for (account, part), amount in change.moves.items():
            sums[account][part] += amount
    moved = {account: {part: amount for part, amount in parts.items() if amount} for account, parts in sums.items()}
    return {account: parts for account, parts in moved.items() if parts}
