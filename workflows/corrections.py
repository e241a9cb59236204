"""Corrections by an operator: they go through the same door as everybody's documents."""

from datetime import datetime

from events.ceb.base import CebModel
from events.documents import DocumentKind
from events.findings import Fix
from events.life import CorrectRequest
from events.values import to_second
from functions.intake.models import AcceptRequest
from functions.matching.fixes import apply_fix
from workflows.order_state import CHANGEABLE, OrderState

_CHANGE = "2"


def corrected_documents(
    state: OrderState, request: CorrectRequest, now: datetime, update_id: str
) -> list[AcceptRequest]:
    """The corrected documents as they would come from their senders, as changes (appType 2).

    Raises ValueError naming the document or field that cannot be corrected.
    """
    corrected: dict[DocumentKind, CebModel] = {}
    for fix in request.fixes:
        kind = _kind_of(fix)
        model = corrected.get(kind) or state.parsed(kind)
        if model is None:
            raise ValueError(f"there is no {kind.value} to correct; here are: {', '.join(state.documents)}")
        corrected[kind] = apply_fix(model, fix)
    return [
        AcceptRequest(
            document_id=f"{update_id}-{kind.value}",
            kind=kind,
            content=_as_change(model, now).model_dump(mode="json"),
            sender=f"operator:{request.who}",
            received_at=now,
        )
        for kind, model in corrected.items()
    ]


def _kind_of(fix: Fix) -> DocumentKind:
    kinds = {kind.value: kind for kind in CHANGEABLE}
    if fix.document not in kinds:
        raise ValueError(f"document {fix.document!r} cannot be corrected; these can: {', '.join(kinds)}")
    if fix.value is None:
        raise ValueError(f"{fix.document}.{fix.field}: give the value that is to stand there")
    return kinds[fix.document]


def _as_change(model: CebModel, now: datetime) -> CebModel:
    change = {"app_type": _CHANGE, "app_time": to_second(now)}
    head = getattr(model, "head", None)
    if head is None:
        return model.model_copy(update=change)
    return model.model_copy(update={"head": head.model_copy(update=change)})
