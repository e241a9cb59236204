"""Every recorded history of a tax payment must still replay."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from infra.replay import load, recorded
from infra.replay_tax_payments import KINDS
from infra.worker import workflow_runner
from workflows.tax_payment import TaxPaymentRunWorkflow, TaxPaymentWorkflow

FOLDER = Path(__file__).parent / "tax_payment_histories"
HISTORIES = recorded(FOLDER)


def replayer() -> Replayer:
    """The product's workflows under replay."""
    return Replayer(
        workflows=[TaxPaymentRunWorkflow, TaxPaymentWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=workflow_runner(),
    )


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.name.partition(".")[0])
async def test_recorded_history_replays(path: Path) -> None:
    await replayer().replay_workflow(load(path))


def test_every_kind_is_recorded() -> None:
    assert {path.name.partition(".")[0] for path in HISTORIES} == set(KINDS)


async def test_a_history_of_other_steps_does_not_replay() -> None:
    """Given a history in which another function claimed the bills."""
    whole = load(FOLDER / "paid.json.gz")
    changed = whole.to_json().replace("tax_payment.claim", "tax_payment.other")
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json(whole.workflow_id, changed))
