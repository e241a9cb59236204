"""What one run of an order hands to the next: its state, without what the next run can reckon from the rest of it.

The state says much of it twice: what a document says stands in the dossier too, and so does each change. What a run
hands on lies in an open history for a month, and each byte of that is billed. Left out is only what reading gives back
the very same, which is tried when the state is written; so whoever changes how one of these is reckoned changes what
running orders know, and gives it another name here.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from events.documents import DocumentKind, content_hash
from events.life import StageChange
from functions.dossier.models import DossierEntry
from functions.tax.models import Assessment
from workflows.declaring import hashes_of, used_documents
from workflows.order_state import OrderState

_RECKONED = "reckoned"
_Document = dict[str, Any]


def carried(state: OrderState) -> dict[str, Any]:
    """Everything that an order knows, as JSON, for a new run."""
    whole = state.model_dump(mode="json", exclude_defaults=True)
    reckoned = [name for name, reckon in _RECKONS.items() if name in whole and reckon(state) == getattr(state, name)]
    kept = {name: value for name, value in whole.items() if name not in reckoned}
    documents: dict[str, _Document] = whole.get("documents", {})
    if documents:
        said = _said(state.entries)
        kept["documents"] = {kind: _short(kind, document, said) for kind, document in documents.items()}
    return kept | {_RECKONED: reckoned}


def taken_over(carried: Mapping[str, Any]) -> OrderState:
    """The order that `carried` was given; also what orders carried whole, before anything was left out."""
    kept = {name: value for name, value in carried.items() if name != _RECKONED}
    if "documents" in kept:
        said = _said(DossierEntry.model_validate(entry) for entry in kept.get("entries", ()))
        kept["documents"] = {
            kind: document if "content" in document else _whole(kind, document, said)
            for kind, document in kept["documents"].items()
        }
    state = OrderState.model_validate(kept)
    for name in carried.get(_RECKONED, ()):
        setattr(state, name, _RECKONS[name](state))
    return state


def _said(entries: Iterable[DossierEntry]) -> dict[str, dict[str, Any]]:
    """What the latest entry of each kind says."""
    return {entry.kind: entry.content for entry in entries}


def _short(kind: str, document: _Document, said: Mapping[str, Any]) -> _Document:
    """A document without what its entry in the dossier says, where that is its latest content."""
    short = {name: document[name] for name in ("document_id", "sender", "received_at")}
    return short if kind in said and _whole(kind, short, said) == document else document


def _whole(kind: str, short: _Document, said: Mapping[str, Any]) -> _Document:
    content = said[kind]
    reckoned = content_hash(DocumentKind(kind).model.model_validate(content))
    return {"kind": kind, "content": content, "content_hash": reckoned} | short


def _changes(state: OrderState) -> list[StageChange]:
    """Every change is a decision in the dossier; some decisions change nothing, and have no number."""
    decisions = [entry for entry in state.entries if entry.kind == "decision" and "number" in entry.content]
    return [StageChange.model_validate({"at": entry.at} | entry.content) for entry in decisions]


def _assessment(state: OrderState) -> Assessment | None:
    content = _said(state.entries).get("assessment")
    return Assessment.model_validate(content) if content else None


def _tax_bills(state: OrderState) -> list[Any]:
    kind = DocumentKind.TAX_BILL
    return [kind.model.model_validate(entry.content) for entry in state.entries if entry.kind == kind]


_RECKONS: dict[str, Callable[[OrderState], Any]] = {  # each from what stands above it, and from what is never left out
    "changes": _changes,
    "declaration_list": lambda state: state.declared_by_agent,
    "frozen": lambda state: None if state.missing else used_documents(state),
    "sent": lambda state: None if state.missing else hashes_of(state),
    "assessment": _assessment,
    "tax_bills": _tax_bills,
    "recorded_bill": lambda state: state.bill,
}
