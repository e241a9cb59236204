"""The chain of hashes: one changed, lost or added entry breaks it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from events.values import OrderKey
from functions.dossier.models import ArchiveRequest, ChainedEntry, Dossier, DossierEntry

GENESIS = "0" * 64


class BrokenChainError(ValueError):
    """A dossier is not what it was when it was written."""


def digest(previous: str, number: int, entry: DossierEntry) -> str:
    """The hash of an entry that follows `previous`."""
    content: dict[str, Any] = {"previous": previous, "number": number, **entry.model_dump(mode="json")}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def chain(request: ArchiveRequest) -> Dossier:
    """The dossier of an order; the first entry follows sixty-four zeros."""
    entries: list[ChainedEntry] = []
    previous = GENESIS
    for number, entry in enumerate(request.entries, 1):
        current = digest(previous, number, entry)
        entries.append(ChainedEntry(number=number, previous=previous, hash=current, **entry.model_dump()))
        previous = current
    return Dossier(key=request.key, stage=request.stage, entries=entries, head=previous)


def verify(dossier: Dossier) -> None:
    """Raises BrokenChainError naming the first entry that does not follow from the one before."""
    if _head(dossier.key, dossier.entries) != dossier.head:
        raise BrokenChainError(f"dossier {dossier.key}: the last entry is not the head, entries were lost or added")


def _head(key: OrderKey, entries: Sequence[ChainedEntry]) -> str:
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        own = DossierEntry(at=entry.at, kind=entry.kind, content=entry.content)
        if entry.number != number or entry.previous != previous or entry.hash != digest(previous, number, own):
            raise BrokenChainError(f"dossier {key}: entry {number} was changed")
        previous = entry.hash
    return previous
