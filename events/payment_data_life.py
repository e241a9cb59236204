"""The life of one question of customs for payment data, as the outside sees it: stages, start, what is told."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from events.values import Text, Value

PAYMENT_DATA_WORKFLOW = "PaymentData"
DATA_CAME_SIGNAL = "data-came"


class PaymentDataStage(StrEnum):
    """Where the answer to customs stands."""

    ASKED = "asked"
    WAITING = "waiting"
    UPLOADING = "uploading"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether the life ends here."""
        return self in {PaymentDataStage.ACCEPTED, PaymentDataStage.CLOSED, PaymentDataStage.EXPIRED}


class SessionKey(Value):
    """One question of customs: its session and the order it asks for; customs names no platform."""

    session_id: str
    order_no: str

    @property
    def workflow_id(self) -> str:
        """The id of the question's workflow: the same question again starts nothing."""
        return f"payment-data/{self.session_id}/{self.order_no}"

    def __str__(self) -> str:
        return f"{self.session_id}/{self.order_no}"


class PaymentDataLimits(Value):
    """The times and counts of one life, fixed when it starts.

    `deadline` runs from the question, `alert` is how long before it a person is told, `retry` the pause after an
    answer that asks for another try, `attempts` how many such answers until a person has to look, `refusal_from` the
    first code of customs that no repetition helps, `expiry` when a question that nobody could answer ends.
    """

    deadline: timedelta
    alert: timedelta
    retry: timedelta
    attempts: int
    refusal_from: int
    expiry: timedelta


class PaymentDataStart(Value):
    """The input of the workflow; `ebp_code` where the address that customs called says it."""

    key: SessionKey
    ebp_code: str | None = None
    limits: PaymentDataLimits


class PaymentDataResult(Value):
    """How the life ended, and the last code of customs."""

    stage: PaymentDataStage
    code: str | None = None


class PaymentDataChange(Value):
    """One step: to which stage, when, why, with which code of customs. `number` counts from 1."""

    number: int
    stage: PaymentDataStage
    at: AwareDatetime
    reason: Text
    code: str | None = None


class PaymentDataSnapshot(Value):
    """Query `state`: where the answer stands; `wanted` are the orders whose data are missing. No payment data."""

    key: SessionKey
    ebp_code: str | None
    stage: PaymentDataStage
    history: list[PaymentDataChange]
    orders: list[str]
    wanted: list[str]
    needs_human: str | None
    due_by: AwareDatetime


class PaymentDataResolution(StrEnum):
    """What a person may decide: gather and upload again, or end it without an answer."""

    RETRY = "retry"
    CLOSE = "close"


class ResolvePaymentData(Value):
    """Update `resolve`: the decision of a person in the case that the question waits with.

    `ebp_code` says whose order it is, where several platforms have the number.
    """

    case: str
    resolution: PaymentDataResolution
    ebp_code: str | None = Field(default=None, pattern=r"^[^/\s]{1,18}$")
    who: str = Field(min_length=1)
    why: str = Field(min_length=1)


class PaymentDataChanged(Value):
    """The outbound event `cn.sandan.payment-data.stage-changed.v1`; holds no payment data.

    `needs_human` names the case that a person has to look at, `due_by` is when customs' waiting time is taken to end.
    """

    session_id: str
    order_no: str
    ebp_code: str | None
    change: PaymentDataChange
    needs_human: str | None
    due_by: AwareDatetime


class PaymentDataWanted(Value):
    """The outbound event `cn.sandan.payment-data.wanted.v1`: send `cn.sandan.payment.original.v1` of these orders.

    `ebp_code` is None when no data of the order have come and customs' address names no platform.
    """

    session_id: str
    order_no: str
    ebp_code: str | None
    wanted: list[str]
    due_by: AwareDatetime
