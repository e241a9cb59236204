"""Warn when a guarantee is nearly used up, once per crossing of the share that warns.

The balance says which crossing was announced last and whether it still lasts. The event goes out first and is noted
then; whatever dies in between, the next change of the guarantee, or the same one repeated, announces it again under
the same id.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from events.guarantee import GuaranteeLow
from events.outbound import GUARANTEE_LOW
from events.values import CHINA, utc_now
from functions.bus import OWN_SOURCE, OutboundEvent, put_events
from functions.ledger import guarantee_store
from functions.ledger.balance import Balance
from functions.ledger.table import ATTEMPTS, pause
from functions.policy.pack import default_pack

ALERT_SHARE = "guarantee.alert_share"


def watch(guarantors: Iterable[str]) -> None:
    """Compare guarantees with the share, after every change of them."""
    for guarantor in sorted({guarantor for guarantor in guarantors if guarantor}):
        _watch(guarantor)


def _watch(guarantor: str) -> None:
    """Look again after everything that was noted: the guarantee may have moved meanwhile."""
    for attempt in range(ATTEMPTS):
        pause(attempt)
        now = guarantee_store.read(guarantor)
        at = utc_now()
        share = default_pack().at(at.astimezone(CHINA).date()).row(ALERT_SHARE).number()
        is_low = bool(now.ceiling) and now.in_use >= share * (now.ceiling or Decimal())
        if is_low == now.alerted:
            return
        if is_low:
            put_events(OWN_SOURCE, [_event(guarantor, now, share, at)])
            guarantee_store.note_alert(guarantor, now.crossings + 1)
        else:
            guarantee_store.end_alert(guarantor, now)


def _event(guarantor: str, now: Balance, share: Decimal, at: datetime) -> OutboundEvent:
    crossing = now.crossings + 1
    return OutboundEvent(
        id=f"guarantee/{guarantor}#{crossing}",
        type=GUARANTEE_LOW.name,
        subject=f"guarantee/{guarantor}",
        time=at,
        data=GuaranteeLow(
            guarantor=guarantor,
            crossing=crossing,
            amount=now.ceiling or Decimal(),
            in_use=now.in_use,
            available=now.available or Decimal(),
            alert_share=share,
            at=at,
        ),
    )
