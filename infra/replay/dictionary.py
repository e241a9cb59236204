"""Make the text that payloads are compressed against: `python -m infra.replay.dictionary HISTORIES FILE`.

It has the field names, punctuation and codes of the recorded lives' payloads, and the words that an order says of
itself, without their numbers; no other value. Whatever stands in a field that is not in `_CODES` is left out. The more
often a payload of that form is written, the nearer it is to the end, where references to it are cheapest; what is
handed to a new run counts for more, because it lies open for longest. The same histories give the same bytes.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import chain
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
_TEXTS = {"zh", "en"}
_NUMBERS = re.compile(r"\d+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")  # a deadline is a length of time, or somebody's moment
_SUMMARIES = 3  # a text is kept when it comes in so many lives; outside of fields only without a digit of somebody's
_LASTING = 3  # so many payloads count as much as one that is handed to a new run
_GRAM = 16  # bytes: what the text already has in such pieces is not taken a second time
_AROUND = 4  # bytes of what it has are taken on both sides of what it has not
_MOST = 9 * 1024  # the last 8 KB are in the reach of short payloads


def main() -> None:
    """Write the text."""
    match sys.argv[1:]:
        case [histories, file]:
            Path(file).write_bytes(dictionary(Path(histories)))
        case _:
            sys.exit("python -m infra.replay.dictionary HISTORIES FILE")


def dictionary(histories: Path) -> bytes:
    """The text, of all histories in the folders of a folder."""
    forms = _forms([path for folder in sorted(histories.iterdir()) for path in recorded(folder)])
    text = b""
    for form, _ in sorted(forms.items(), key=lambda one: (-one[1], one[0])):
        new = _news(form, text)
        if len(new) + len(text) <= _MOST:
            text = new + text
    return text


def _forms(paths: Sequence[Path]) -> Counter[bytes]:
    """How often a payload of each form was written."""
    forms: Counter[bytes] = Counter()
    words: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    lives = [list(_payloads(path)) for path in paths]
    for life in lives:
        words.update({content for _, content in life if isinstance(content, str)})
        texts.update({text for _, content in life for text in _texts(content)})
    kept = {text for text, count in texts.items() if count >= _SUMMARIES}
    for payload, content in chain.from_iterable(lives):
        if isinstance(content, dict | list) and "activation_index" not in content:
            is_lasting = isinstance(content, dict) and content.get("carried")
            forms[_written(payload, _without_values(content, kept))] += _LASTING if is_lasting else 1
    for word, count in words.items():
        if count >= _SUMMARIES and not _NUMBERS.search(word):
            forms[_written(Payload(metadata={"encoding": b"json/plain"}), word)] += count
    return forms


def _payloads(path: Path) -> Iterator[tuple[Payload, Any]]:
    for event in load(path).events:
        for payload in payloads_in(event):
            yield payload, json.loads(payload.data) if payload.data else None


def _texts(content: Any, field: str = "") -> Iterator[str]:
    """The words in two languages within a content, without their numbers."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _texts(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, field)
    elif field in _TEXTS and isinstance(content, str):
        yield _NUMBERS.sub("", content)


def _without_values(content: Any, kept: Set[str], field: str = "") -> Any:
    """The same form; texts stay where their field is one of codes, else they are empty; what repeats stands once.

    `kept` are the words in two languages that stay too, but for their numbers.
    """
    if isinstance(content, dict):
        return {name: _without_values(value, kept, name) for name, value in content.items()}
    if isinstance(content, list):
        forms = [_without_values(value, kept, field) for value in content]
        return [form for at, form in enumerate(forms) if form not in forms[:at]]
    if content is None or isinstance(content, bool) or (field in _CODES and not _MOMENT.match(str(content))):
        return content
    if field in _TEXTS and (words := _NUMBERS.sub("", content)) in kept:
        return words
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
