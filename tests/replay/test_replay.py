"""Every recorded history must still replay: orders live for a month, and the code changes under them."""

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from infra.demo.returns import ENDS
from infra.generate.scenarios import Mode, Scenario
from infra.replay import questions, tax_payments
from infra.replay.checking import LifeBrokenError, check, check_history
from infra.replay.files import SUFFIX, lives, load, recorded

FOLDER = Path(__file__).parent / "histories"
BEFORE_RESTS = "orders-that-do-not-rest"  # begun before orders continued as new when delivered
ONE_BY_ONE = "orders-that-call-one-by-one"  # begun before one local activity called two functions
KINDS = ("orders", BEFORE_RESTS, ONE_BY_ONE, "payment-data", "tax-payments")
HISTORIES = [path for kind in KINDS for path in recorded(FOLDER / kind)]


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}-{path.name.removesuffix(SUFFIX)}")
async def test_recorded_history_replays(path: Path) -> None:
    await check(path)


def test_every_scenario_is_recorded() -> None:
    """A new one is added by `python -m infra.replay --missing tests/replay/histories`."""
    names = lives(FOLDER / "orders")
    orders = {name.partition("-")[2] for name in names if name.startswith(tuple(Mode))}
    assert orders == {scenario.value for scenario in Scenario}
    returns = {name.partition("-")[2] for name in names if name.startswith("return-")}
    assert returns == {scenario.value for scenario in ENDS}
    assert set(lives(FOLDER / "payment-data")) == set(questions.KINDS)
    assert set(lives(FOLDER / "tax-payments")) == set(tax_payments.KINDS)


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("orders/9610-release", "declaration.submit"),
        ("orders-that-call-one-by-one/9610-release", "declaration.submit"),
        ("orders/return-return", "declaration.return-list"),
        ("payment-data/accepted", "payment-data.upload"),
        ("orders/return-refund-dies", "refund.pay"),
        ("tax-payments/paid", "tax_payment.claim"),
    ],
)
async def test_a_history_of_other_steps_does_not_replay(path: str, step: str) -> None:
    # Given a life in which another function was called at one step
    whole = load(FOLDER / f"{path}.json.gz")
    told = whole.to_json()
    assert step in told
    other = WorkflowHistory.from_json(whole.workflow_id, told.replace(step, "another.step"))
    # When it is replayed, then the failure says which life, at what step, and what can be done
    with pytest.raises(LifeBrokenError) as broken:
        await check_history(other, path)
    text = str(broken.value)
    assert path in text
    assert whole.workflow_id in text
    assert step in text
    assert "workflow.patched" in text


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("orders", {"rests": True, "calls_together": True}),
        (BEFORE_RESTS, {}),
        (ONE_BY_ONE, {"rests": True}),
    ],
)
def test_each_folder_has_lives_of_its_own_kind(kind: str, told: dict[str, bool]) -> None:
    """They are told apart by what they were told when they began, in every run."""
    for path in recorded(FOLDER / kind):
        (start,) = load(path).events[0].workflow_execution_started_event_attributes.input.payloads
        begun = json.loads(start.data)
        if not path.name.startswith("return-"):
            assert {name: begun[name] for name in ("rests", "calls_together") if name in begun} == told, path.name
