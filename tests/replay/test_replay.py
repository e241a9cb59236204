"""Every recorded history must still replay: orders live for a month, and the code changes under them."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from infra.demo.returns import ENDS
from infra.generate.scenarios import LIVES, Mode
from infra.replay import load, recorded
from infra.worker import WORKFLOWS, workflow_runner

FOLDER = Path(__file__).parent / "histories"
HISTORIES = recorded(FOLDER)


def replayer() -> Replayer:
    """The product's workflows under replay."""
    return Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=workflow_runner())


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name.partition(".")[0])
async def test_recorded_history_replays(path: Path) -> None:
    await replayer().replay_workflow(load(path))


def test_every_life_is_recorded() -> None:
    names = {path.name.partition(".")[0] for path in HISTORIES}
    orders = {name.partition("-")[2] for name in names if name.startswith(tuple(Mode))}
    assert orders == {scenario.value for scenario in LIVES}
    returns = {name.partition("-")[2] for name in names if name.startswith("return-")}
    assert returns == {scenario.value for scenario in LIVES if scenario in ENDS}


async def test_a_history_of_other_steps_does_not_replay() -> None:
    # Given a life in which another activity was called where the list goes to customs
    whole = load(FOLDER / "9610-release.json.gz")
    other = WorkflowHistory.from_json(whole.workflow_id, whole.to_json().replace("declaration.submit", "other.submit"))
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(other)
