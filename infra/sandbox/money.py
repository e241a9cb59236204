"""What the payment firm and the bank share: a journal that answers a key as it answered it first."""

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, uuid5

from events.ceb.base import CebModel

Order = TypeVar("Order", bound=CebModel)
Done = TypeVar("Done", bound=CebModel)


@dataclass(frozen=True)
class Refused:
    """No money moves, now or ever, for this order."""

    code: str
    reason: str


@dataclass(frozen=True)
class Died:
    """Money has moved, and nobody is told."""


@dataclass
class _Entry(Generic[Order, Done]):
    order: Order
    answer: Done | Refused
    asked: int = 1


@dataclass
class Journal(Generic[Order, Done]):
    """Every order that came, by its key."""

    _entries: dict[str, _Entry[Order, Done]] = field(default_factory=dict)

    def known(self, key: str, name: str, order: Order) -> Done | Refused | None:
        """The first answer to an order that came before; a refusal for a key that means something else."""
        if key != name:
            return Refused("KEY", f"Idempotency-Key {key}与报文中的编号{name}不一致")
        entry = self._entries.get(name)
        if entry is None:
            return None
        entry.asked += 1
        return entry.answer if entry.order == order else Refused("KEY", f"编号{name}已用于内容不同的指令")

    def enter(self, name: str, order: Order, answer: Done | Refused) -> Done | Refused:
        """Keep the answer to an order."""
        self._entries[name] = _Entry(order, answer)
        return answer

    def report(self) -> list[dict[str, Any]]:
        """Every order with its answer, and how often it came."""
        return [
            {
                "order": entry.order.model_dump(mode="json"),
                "asked": entry.asked,
                "done": None if isinstance(entry.answer, Refused) else entry.answer.model_dump(mode="json"),
                "refused": entry.answer.code if isinstance(entry.answer, Refused) else None,
            }
            for entry in self._entries.values()
        ]


def number_of(prefix: str, key: str) -> str:
    """A number of ours for what was done under a key."""
    return f"{prefix}{uuid5(NAMESPACE_URL, key).hex[:16].upper()}"
