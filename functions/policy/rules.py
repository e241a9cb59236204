"""What a workflow needs of the policy, in its own terms."""

from datetime import date, timedelta

from events.life import LifeLimits
from functions.policy.pack import Pack, PolicyAtDate, default_pack

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


def _span(policy: PolicyAtDate, topic: str, unit: timedelta) -> timedelta:
    microseconds = policy.row(topic).number() * (unit // timedelta(microseconds=1))
    return timedelta(microseconds=int(microseconds))
