"""What is in an account, and how the table says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from functions.ledger.accounts import Part

COUNTED = {Part.RESERVED, Part.HELD, Part.PAID}
"""The parts that are in use: a ceiling is not."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Balance:
    """What is in an account now; `changes` counts its changes.

    The rest is of a capped account alone: None when it was never opened. `ceilings` counts how often its limit was
    set, `crossings` how often it was warned of; `alerted` says that the last warning still holds.
    """

    parts: Mapping[Part, Decimal]
    in_use: Decimal
    changes: int
    ceiling: Decimal | None
    available: Decimal | None
    ceilings: int
    crossings: int
    alerted: bool

    def part(self, part: Part) -> Decimal:
        """One part of it."""
        return self.parts.get(part, Decimal())


def balance_of(item: Item) -> Balance:
    """A balance from its item."""
    return Balance(
        parts={part: _exact(item[part]) for part in Part if part in item},
        in_use=_amount(item, "in_use") or Decimal(),
        changes=_count(item, "changes"),
        ceiling=_amount(item, Part.CEILING),
        available=_amount(item, "available"),
        ceilings=_count(item, "ceilings"),
        crossings=_count(item, "crossings"),
        alerted=item.get("alerted", {}).get("BOOL", False),
    )


def _amount(item: Item, name: str) -> Decimal | None:
    return _exact(item[name]) if name in item else None


def _count(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _exact(value: Item) -> Decimal:
    """A number without idle zeros, as the table gives it back, and some emulators do not."""
    plain = Decimal(value["N"]).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain
