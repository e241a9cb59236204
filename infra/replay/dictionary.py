"""Make the text that payloads are compressed against: `python -m infra.replay.dictionary HISTORIES FILE`.

It has the field names, punctuation and codes of the recorded lives' payloads and no other value: whatever stands in a
field that is not in `_CODES` is left out. The more often a payload of that form is written, the nearer it is to the
end, where references to it are cheapest. The same histories give the same bytes.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload

from infra.replay.files import load, recorded
from infra.temporal import payloads_in

# Fields whose values are codes of the standard or words of the product: they name nobody.
_NAMES = """
    kind appType appStatus orderType ieFlag currency tradeMode trafMode wrapType buyerIdType payerIdType insuredFee
    discount barCode returnStatus returnInfo logisticsStatus status customsTax consumptionTax consumption_tax duty
    regime outcome stage standing policy messages basis condition inspection verdict receipt_class rule obstacle
    resolution documents correction silence decision guarantee_retry deadline alert retry expiry fee
"""
_CODES = frozenset(_NAMES.split())
_SUMMARIES = 3  # a text outside of fields is kept when it comes in so many lives, without a digit of somebody's
_GRAM = 16  # bytes: what the text already has in such pieces is not taken a second time
_AROUND = 4  # bytes of what it has are taken on both sides of what it has not
_MOST = 6 * 1024


def main() -> None:
    """Write the text."""
    match sys.argv[1:]:
        case [histories, file]:
            Path(file).write_bytes(dictionary(Path(histories)))
        case _:
            sys.exit("python -m infra.replay.dictionary HISTORIES FILE")


def dictionary(histories: Path) -> bytes:
    """The text, of all histories in the folders of a folder."""
    forms = _forms(histories)
    text = b""
    for form, _ in sorted(forms.items(), key=lambda one: (-one[1], one[0])):
        new = _news(form, text)
        if len(new) + len(text) <= _MOST:
            text = new + text
    return text


def _forms(histories: Path) -> Counter[bytes]:
    """How often a payload of each form was written."""
    forms: Counter[bytes] = Counter()
    words: dict[str, set[Path]] = {}
    for path in (path for folder in sorted(histories.iterdir()) for path in recorded(folder)):
        for payload in (one for event in load(path).events for one in payloads_in(event)):
            content = json.loads(payload.data) if payload.data else None
            if isinstance(content, str):
                words.setdefault(content, set()).add(path)
            elif isinstance(content, dict | list) and "activation_index" not in content:
                forms[_written(payload, _without_values(content))] += 1
    for word, lives in words.items():
        if len(lives) >= _SUMMARIES and not any(sign.isdigit() for sign in word):
            forms[_written(Payload(metadata={"encoding": b"json/plain"}), word)] += len(lives)
    return forms


def _without_values(content: Any, field: str = "") -> Any:
    """The same form; texts stay where their field is one of codes, else they are empty; what repeats stands once."""
    if isinstance(content, dict):
        return {name: _without_values(value, name) for name, value in content.items()}
    if isinstance(content, list):
        forms = [_without_values(value, field) for value in content]
        return [form for at, form in enumerate(forms) if form not in forms[:at]]
    if content is None or isinstance(content, bool) or field in _CODES:
        return content
    return 1 if isinstance(content, int) else ""


def _written(payload: Payload, content: Any) -> bytes:
    """As the codec is given it: the payload's protocol buffer."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Payload(metadata=payload.metadata, data=text).SerializeToString(deterministic=True)


def _news(form: bytes, text: bytes) -> bytes:
    """The pieces of a form that a text does not have, in their order."""
    known = bytearray(len(form))
    for at in range(len(form) - _GRAM + 1):
        if form[at : at + _GRAM] in text:
            known[at : at + _GRAM] = b"\1" * _GRAM
    kept = {
        near
        for at, is_known in enumerate(known)
        if not is_known
        for near in range(max(0, at - _AROUND), min(len(form), at + _AROUND + 1))
    }
    return bytes(form[at] for at in sorted(kept))


if __name__ == "__main__":
    main()
