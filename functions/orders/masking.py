"""Personal data are masked before anything is kept or published."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from events.findings import Finding, Fix, Place
from events.values import Text

_PERSONAL = {
    "buyerRegNo",
    "buyerName",
    "buyerTelephone",
    "buyerIdNumber",
    "payerName",
    "payerIdNumber",
    "telephone",
    "consignee",
    "consigneeTelephone",
    "consigneeAddress",
    "initalRequest",
    "initalResponse",
}
_SHORT = 8
_MASK = "***"
_SHREDDED = Text(zh="内容已销毁", en="shredded")


def is_personal(field: str) -> bool:
    """Whether a field (official name, with or without its path) names a person or a way to reach one."""
    return re.split(r"[./]", field)[-1] in _PERSONAL


def personal_values(content: dict[str, Any]) -> Iterator[str]:
    """Every value of a document's head, by its official names, that names a person or a way to reach one."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from personal_values(value)
        elif isinstance(value, str) and value and is_personal(name):
            yield value


def mask(value: str) -> str:
    """The value with only its ends left, of words the first letter: 测试甲 as 测***, 0000001990010100 as 00***00."""
    is_number = value.isascii() and value.isalnum()
    if is_number and len(value) > _SHORT:
        return f"{value[:2]}{_MASK}{value[-2:]}"
    return f"{value[0]}{_MASK}" if len(value) > 1 else _MASK


def scrub(text: str, personal: Iterable[str]) -> str:
    """The text with every one of the personal values masked, the longest first, in upper or lower case."""
    known = sorted({value.strip() for value in personal if value.strip()}, key=len, reverse=True)
    if not known:
        return text
    return re.sub("|".join(map(re.escape, known)), lambda found: mask(found[0]), text, flags=re.IGNORECASE)


def scrub_text(text: Text, personal: Iterable[str]) -> Text:
    """Both languages scrubbed."""
    values = tuple(personal)
    return Text(zh=scrub(text.zh, values), en=scrub(text.en, values))


def without_masked(text: Text) -> Text:
    """The text, unless it quotes a masked value: of an order that is shredded even two letters are too many."""
    return _SHREDDED if _MASK in text.zh or _MASK in text.en else text


def mask_finding(finding: Finding, personal: Iterable[str]) -> Finding:
    """The finding with its personal values masked, in its places, its texts and its fix."""
    own = [place.value for place in (finding.left, finding.right, finding.fix) if place and is_personal(place.field)]
    values = {value for value in (*own, *personal) if value}
    return finding.model_copy(
        update={
            "left": _mask_place(finding.left, values),
            "right": _mask_place(finding.right, values) if finding.right else None,
            "message": scrub_text(finding.message, values),
            "fix": _mask_fix(finding.fix, values) if finding.fix else None,
        }
    )


def _mask_place(place: Place, personal: Iterable[str]) -> Place:
    return place.model_copy(update={"value": _mask_value(place.field, place.value, personal)})


def _mask_fix(fix: Fix, personal: Iterable[str]) -> Fix:
    return fix.model_copy(update={"value": _mask_value(fix.field, fix.value, personal)})


def _mask_value(field: str, value: str | None, personal: Iterable[str]) -> str | None:
    if not value:
        return value
    return mask(value) if is_personal(field) else scrub(value, personal)
