"""The plan of blows."""

import pytest

from infra.chaos.plan import LAMBDAS, PROCESSES, Phase, Victim, plan
from infra.chaos.striker import Course


def test_one_seed_makes_one_plan() -> None:
    """Given a seed, the blows are the same each time; another seed makes others."""
    assert plan(7, 60, PROCESSES) == plan(7, 60, PROCESSES)
    assert plan(7, 60, PROCESSES) != plan(8, 60, PROCESSES)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("blows", "victims"), [(6, PROCESSES), (12, PROCESSES), (60, PROCESSES), (9, LAMBDAS)])
def test_every_victim_is_struck_and_every_phase_has_blows(seed: int, blows: int, victims: tuple[Victim, ...]) -> None:
    """However small the plan is; nobody else is struck, and the blows stand in the order in which they fall."""
    made = plan(seed, blows, victims)
    assert len(made) == blows
    assert {victim for blow in made for victim in blow.victims} == set(victims)
    assert {blow.phase for blow in made} == set(Phase)
    moments = [(list(Phase).index(blow.phase), blow.share) for blow in made]
    assert moments == sorted(moments)
    assert [blow.number for blow in made] == list(range(1, blows + 1))


def test_who_pays_the_tax_dies_while_it_is_paid() -> None:
    """When the month ends, the worker and the Temporal server are struck: nobody else could spoil the payment."""
    struck = {victim for blow in plan(7, 60, PROCESSES) if blow.phase is Phase.MONTH_END for victim in blow.victims}
    assert struck == {Victim.WORKER, Victim.TEMPORAL}


def test_a_blow_is_due_at_its_share_of_its_phase_or_after_that_phase() -> None:
    """Given a run in the middle of a phase, what belongs to a later one waits."""
    course = Course()
    course.shares[Phase.LIVES] = 0.5
    due = [course.is_due(blow) for blow in plan(7, 12, PROCESSES)]
    assert due == [blow.phase is Phase.LIVES and blow.share <= 0.5 for blow in plan(7, 12, PROCESSES)]
    course.phase = Phase.MONTH_END
    assert all(course.is_due(blow) == (blow.phase is not Phase.ENDS) for blow in plan(7, 12, PROCESSES))
