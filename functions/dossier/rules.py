"""The chain of hashes: one changed, lost or added entry breaks it, also when nobody can read the entries any more."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from functions.dossier.models import ArchiveRequest, Chain, ChainedEntry, DossierEntry

GENESIS = "0" * 64
Commit = Callable[[bytes], str]


class BrokenChainError(ValueError):
    """A dossier is not what it was when it was written."""


def chain(request: ArchiveRequest, commit: Commit) -> Chain:
    """The chain of an order's entries; the first one follows sixty-four zeros."""
    entries: list[ChainedEntry] = []
    previous = GENESIS
    for number, entry in enumerate(request.entries, 1):
        link = ChainedEntry(
            number=number,
            at=entry.at,
            kind=entry.kind,
            commitment=commit(_canonical({"number": number, "content": entry.content})),
            previous=previous,
            hash="",
        )
        entries.append(link.model_copy(update={"hash": digest(link)}))
        previous = entries[-1].hash
    return Chain(key=request.key, stage=request.stage, entries=entries, head=previous)


def digest(entry: ChainedEntry) -> str:
    """The hash of an entry."""
    return hashlib.sha256(_canonical(entry.model_dump(mode="json", exclude={"hash"}))).hexdigest()


def verify(dossier: Chain) -> None:
    """The chain by itself, for which no key is needed.

    Raises BrokenChainError naming the first entry that does not follow from the one before.
    """
    previous = GENESIS
    for number, entry in enumerate(dossier.entries, 1):
        if entry.number != number or entry.previous != previous or entry.hash != digest(entry):
            raise BrokenChainError(f"dossier {dossier.key}: entry {number} was changed")
        previous = entry.hash
    if previous != dossier.head:
        raise BrokenChainError(f"dossier {dossier.key}: the last entry is not the head, entries were lost or added")


def verify_contents(dossier: Chain, entries: Sequence[DossierEntry], commit: Commit) -> None:
    """That the contents are those of the chain. Raises BrokenChainError naming the first that is not."""
    if len(entries) != len(dossier.entries):
        raise BrokenChainError(f"dossier {dossier.key}: {len(dossier.entries)} entries, {len(entries)} contents")
    for link, entry in zip(dossier.entries, entries, strict=True):
        if commit(_canonical({"number": link.number, "content": entry.content})) != link.commitment:
            raise BrokenChainError(f"dossier {dossier.key}: the content of entry {link.number} was changed")


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()
