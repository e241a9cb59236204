"""What a run under blows showed."""

from pathlib import Path

from pydantic import RootModel

from events.values import Value
from infra.chaos.plan import Blow, Victim
from infra.chaos.promise import Proof


class Struck(RootModel[dict[Victim, int]]):
    """How often each victim was struck."""


class Disturbed(Value):
    """What became of messages: counts, and what the gateway `refused` although nothing had come in between."""

    sent: int
    repeated: int
    repetitions_overtaken: int
    refused: list[str]
    answers_lost_at_the_door: int
    answers_lost_by_counterparties: int
    queue_delayed: int
    queue_repeated: int
    overtaken: int
    repeated_by_counterparties: int
    repetitions_refused: int
    customs_received: int
    customs_repeated: int
    activity_retries: int
    task_timeouts: int
    history_events: int


class ChaosReport(Value):
    """A whole run. More blows may be `planned` than dealt: the run ended before. `unbidden`: what died by itself."""

    seed: int
    orders: int
    seconds: float
    planned: int
    dealt: list[Blow]
    struck: Struck
    unbidden: list[str]
    disturbed: Disturbed
    proofs: list[Proof]
    logs: Path
    scenarios: dict[str, int]

    @property
    def is_right(self) -> bool:
        """Whether every promise was kept, nothing died that was not struck, no repetition was refused for itself."""
        return all(proof.holds for proof in self.proofs) and not self.unbidden and not self.disturbed.refused
