"""The state of one question for payment data: where its answer stands, and when something is due."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from events.payment_data_life import (
    PaymentDataChange,
    PaymentDataLimits,
    PaymentDataSnapshot,
    PaymentDataStage,
    SessionKey,
)
from events.values import Text

LATE = "payment-data-late"
REFUSED = "payment-data-refused"
CONFLICT = "payment-data-conflict"
AMBIGUOUS = "payment-data-ambiguous"
UNACCEPTED = "payment-data-unaccepted"


class PaymentDataState(BaseModel):
    """One question. `retry_at` is when the next upload is due, `failures` counts the answers that ask for another."""

    key: SessionKey
    ebp_code: str | None
    asked_at: AwareDatetime
    limits: PaymentDataLimits
    stage: PaymentDataStage = PaymentDataStage.ASKED
    changes: list[PaymentDataChange] = Field(default_factory=list)
    told: int = 0
    orders: list[str] = Field(default_factory=list)
    wanted: list[str] = Field(default_factory=list)
    asked_for: list[str] = Field(default_factory=list)
    needs_human: str | None = None
    code: str | None = None
    failures: int = 0
    retry_at: AwareDatetime | None = None
    alerted: bool = False
    overdue: bool = False
    late_dismissed: bool = False

    @property
    def due_by(self) -> datetime:
        """When customs' waiting time is taken to end."""
        return self.asked_at + self.limits.deadline

    @property
    def alert_at(self) -> datetime:
        """When a person is told."""
        return self.due_by - self.limits.alert

    @property
    def expires_at(self) -> datetime:
        """When the question ends unanswered."""
        return self.asked_at + self.limits.expiry

    @property
    def next_moment(self) -> datetime:
        """When something is due next, whatever comes meanwhile."""
        moments = [self.expires_at]
        if not self.alerted:
            moments.append(self.alert_at)
        if not self.overdue:
            moments.append(self.due_by)
        if self.retry_at:
            moments.append(self.retry_at)
        return min(moments)

    @property
    def late_case(self) -> str | None:
        """The case of being late, unless a person has seen it."""
        return LATE if self.alerted and not self.late_dismissed else None

    def enter(self, stage: PaymentDataStage, reason: Text, at: datetime) -> None:
        """Enter a stage, or note something about the one that it is in."""
        self.stage = stage
        number = len(self.changes) + 1
        self.changes.append(PaymentDataChange(number=number, stage=stage, at=at, reason=reason, code=self.code))

    def snapshot(self) -> PaymentDataSnapshot:
        """Where the answer stands."""
        return PaymentDataSnapshot(
            key=self.key,
            ebp_code=self.ebp_code,
            stage=self.stage,
            history=self.changes,
            orders=self.orders,
            wanted=self.wanted,
            needs_human=self.needs_human,
            due_by=self.due_by,
        )
