"""The secret of an order's key, and why there may be none."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from events.values import OrderKey

_OF_ORDERS, _OF_RETURNS = "import/", "return/"


@dataclass(frozen=True)
class Seed:
    """32 random bytes that an order's key is derived from, together with a key of the secret; and since when."""

    secret: bytes = field(repr=False)
    made_at: datetime


class ShreddedError(LookupError):
    """The key of an order was destroyed: what it sealed can be read by nobody, and nothing new is sealed for it."""

    def __init__(self, order: OrderKey, at: datetime) -> None:
        self.order, self.at = order, at
        super().__init__(
            f"the data of order {order} were shredded on {at:%Y-%m-%d}: their key is destroyed, nothing can be read or "
            "added (sandan retention show)"
        )


class NoDataKeyError(LookupError):
    """Something is sealed with an order's key that is not there, and was not destroyed here either."""

    def __init__(self, order: OrderKey) -> None:
        super().__init__(f"the table of data keys has no key of order {order}: was the table lost, or another one?")


@lru_cache(4096)
def order_of_workflow(workflow_id: str | None) -> OrderKey | None:
    """The order whose people a workflow's payloads name: its own, or that of a return; None for all others."""
    try:
        if workflow_id and workflow_id.startswith(_OF_ORDERS):
            return OrderKey.from_workflow_id(workflow_id)
        if workflow_id and workflow_id.startswith(_OF_RETURNS):
            from events.return_life import key_of_return  # noqa: PLC0415 - the models of returns: when there is one

            return key_of_return(workflow_id)
    except ValueError:
        return None
    return None
