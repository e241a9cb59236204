"""Requests and results of the order record."""

from pydantic import AwareDatetime, Field

from events.findings import Finding
from events.life import OrderView, StageChange
from events.values import OrderKey, Value


class RecordRequest(Value):
    """What an order's workflow tells the world: its whole history, of which `told` changes are known already.

    The whole, because a call that was cut off by a crash may come again with more than it had: what is on record
    is then replaced, not added to. `personal` holds the values of the order's documents that name a person; they
    are masked wherever they stand before anything is kept or published.
    """

    key: OrderKey
    mode: str | None
    history: list[StageChange] = Field(min_length=1)
    told: int = Field(ge=0)
    findings: list[Finding]
    needs_human: str | None = None
    due_by: AwareDatetime | None = None
    personal: list[str] = Field(default_factory=list)


class OpenRequest(Value):
    """A document came for an order; it may be the first one, and the order then is `opening`."""

    key: OrderKey
    opening: StageChange
    due_by: AwareDatetime


class Recorded(Value):
    """The number of the last change that is on record."""

    last: int


class OrderOpened(Value):
    """Whether the order was on record nowhere before the call."""

    is_new: bool


class ShowRequest(Value):
    """Which order is asked for."""

    key: OrderKey


class Shown(Value):
    """The order, or None when nothing is known under the key."""

    order: OrderView | None


class ForgetRequest(Value):
    """An order whose data were shredded."""

    key: OrderKey


class Forgotten(Value):
    """Whether there was a record to clear."""

    forgotten: bool
