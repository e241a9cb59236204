"""Who sends: the signature of a request is checked before anything in it is read."""

import hmac
import re
from datetime import datetime

from functions.gateway import limits, store
from functions.gateway.partners import Partner
from functions.gateway.refusals import Refusal, RefusedError
from functions.gateway.request import HttpRequest
from functions.gateway.signing import PARTNER_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from functions.settings import settings

_PARTNER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
_NOBODYS_KEY = bytes(32)


def authenticate(request: HttpRequest, now: datetime) -> Partner:
    """The partner who signed the request; a POST is taken once. Raises RefusedError (401, or 429 for too many).

    An unknown partner and a wrong signature get the same answer, after the same work. What counts against a partner's
    share is signed by it, and no repetition.
    """
    partner_id, timestamp, signature = (
        _header(request, name) for name in (PARTNER_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
    )
    sent_at = _checked_time(timestamp, now)
    partner = _known(partner_id, request, now)
    expected = sign(partner.key if partner else _NOBODYS_KEY, timestamp, request.signed)
    matches = hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))
    if partner is None or not matches:
        raise _refused(
            "the partner is unknown or the signature is wrong: sign the timestamp, a point, and the exact bytes of the "
            "body (of a GET: its method, a space, and its path with query) with your key, HMAC-SHA256, as v1=<hex>"
        )
    limits.refuse_spent(partner, request, now)
    until = int(sent_at + settings().clock_tolerance_seconds) + 1
    if request.method == "POST" and not store.remember(partner.id, expected, until):
        raise _refused("this very request was received before (replay): to send the body again, sign it again")
    limits.count(partner, request, now)
    return partner


def _known(partner_id: str, request: HttpRequest, now: datetime) -> Partner | None:
    """The partner of that id, or None. Raises RefusedError (429) when its address has asked for many that nobody is."""
    if not _PARTNER_ID.fullmatch(partner_id):
        return None
    if not store.was_found(partner_id):
        limits.refuse_strangers(request, now)
    partner = store.partner(partner_id)
    if partner is None:
        limits.note_stranger(request, now)
    return partner


def _header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name.lower(), "").strip()
    if not value:
        wanted = f"{PARTNER_HEADER}, {TIMESTAMP_HEADER}, {SIGNATURE_HEADER}"
        raise _refused(f"the header {name} is missing: a request carries {wanted}")
    return value


def _checked_time(timestamp: str, now: datetime) -> float:
    if not _TIMESTAMP.fullmatch(timestamp):
        raise _refused(f"{TIMESTAMP_HEADER} is not a Unix time in seconds, such as {now.timestamp():.3f}")
    sent_at, tolerance = float(timestamp), settings().clock_tolerance_seconds
    away = sent_at - now.timestamp()
    if abs(away) > tolerance:
        raise _refused(
            f"{TIMESTAMP_HEADER} is {abs(away):.0f} seconds {'ahead of' if away > 0 else 'behind'} our clock "
            f"({now.timestamp():.0f}), {tolerance} are allowed: set your clock, sign again"
        )
    return sent_at


def _refused(detail: str) -> RefusedError:
    return RefusedError(Refusal.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": "Sandan-Signature v1"})
