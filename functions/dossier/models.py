"""Requests and results of the dossier."""

from typing import Any

from pydantic import AwareDatetime

from events.documents import InboundDocument
from events.life import Stage
from events.values import OrderKey, Value


class DossierEntry(Value):
    """One thing that happened: a document or receipt as it came, or a decision with its grounds."""

    at: AwareDatetime
    kind: str
    content: dict[str, Any]


class ChainedEntry(Value):
    """An entry in its chain: `hash` is the SHA-256 of `previous`, number, time, kind and content."""

    number: int
    at: AwareDatetime
    kind: str
    content: dict[str, Any]
    previous: str
    hash: str


class Dossier(Value):
    """Everything about one order, in order; `head` is the hash of the last entry and vouches for all before it."""

    key: OrderKey
    stage: Stage
    entries: list[ChainedEntry]
    head: str


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
