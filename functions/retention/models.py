"""Requests and results of the retention: terms, legal holds, shredding, and the record of all that."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from events.life import Stage
from events.values import OrderKey, Text, Value

Words = Field(min_length=1, max_length=500)
Matter = Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")
_HASH = r"^[0-9a-f]{64}$"


class Term(Value):
    """A class of data of an order: the row of policy that says how long it is kept, and the first day without it."""

    topic: str
    row: str
    basis: str
    years: int
    free_from: date


class Deed(StrEnum):
    """What is put on record."""

    HELD = "held"
    RELEASED = "released"
    SHREDDED = "shredded"
    CLEANED = "cleaned"


class AuditEntry(Value):
    """One deed in the chain of an order's, or a person's, record; `hash` is that of all the rest (SHA-256)."""

    number: int
    at: AwareDatetime
    what: Deed
    who: str
    why: str
    matter: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    previous: str
    hash: str


class Reason(StrEnum):
    """Why a key is not destroyed, or a hold not taken."""

    UNKNOWN = "unknown"
    NOT_ENDED = "not-ended"
    TERM = "retention-term"
    HOLD = "legal-hold"
    SHREDDED = "shredded"


class Refusal(Value):
    """One reason, in words; `topic`, `row` and `free_from` name the class of a term that has not ended."""

    reason: Reason
    text: Text
    topic: str | None = None
    row: str | None = None
    free_from: date | None = None


class OrderRequest(Value):
    """Whose retention is asked for; `at` decides which terms have ended."""

    key: OrderKey
    at: AwareDatetime


class OrderRetention(Value):
    """How the data of an order stand. `holds` are those of the order and, as `person: …`, of its buyers and payers.

    `counts_from` is its end; for data whose order never lived here the day on which their key was made. `refusals`
    say why the key cannot be destroyed now.
    """

    key: OrderKey
    stage: Stage | None = None
    counts_from: AwareDatetime | None = None
    head: str | None = None
    persons: list[str] = Field(default_factory=list)
    terms: list[Term] = Field(default_factory=list)
    holds: list[str] = Field(default_factory=list)
    shredded_at: AwareDatetime | None = None
    cleaned_at: AwareDatetime | None = None
    refusals: list[Refusal] = Field(default_factory=list)
    record: list[AuditEntry] = Field(default_factory=list)


class ListRequest(Value):
    """At most `most` orders; of one person, or those alone whose key may be destroyed at `at`."""

    at: AwareDatetime
    most: int = Field(default=100, ge=1)
    person: str | None = Field(default=None, pattern=_HASH)
    due: bool = False


class Listed(Value):
    """The orders, without their records; `more` when there are others."""

    orders: list[OrderRetention]
    more: bool


class HoldRequest(Value):
    """Keep an order's data, or all data of a person, until the matter is released; `at` is now.

    Exactly one of `key` and `person` (keyed hash) is given.
    """

    key: OrderKey | None = None
    person: str | None = Field(default=None, pattern=_HASH)
    matter: str = Matter
    who: str = Words
    why: str = Words
    at: AwareDatetime

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.key is None) == (self.person is None):
            raise ValueError("a hold is on an order or on a person: give one of key and person")
        return self


class Held(Value):
    """The matters that hold it now; `refused` says why nothing was changed."""

    holds: list[str]
    refused: Refusal | None = None


class ShredRequest(Value):
    """Destroy the key of an order; `at` is now. `history` is the digest of its history in Temporal, if it has one.

    A trial (`trial`) tells what would be refused and does nothing.
    """

    key: OrderKey
    who: str = Words
    why: str = Words
    at: AwareDatetime
    history: str | None = None
    trial: bool = False


class Shredded(Value):
    """`refusals` empty: the key is destroyed, or would be in a trial. `again`: it was destroyed before."""

    key: OrderKey
    shredded_at: AwareDatetime | None = None
    again: bool = False
    refusals: list[Refusal] = Field(default_factory=list)


class CheckRequest(Value):
    """Whose record is to be checked."""

    key: OrderKey


class Checked(Value):
    """What the record holds, and what is wrong with it: empty when its chain is whole."""

    entries: int
    head: str | None
    history: str | None
    shredded_at: AwareDatetime | None
    problem: str = ""
