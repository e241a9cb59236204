"""The persons of an order, as far as its documents number them. Pure but for the key of the hashes."""

from collections.abc import Iterable, Iterator
from typing import Any

from functions.dossier.models import DossierEntry
from functions.ledger.buyers import buyer_hash

_NUMBERED = (("buyerIdType", "buyerIdNumber"), ("payerIdType", "payerIdNumber"))


def persons_in(entries: Iterable[DossierEntry]) -> list[str]:
    """The keyed hashes of everybody who is buyer or payer in a document, as the ledger knows them."""
    found = {numbered for entry in entries for numbered in _numbered(entry.content)}
    return sorted(buyer_hash(id_type, id_number) for id_type, id_number in found)


def _numbered(content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, dict):
        for type_name, number_name in _NUMBERED:
            id_type, id_number = content.get(type_name), content.get(number_name)
            if isinstance(id_type, str) and isinstance(id_number, str) and id_number.strip():
                yield id_type, id_number
        for inner in content.values():
            yield from _numbered(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from _numbered(inner)
