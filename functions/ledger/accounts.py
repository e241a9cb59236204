"""The accounts of the ledger, and what a charge takes of each of them."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

CNY = "CNY"


class Part(StrEnum):
    """The parts of an account: what is reserved, what is held for good, what was paid, and the limit of a guarantee."""

    RESERVED = "reserved"
    HELD = "held"
    PAID = "paid"
    CEILING = "ceiling"


@dataclass(frozen=True, order=True)
class Account:
    """One account: the partition of the table that it lies in, its name there, and its unit.

    A `capped` account carries its own limit (a guarantee); that of the others comes with the request.
    """

    partition: str
    name: str
    unit: str
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.partition}/{self.name}"


Holding = dict[tuple[Account, Part], Decimal]
"""What a charge takes of accounts: amounts other than zero."""


def buyer_partition(buyer: str) -> str:
    """Where all accounts of a buyer lie; `buyer` is the keyed hash."""
    return f"buyer#{buyer}"


def buyer_year(buyer: str, year: int) -> Account:
    """What a buyer has bought in a calendar year (China), in CNY."""
    return Account(buyer_partition(buyer), str(year), CNY)


def buyer_goods(buyer: str, year: int, goods: str, unit: str) -> Account:
    """How much a buyer has bought in a year of goods with a yearly quantity."""
    return Account(buyer_partition(buyer), f"{year}/{goods}/{unit}", unit)


def guarantee(guarantor: str) -> Account:
    """The guarantee of a guarantor (assureCode), in CNY."""
    return Account(f"guarantee#{guarantor}", "guarantee", CNY, capped=True)


def payment(guarantor: str, payment_no: str) -> Account:
    """What was paid with one payment, in CNY."""
    return Account(f"payment#{guarantor}#{payment_no}", "paid", CNY)


def difference(before: Holding, after: Holding) -> Holding:
    """What must be added to `before` to get `after`."""
    delta: defaultdict[tuple[Account, Part], Decimal] = defaultdict(Decimal)
    for place, amount in after.items():
        delta[place] += amount
    for place, amount in before.items():
        delta[place] -= amount
    return {place: amount for place, amount in delta.items() if amount}
