"""The request and the result of noting an end, which is all of the retention that a dossier needs."""

from pydantic import AwareDatetime

from events.life import Stage
from events.values import OrderKey, Value


class EndedRequest(Value):
    """An order has ended; `head` vouches for its dossier, `persons` are the keyed hashes of its buyers and payers."""

    key: OrderKey
    stage: Stage
    ended_at: AwareDatetime
    head: str
    persons: list[str]


class Ended(Value):
    """From when on the retention counts."""

    ended_at: AwareDatetime
