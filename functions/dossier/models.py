"""Requests and results of the dossier."""

from typing import Any

from pydantic import AwareDatetime

from events.documents import InboundDocument
from events.life import Stage
from events.values import OrderKey, Value
from functions.data_keys.sealed import Sealed


class DossierEntry(Value):
    """One thing that happened: a document or receipt as it came, or a decision with its grounds."""

    at: AwareDatetime
    kind: str
    content: dict[str, Any]


class ChainedEntry(Value):
    """An entry in its chain, without its content: `commitment` vouches for that, see functions.data_keys.sealed.

    `hash` is the SHA-256 of `previous`, number, time, kind and commitment.
    """

    number: int
    at: AwareDatetime
    kind: str
    commitment: str
    previous: str
    hash: str


class Chain(Value):
    """What happened to one order, in order; `head` is the hash of the last entry and vouches for all before it."""

    key: OrderKey
    stage: Stage
    entries: list[ChainedEntry]
    head: str


class Dossier(Chain):
    """As it lies in the archive: the chain in clear, the contents of its entries sealed with the order's key."""

    contents: Sealed


class ArchiveRequest(Value):
    """What a closed life leaves behind."""

    key: OrderKey
    stage: Stage
    entries: list[DossierEntry]


class Archived(Value):
    """Where the dossier lies, and the hash that vouches for it."""

    location: str
    head: str
    entries: int


class LateRequest(Value):
    """A document that came when the life of its order was over."""

    key: OrderKey
    document: InboundDocument


class Kept(Value):
    """Where the late document lies."""

    location: str


class CheckRequest(Value):
    """Whose dossier is to be checked; `head` is the hash that was told of it elsewhere."""

    key: OrderKey
    head: str


class Checked(Value):
    """What was found: `problem` says what does not hold, empty when all does; `readable`: contents were checked too."""

    entries: int
    readable: bool
    problem: str = ""
