"""Documents of one order that come in one batch go to its workflow together: every signal is a billable Action."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from events.documents import InboundDocument
from events.values import OrderKey

Deliver = Callable[[OrderKey, list[InboundDocument]], Awaitable[None]]


class Gathering:
    """Waits until every record of a batch has told its order, then delivers once per order.

    A delivery that fails, fails for every record that took part in it.
    """

    def __init__(self, records: int, deliver: Deliver) -> None:
        self._awaited = records
        self._deliver = deliver
        self._groups: dict[OrderKey, dict[str, InboundDocument]] = defaultdict(dict)
        self._deliveries: dict[OrderKey, asyncio.Task[None]] = {}
        self._complete = asyncio.Event()

    async def join(self, key: OrderKey, documents: list[InboundDocument]) -> None:
        """Hand over a record's documents; returns when they are delivered, raises what the delivery raised."""
        self._groups[key].update({document.document_id: document for document in documents})
        self._arrived()
        await self._complete.wait()
        if key not in self._deliveries:
            group = sorted(self._groups[key].values(), key=lambda document: document.received_at)
            self._deliveries[key] = asyncio.create_task(self._run(key, group))
        await asyncio.shield(self._deliveries[key])

    def drop_out(self) -> None:
        """A record has nothing to deliver."""
        self._arrived()

    def _arrived(self) -> None:
        self._awaited -= 1
        if self._awaited == 0:
            self._complete.set()

    async def _run(self, key: OrderKey, documents: list[InboundDocument]) -> None:
        await self._deliver(key, documents)
