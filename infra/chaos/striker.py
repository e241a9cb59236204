"""Deals the blows of a plan to a running stack, and brings back what it struck."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from infra.chaos.plan import Blow, Phase, Victim
from infra.stack.servers import EMULATOR, TEMPORAL
from infra.stack.stack import Stack

_LOOK_SECONDS = 0.05
_SERVERS = (EMULATOR, TEMPORAL)


@dataclass
class Course:
    """How far a run is: the share of each phase that is behind us. Written by the run, read by the striker."""

    shares: dict[Phase, float] = field(default_factory=lambda: dict.fromkeys(Phase, 0.0))
    phase: Phase = Phase.LIVES
    is_over: bool = False

    def is_due(self, blow: Blow) -> bool:
        """Whether the run is at the point where a blow falls, or beyond it."""
        order = list(Phase)
        at, of = order.index(self.phase), order.index(blow.phase)
        return at > of or (at == of and self.shares[blow.phase] >= blow.share)


@dataclass
class Striker:
    """Works in a thread of its own until the run is over; `say` is told of each blow. A plan may outlast a run."""

    stack: Stack
    blows: Sequence[Blow]
    course: Course
    kill_functions: Callable[[], int]
    say: Callable[[Blow], None]
    dealt: list[Blow] = field(default_factory=list)
    struck: Counter[Victim] = field(default_factory=Counter)
    unbidden: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Deal one blow after the other. StackError when something does not come back."""
        for blow in self.blows:
            while not self.course.is_over and not self.course.is_due(blow):
                self._revive()
                time.sleep(_LOOK_SECONDS)
            time.sleep(blow.pause)
            if self.course.is_over:
                break
            self.say(blow)
            self._strike(blow)
        while not self.course.is_over:
            self._revive()
            time.sleep(_LOOK_SECONDS)

    def _strike(self, blow: Blow) -> None:
        killed = []
        for victim in blow.victims:
            if victim is Victim.FUNCTIONS:
                self.struck[victim] += self.kill_functions()
                continue
            self.struck[victim] += 1
            if victim is Victim.EMULATOR:
                self.stack.stop(victim)
            else:
                self.stack.kill(victim)
            killed.append(victim.value)
        self.dealt.append(blow)
        time.sleep(blow.down if killed else 0)
        for name in sorted(killed, key=lambda name: name not in _SERVERS):
            self.stack.start(name)

    def _revive(self) -> None:
        """What died and was not struck is started again, as a supervisor of processes would, and is told at the end."""
        for name, ending in self.stack.crashed().items():
            self.unbidden.append(f"{name} ended with {ending}{self.stack.tail(name)}")
            self.stack.start(name)
