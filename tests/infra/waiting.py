"""A workflow that waits for one activity: apart, since the sandbox loads its module anew."""

from datetime import timedelta

from temporalio import workflow

_TIMEOUT = timedelta(seconds=20)


@workflow.defn
class WaitingWorkflow:
    """Calls `wait`, by the worker that has it or by its own."""

    @workflow.run
    async def run(self, seconds: float, local: bool) -> str:
        """Answers when the activity has ended."""
        if local:
            await workflow.execute_local_activity("wait", seconds, start_to_close_timeout=_TIMEOUT)
        else:
            await workflow.execute_activity("wait", seconds, start_to_close_timeout=_TIMEOUT)
        return "waited"
