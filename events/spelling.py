"""Names that are commonly written otherwise than the official schema has them, first of all by its own prose."""

from collections.abc import Iterable
from difflib import get_close_matches

_PROSE = {  # the specification's text (规范 202205) against its schema
    "consigneeDitrict": "consigneeDistrict",
    "consingee": "consignee",
    "agengName": "agentName",
    "declagAgentCode": "declAgentCode",
    "InvtRefound": "InvtRefund",
    "InvtRefoundHead": "InvtRefundHead",
    "InvtRefoundList": "InvtRefundList",
    "InvtRefoundReturn": "InvtRefundReturn",
}
_ALIKE = 0.8
_LONGEST_NAME = 60  # beyond it no official name is near, and looking for one costs


def prose(name: str) -> str | None:
    """The schema's name of what the specification's prose calls `name`, where the two differ."""
    return _PROSE.get(name)


def meant(name: str, known: Iterable[str]) -> str | None:
    """The name among `known` that a wrong name most likely stands for."""
    candidates = list(known)
    right = _PROSE.get(name)
    if right in candidates:
        return right
    if len(name) > _LONGEST_NAME:
        return None
    lowered = {candidate.lower(): candidate for candidate in candidates}
    if name.lower() in lowered:
        return lowered[name.lower()]
    near = get_close_matches(name, candidates, 1, _ALIKE)
    return near[0] if near else None


def why(name: str, right: str) -> str:
    """What to say of a wrong name whose right one is known."""
    said = f"the specification's prose says {name}, its schema {right}" if _PROSE.get(name) == right else f"not {name}"
    return f"write {right} ({said})"
