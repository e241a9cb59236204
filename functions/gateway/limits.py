"""How much one may send, so that a flood from one leaves the others served.

Partners are counted in the table, for all copies of the door together, and only after their signature: nobody uses up
what is another's. A copy adds to the table in lumps, the smaller the less is left of a share. Whoever has not signed is
counted by address: questions of customs in the table, one by one, strangers in the memory of each copy.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from events.problems import Problem
from functions.gateway import store
from functions.gateway.errors import LOGGER
from functions.gateway.partners import Partner
from functions.gateway.refusals import Refusal, RefusedError
from functions.gateway.request import HttpRequest
from functions.settings import settings

WINDOW_SECONDS = 10
BYTES_PER_UNIT = 64 * 1024
LUMPS = 100
"""A copy adds to the table's count when it has taken this part of what was left of the share."""
_SOURCES_KEPT = 10_000


@dataclass
class _Lump:
    """Units of one share that this copy has taken and not added to the table yet; at `size` it does."""

    size: int
    taken: int = 0


@dataclass
class _Window:
    """What this copy of the door has in mind of the current ten seconds: shares, spent ones, and strangers."""

    number: int = 0
    lumps: dict[str, _Lump] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    strangers: Counter[str] = field(default_factory=Counter)


_window = _Window()


def units(request: HttpRequest) -> int:
    """What a request counts: one, and one more for each full 64 KB of its body."""
    return 1 + len(request.body) // BYTES_PER_UNIT


def refuse_spent(partner: Partner, request: HttpRequest, now: datetime) -> None:
    """Raises RefusedError (429) when this copy knows that the partner's share is spent; costs no access to a table."""
    if _share(partner, request) in _at(now).spent:
        raise _of_partner(partner, now)


def count(partner: Partner, request: HttpRequest, now: datetime) -> None:
    """Count a request of a partner. Raises RefusedError (429) when his share of these ten seconds is spent.

    What is sent and what is asked for have a share each.
    """
    share, limit, used = _share(partner, request), _per_second(partner) * WINDOW_SECONDS, units(request)
    lump = _at(now).lumps.get(share, _Lump(1))
    if lump.taken + used < lump.size:
        lump.taken += used
        return
    total = _counted(share, lump.taken + used, limit, now)
    if total is None:
        raise _of_partner(partner, now)
    _at(now).lumps[share] = _Lump((limit - total) // LUMPS)


def count_question(request: HttpRequest, now: datetime) -> None:
    """Count an unsigned question of customs by its address. Raises RefusedError (429)."""
    limit = settings().questions_per_second
    if _counted(f"question#{request.source}", units(request), limit * WINDOW_SECONDS, now) is None:
        raise _refused(f"your address has asked as often as it may ({limit} a second)", request.source, now)


def refuse_strangers(request: HttpRequest, now: datetime) -> None:
    """Raises RefusedError (429) when too many unknown partners came from an address; so no more secrets are asked."""
    limit = settings().strangers_per_second
    if _at(now).strangers[request.source] >= limit * WINDOW_SECONDS:
        words = f"too many requests from your address are of partners that nobody knows ({limit} a second are heard)"
        raise _refused(words, request.source, now)


def note_stranger(request: HttpRequest, now: datetime) -> None:
    """A partner from that address is not known."""
    strangers = _at(now).strangers
    if len(strangers) < _SOURCES_KEPT or request.source in strangers:
        strangers[request.source] += 1


def _at(now: datetime) -> _Window:
    global _window  # noqa: PLW0603 - the memory of this copy
    number = int(now.timestamp()) // WINDOW_SECONDS
    if number != _window.number:
        _window = _Window(number)
    return _window


def _counted(share: str, used: int, limit: int, now: datetime) -> int | None:
    """What all copies have used of a share with this; None, and nothing added, when it is spent."""
    window = _at(now)
    if share in window.spent:
        return None
    total = store.count(f"{share}#{window.number}", used, limit, (window.number + 1) * WINDOW_SECONDS)
    if total is None:
        window.spent.add(share)
        LOGGER.warning("a share is spent", extra={"share": share})
    return total


def _share(partner: Partner, request: HttpRequest) -> str:
    return f"{'sends' if request.method == 'POST' else 'asks'}#{partner.id}"


def _per_second(partner: Partner) -> int:
    return partner.requests_per_second or settings().partner_requests_per_second


def _of_partner(partner: Partner, now: datetime) -> RefusedError:
    words = (
        f"the partner {partner.id} has used up its {_per_second(partner)} requests a second (one for each full "
        f"{BYTES_PER_UNIT // 1024} KB of a body more)"
    )
    return _refused(words, partner.id, now)


def _refused(words: str, who: str, now: datetime) -> RefusedError:
    wait = WINDOW_SECONDS - int(now.timestamp()) % WINDOW_SECONDS
    told = f"{words}, counted over {WINDOW_SECONDS} seconds: send again in {wait} seconds, signed anew"
    problem = Problem(path="/", rule="rate", value=who, message=told)
    return RefusedError(Refusal.TOO_MANY, told, [problem], {"Retry-After": str(wait)})
