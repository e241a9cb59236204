"""A payload as the role `masked` sees it: nobody is named in it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from temporalio.api.common.v1 import Payload

from functions.orders.masking import is_personal, mask, scrub

_JSON = b"json/plain"
_EMPTY = {b"binary/null"}
_IN_XML = re.compile(r"<(?P<tag>(?:\w+:)?(?P<field>\w+))>(?P<value>[^<]+)</(?P=tag)>")
_LISTS = {"personal"}  # what a workflow gives along to be searched for


def masked(payload: Payload) -> Payload | None:
    """The payload without personal values; None when it is of a kind that cannot be searched for them."""
    encoding = payload.metadata.get("encoding", b"")
    if encoding in _EMPTY:
        return payload
    if encoding != _JSON:
        return None
    try:
        value = json.loads(payload.data)
    except ValueError:
        return None
    known = frozenset(_personal(value))
    data = json.dumps(_scrubbed(value, known), ensure_ascii=False, separators=(",", ":")).encode()
    return Payload(metadata=payload.metadata, data=data)


def _personal(value: Any, field: str = "") -> Iterator[str]:
    """Every personal value: by the name of its field, of the field that stands beside it, or of its XML element."""
    if isinstance(value, dict):
        beside = value.get("field")
        for name, inner in value.items():
            named = beside if name == "value" and isinstance(beside, str) else name
            yield from _personal(inner, named)
    elif isinstance(value, list):
        for inner in value:
            yield from _personal(inner, field)
    elif isinstance(value, str):
        if is_personal(field) or field in _LISTS:
            yield value
        yield from (found["value"] for found in _IN_XML.finditer(value) if is_personal(found["field"]))


def _scrubbed(value: Any, known: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _scrubbed(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [_scrubbed(inner, known) for inner in value]
    if isinstance(value, str):
        return mask(value) if value.strip() in known and value.strip() else scrub(value, known)
    return value
