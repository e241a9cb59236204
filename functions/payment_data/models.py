"""Requests and results of the payment data."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.documents import InboundDocument
from events.payment_data_life import PaymentDataChange, SessionKey
from events.values import OrderKey, Value


class KeepRequest(Value):
    """An accepted document of the kind original-payment."""

    document: InboundDocument


class Kept(Value):
    """The ids of the workflows that wait for data of this order."""

    waiting: list[str]


class ForgetRequest(Value):
    """An order whose data were shredded."""

    key: OrderKey


class Forgotten(Value):
    """Whether there were data to clear away."""

    forgotten: bool


class GatherRequest(Value):
    """Which question; `ebp_code` where customs' address named the platform."""

    key: SessionKey
    ebp_code: str | None = None


class Obstacle(StrEnum):
    """Why the payment data of a question cannot go to customs yet."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"


class Gathered(Value):
    """What is here of the orders of a payment; `obstacle` is None when all of it is, and agrees.

    `orders` are all orders of the payment as far as known, `wanted` those whose data are missing, or, in a conflict,
    those whose data contradict the asked order's; `fields` names where they do. Holds no payment data.
    """

    ebp_code: str | None = None
    orders: list[str]
    obstacle: Obstacle | None = None
    wanted: list[str] = Field(default_factory=list)
    fields: list[str] = Field(default_factory=list)


class UploadRequest(Value):
    """A question whose data are complete; codes from `refusal_from` on are refusals that no repetition helps."""

    key: SessionKey
    ebp_code: str
    refusal_from: int


class Outcome(StrEnum):
    """What an answer of customs means."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"


class Uploaded(Value):
    """The answer of customs: its code and its words."""

    outcome: Outcome
    code: str
    message: str


class TellRequest(Value):
    """What a question's workflow tells the world: its whole history, of which `told` changes are known already.

    `wanted` are the orders whose data are asked for now, empty when nothing new is.
    """

    key: SessionKey
    ebp_code: str | None
    history: list[PaymentDataChange] = Field(min_length=1)
    told: int = Field(ge=0)
    orders: list[str]
    wanted: list[str] = Field(default_factory=list)
    needs_human: str | None
    due_by: AwareDatetime


class Told(Value):
    """The number of the last change that was told."""

    last: int
