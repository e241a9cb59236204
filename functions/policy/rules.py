"""What a workflow needs of the policy, in its own terms."""

from datetime import date, timedelta

from events.life import LifeLimits
from events.payment_data_life import PaymentDataLimits
from functions.policy.pack import Pack, PolicyAtDate, default_pack

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def life_limits(on: date, pack: Pack | None = None) -> LifeLimits:
    """The waiting times of a life that starts on that day. Raises PolicyError when a topic has no row."""
    policy = (pack or default_pack()).at(on)
    return LifeLimits(
        documents=_span(policy, "life.documents_hours", _HOUR),
        correction=_span(policy, "life.correction_hours", _HOUR),
        silence=_span(policy, "life.silence_minutes", _MINUTE),
        resends=policy.row("life.resends").whole(),
        decision=_span(policy, "life.decision_hours", _HOUR),
        guarantee_retry=_span(policy, "guarantee.retry_minutes", _MINUTE),
    )


def payment_data_limits(on: date, pack: Pack | None = None) -> PaymentDataLimits:
    """The times and counts of a question for payment data of that day. Raises PolicyError when a topic has no row."""
    policy = (pack or default_pack()).at(on)
    return PaymentDataLimits(
        deadline=_span(policy, "payment_data.deadline_minutes", _MINUTE),
        alert=_span(policy, "payment_data.alert_minutes", _MINUTE),
        retry=_span(policy, "payment_data.retry_minutes", _MINUTE),
        attempts=policy.row("payment_data.attempts").whole(),
        refusal_from=policy.row("payment_data.refusal_from").whole(),
        expiry=_span(policy, "payment_data.expiry_days", _DAY),
    )


def _span(policy: PolicyAtDate, topic: str, unit: timedelta) -> timedelta:
    microseconds = policy.row(topic).number() * (unit // timedelta(microseconds=1))
    return timedelta(microseconds=int(microseconds))
