"""The short form of `sandan chaos`: a few orders of every kind under a dozen blows, and every promise kept."""

import asyncio
from collections.abc import Iterator

import pytest

from infra.chaos.plan import PROCESSES, Victim
from infra.chaos.report import ChaosReport
from infra.chaos.run import disturbed_stack, run_chaos
from infra.generate.orders import generate
from infra.generate.scenarios import Mode, Scenario

pytestmark = pytest.mark.stack
_SEED, _BLOWS = 11, 12
_ORDERS = len(Scenario)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosReport]:
    """One order of each scenario, under a dozen blows."""
    orders = list(generate(_ORDERS, _SEED, tuple(Mode), tuple(Scenario)))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SANDAN_HOME", str(tmp_path_factory.mktemp("home")))
        with disturbed_stack(_SEED, lambdas=False) as around:
            yield asyncio.run(run_chaos(around, orders, _SEED, _BLOWS, print))


def test_every_promise_is_kept(report: ChaosReport) -> None:
    """Whatever was struck, lost, late and repeated."""
    assert [proof for proof in report.proofs if not proof.holds] == []
    assert (report.unbidden, report.disturbed.refused) == ([], [])
    assert report.is_right


def test_the_promises_were_put_to_the_test(report: ChaosReport) -> None:
    """Given a run that proves something, everybody was struck, and messages were lost, late and repeated everywhere."""
    assert {victim for victim in Victim if report.struck.root.get(victim)} == set(PROCESSES)
    assert len(report.dealt) >= _BLOWS - 2  # the last ones may come after the last order
    done = report.disturbed
    for count in (
        done.sent,
        done.repeated,
        done.answers_lost_at_the_door,
        done.answers_lost_by_counterparties,
        done.queue_delayed,
        done.queue_repeated,
        done.overtaken,
        done.repeated_by_counterparties,
        done.customs_repeated,
    ):
        assert count > 0, done
    looked_at = {proof.promise: proof.looked_at for proof in report.proofs}
    assert looked_at["every order ended as its scenario says"] == _ORDERS
    assert report.orders > _ORDERS  # and the one by which goods were exchanged
