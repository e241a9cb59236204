"""The plan of blows: which process dies at which point of a run; one seed makes one plan."""

from collections.abc import Sequence
from enum import StrEnum
from random import Random

from events.values import Value


class Victim(StrEnum):
    """What can be struck. The emulator keeps its data only at an orderly stop: it is stopped, the others are killed."""

    WORKER = "worker"
    DISPATCHER = "dispatcher"
    GATEWAY = "gateway"
    TEMPORAL = "temporal"
    EMULATOR = "emulator"
    FUNCTIONS = "functions"


class Phase(StrEnum):
    """The parts of a run: orders live, the tax of the month is paid, orders end."""

    LIVES = "lives"
    MONTH_END = "month-end"
    ENDS = "ends"


class Blow(Value):
    """One blow: due when `share` of the phase is behind us, `pause` seconds later; the victims are away for `down`."""

    number: int
    phase: Phase
    share: float
    pause: float
    victims: tuple[Victim, ...]
    down: float


PROCESSES = (Victim.WORKER, Victim.DISPATCHER, Victim.GATEWAY, Victim.TEMPORAL, Victim.EMULATOR)
"""On a stack whose functions run in the worker, the dispatcher and the gateway."""
LAMBDAS = (Victim.WORKER, Victim.FUNCTIONS, Victim.TEMPORAL)
"""On a stack whose functions are processes of the emulator: it forgets its Lambdas' code when it is stopped."""
_PAYERS = (Victim.WORKER, Victim.TEMPORAL)
"""Those without whom no tax is paid: they are struck while it is."""
_WEIGHTS = {Victim.WORKER: 4, Victim.DISPATCHER: 4, Victim.GATEWAY: 4, Victim.FUNCTIONS: 6, Victim.TEMPORAL: 2}
_AT_MONTH_END, _AT_THE_ENDS = 0.1, 0.1
_TWO_AT_ONCE = 0.2
_LONGEST_PAUSE, _LONGEST_DOWN = 1.0, 3.0
_SHORTEST_DOWN = 0.1


def plan(seed: int, blows: int, victims: Sequence[Victim]) -> list[Blow]:
    """So many blows in the order in which they fall; each victim is struck once before one is struck again."""
    random = Random(f"{seed}/blows")  # noqa: S311 -- repeatable on purpose
    others = max(1, round(blows * _AT_MONTH_END)), max(1, round(blows * _AT_THE_ENDS))
    counts = {Phase.LIVES: blows - sum(others), Phase.MONTH_END: others[0], Phase.ENDS: others[1]}
    moments = [(phase, share) for phase, count in counts.items() for share in _shares(random, phase, count)]
    struck: list[tuple[Victim, ...]] = [(victim,) for victim in random.sample(victims, len(victims))]
    for phase, _ in moments[len(struck) :]:
        struck.append(_drawn(random, _PAYERS if phase is Phase.MONTH_END else victims))
    return [
        Blow(
            number=number,
            phase=phase,
            share=share,
            pause=round(random.uniform(0, _LONGEST_PAUSE), 2),
            victims=hit,
            down=round(random.uniform(_SHORTEST_DOWN, _LONGEST_DOWN), 2),
        )
        for number, ((phase, share), hit) in enumerate(zip(moments, struck, strict=True), 1)
    ]


def _shares(random: Random, phase: Phase, count: int) -> list[float]:
    """Nothing tells how far the payment of tax is: the blows of that phase fall one after the other."""
    latest = 0.0 if phase is Phase.MONTH_END else 0.95
    return sorted(round(random.uniform(0, latest), 3) for _ in range(count))


def _drawn(random: Random, victims: Sequence[Victim]) -> tuple[Victim, ...]:
    weights = [_WEIGHTS.get(victim, 1) for victim in victims]
    count = 2 if random.random() < _TWO_AT_ONCE else 1
    return tuple(sorted(set(random.choices(victims, weights, k=count))))
