"""A version of the order's code that is not the product's: apart, since the sandbox loads its module anew."""

import asyncio

from temporalio import workflow

from events.life import IMPORT_ORDER_WORKFLOW, ImportOrderResult, ImportOrderStart
from workflows.import_order import ImportOrderWorkflow


@workflow.defn(name=IMPORT_ORDER_WORKFLOW)
class ChangedOrderWorkflow(ImportOrderWorkflow):
    """The next version: it begins with another step, so that no history of the first one replays with it."""

    @workflow.run
    async def run(self, start: ImportOrderStart) -> ImportOrderResult:
        """Wait a moment, then live as before."""
        await asyncio.sleep(0.001)
        return await super().run(start)
