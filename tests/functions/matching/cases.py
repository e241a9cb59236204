"""What the tests of the matching share: a request to bend, one document at a time, and fixes applied to it."""

from datetime import date
from typing import Any

from events.ceb.base import CebModel
from events.findings import Finding, Fix
from functions.matching.fixes import apply_fix
from functions.matching.handler import match
from functions.matching.models import MatchRequest
from tests import builders

TODAY = date(2026, 1, 5)
FIELDS = {"order": "order", "payment": "payment", "waybill": "waybill", "list": "declaration_list"}


def request(mode: str = "9610", **documents: Any) -> MatchRequest:
    """A request that matches, with some of its documents (or other fields) replaced."""
    made = {
        "order": builders.order(),
        "payment": builders.payment(),
        "waybill": builders.waybill(),
        "declaration_list": builders.declaration_list(mode),
    }
    return MatchRequest(on=TODAY, **(made | documents))


def line(document: Any, number: int, /, **changes: Any) -> Any:
    """The document with fields of one line (Python names) replaced."""
    items = [_changed(item, changes) if item.gnum == number else item for item in document.items]
    return document.model_copy(update={"items": items})


def _changed(item: CebModel, changes: dict[str, Any]) -> CebModel:
    content = {name: getattr(item, name) for name in type(item).model_fields}
    return type(item)(**(content | changes))


def fixed(given: MatchRequest, fix: Fix) -> MatchRequest:
    """The request with the correction applied to its document."""
    name = FIELDS[fix.document]
    return given.model_copy(update={name: apply_fix(getattr(given, name), fix)})


def findings(given: MatchRequest) -> list[Finding]:
    """What the match finds."""
    return match(given).findings


def one(given: MatchRequest) -> Finding:
    """The only finding, which agrees with itself and whose fix, applied, leaves nothing to find."""
    (finding,) = findings(given)
    assert finding.message.zh.startswith(f"{finding.rule}：")
    assert finding.message.en.startswith(f"{finding.rule}: ")
    for place in (finding.left, finding.right):
        assert place is None or not place.value or place.value in finding.message.en
    assert finding.basis
    if finding.fix and finding.fix.value is not None:
        assert match(fixed(given, finding.fix)).matched
    return finding
