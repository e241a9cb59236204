"""Records of orders as this process has written them last: likely what is on record, never a proof of it."""

from collections.abc import Iterable
from functools import cache

from events.values import OrderKey
from functions.latest import Latest
from functions.ledger.record import OrderRecord

_MOST_KEPT = 5_000


class Written:
    """The latest of them. Others may have changed a record since, so only a write that finds out may rely on one."""

    def __init__(self) -> None:
        self._texts: Latest[OrderKey, str] = Latest(_MOST_KEPT)

    def find(self, order: OrderKey) -> OrderRecord | None:
        """The record of an order, None where this process has not written it lately."""
        text = self._texts.get(order)
        return OrderRecord.model_validate_json(text) if text else None

    def note(self, records: Iterable[OrderRecord]) -> None:
        """They are on record now."""
        for record in records:
            self._texts.put(record.key, record.model_dump_json())

    def forget(self, records: Iterable[OrderRecord]) -> None:
        """Others have changed one of them."""
        for record in records:
            self._texts.forget(record.key)


@cache
def written() -> Written:
    """Those of this process."""
    return Written()
