"""Personal data are masked before anything is kept or published."""

import re
from collections.abc import Iterable

from events.findings import Finding, Fix, Place
from events.values import Text

_PERSONAL = {
    "buyerName",
    "buyerTelephone",
    "buyerIdNumber",
    "payerName",
    "payerIdNumber",
    "telephone",
    "consignee",
    "consigneeTelephone",
    "consigneeAddress",
}
_SHORT = 4


def is_personal(field: str) -> bool:
    """Whether a field (official name, with or without its path) names a person or a way to reach one."""
    return re.split(r"[./]", field)[-1] in _PERSONAL


def mask(value: str) -> str:
    """The value with only its ends left: 测试甲一 as 测***, 00000019900101001X as 00***1X."""
    return value[:1] + "***" if len(value) <= _SHORT else value[:2] + "***" + value[-2:]


def scrub(text: str, personal: Iterable[str]) -> str:
    """The text with every one of the personal values masked, the longest first."""
    for value in sorted({value for value in personal if value}, key=len, reverse=True):
        text = text.replace(value, mask(value))
    return text


def scrub_text(text: Text, personal: Iterable[str]) -> Text:
    """Both languages scrubbed."""
    values = tuple(personal)
    return Text(zh=scrub(text.zh, values), en=scrub(text.en, values))


def mask_finding(finding: Finding, personal: Iterable[str]) -> Finding:
    """The finding with its personal values masked, in its places, its texts and its fix."""
    own = [place.value for place in (finding.left, finding.right, finding.fix) if place and is_personal(place.field)]
    values = {value for value in (*own, *personal) if value}
    return finding.model_copy(
        update={
            "left": _mask_place(finding.left, values),
            "right": _mask_place(finding.right, values) if finding.right else None,
            "message": scrub_text(finding.message, values),
            "fix": _mask_fix(finding.fix) if finding.fix else None,
        }
    )


def _mask_place(place: Place, personal: Iterable[str]) -> Place:
    if place.value is None:
        return place
    return place.model_copy(
        update={"value": mask(place.value) if is_personal(place.field) else scrub(place.value, personal)}
    )


def _mask_fix(fix: Fix) -> Fix:
    return fix.model_copy(update={"value": mask(fix.value)}) if fix.value and is_personal(fix.field) else fix
