"""What a proof is made of: a promise, what was looked at, and what breaks it."""

from collections.abc import Iterator

from events.values import Value
from infra.chaos.evidence import Evidence
from infra.generate.orders import GeneratedOrder


class Failure(Value):
    """What breaks a promise: of which order (or what else), what was expected, what was found, where to look."""

    subject: str
    expected: str
    found: str
    look: str


class Proof(Value):
    """A promise, and what breaks it; it holds when nothing does."""

    promise: str
    looked_at: int
    failures: list[Failure]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.failures


Findings = Iterator[Failure | None]  # one for each thing that was looked at, None where it is right


def all_orders(evidence: Evidence) -> list[GeneratedOrder]:
    """The orders, and those for which goods of them were exchanged."""
    exchanged = [order.exchanged_for for order in evidence.orders if order.exchanged_for]
    return [*evidence.orders, *exchanged]


def order_in_ui(evidence: Evidence, order_no: str) -> str:
    """Where to look for an order by its number."""
    ids = [order.key.workflow_id for order in evidence.orders if order.key.order_no == order_no]
    return f"{ids[0] if ids else order_no} in the Temporal UI; worker.log, dispatcher.log"
