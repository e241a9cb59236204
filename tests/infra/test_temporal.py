"""Histories are recorded decrypted: encrypted on the server, in clear in the file, and replayed without a key."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from infra.replay.files import load, save
from infra.temporal import decrypted_life

NAME = "测试甲一"
_ONCE = RetryPolicy(maximum_attempts=1)


@activity.defn
async def refuse(name: str) -> None:
    """Fails with a message that names somebody."""
    raise ApplicationError(f"{name} is not known", {"who": name})


@workflow.defn
class Refused:
    """A workflow that fails as its activity does."""

    @workflow.run
    async def run(self, name: str) -> None:
        """Say who is asked for in every way that the UI shows, then fail."""
        workflow.set_current_details(f"asks for {name}")
        await workflow.execute_activity(
            refuse, name, start_to_close_timeout=timedelta(seconds=5), retry_policy=_ONCE, summary=f"asks for {name}"
        )


async def test_a_history_is_recorded_in_clear_and_replays_without_a_key(
    temporal: WorkflowEnvironment, tmp_path: Path
) -> None:
    """Given a workflow whose input, summaries and failure name somebody, then only the recorded history shows it."""
    name = f"refused-{uuid4()}"
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        temporal.client, task_queue=name, workflows=[Refused], activities=[refuse], workflow_runner=runner
    ):
        handle = await temporal.client.start_workflow(
            Refused.run, NAME, id=name, task_queue=name, static_summary=NAME, static_details=NAME, memo={"who": NAME}
        )
        with pytest.raises(WorkflowFailureError) as raised:
            await handle.result()
    assert NAME in str(raised.value.cause.__cause__ if raised.value.cause else "")
    described = await handle.describe()
    assert await described.static_summary() == NAME
    assert NAME.encode() not in described.raw_description.SerializeToString()
    history = await handle.fetch_history()
    assert not [event for event in history.events if NAME.encode() in event.SerializeToString()]

    (decrypted,) = await decrypted_life(temporal.client, name)
    holding = [event.event_id for event in decrypted.events if NAME.encode() in event.SerializeToString()]
    assert len(holding) >= 4  # start, activity, its failure, the workflow's failure
    save([decrypted], tmp_path, "refused")
    replayer = Replayer(workflows=[Refused], data_converter=pydantic_data_converter, workflow_runner=runner)
    await replayer.replay_workflow(load(tmp_path / "refused.json.gz"))
