"""Whether the workflows as they are now go on with a life that was recorded."""

from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from infra.replay.files import load
from infra.worker import WORKFLOWS, workflow_runner

ADVICE = """\
Orders that run would stop at this step, for they live for a month and more. Choose one:
  - put the new steps behind workflow.patched("name-of-the-change") and keep the old ones for lives that have them;
  - give the workers a new version, so that orders which run end under the old one, and begin a new folder of histories;
  - the change was not meant: take it back.
Recording the histories anew only silences this test. docs/operations.md, "Changing the workflow"."""


class LifeBrokenError(Exception):
    """A recorded life does not replay; the text says which, at what step, and what can be done."""


async def check(path: Path) -> None:
    """Replay the recorded history of a file. Raises LifeBrokenError."""
    await check_history(load(path), path.name)


async def check_history(history: WorkflowHistory, name: str) -> None:
    """Replay a history that is called `name` in the message. Raises LifeBrokenError."""
    replayer = Replayer(workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=workflow_runner())
    try:
        await replayer.replay_workflow(history)
    except NondeterminismError as error:
        raise LifeBrokenError(f"{name} ({history.workflow_id}) does not replay: {error}\n\n{ADVICE}") from error
