"""The table of the codes: read from the data beside it, checked, and searched."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pydantic import ConfigDict, TypeAdapter, ValidationError

from events.ceb.own_yaml import read_own
from events.ceb.receipt_codes.model import CodeFamily, ReceiptClass, ReceiptCode
from events.ceb.receipt_status import REJECTED

_ROWS = TypeAdapter(list[ReceiptCode], config=ConfigDict(defer_build=True))
_DETAIL = re.compile(r"\[\s*Code\s*[:：]\s*(-?[0-9]+)\s*(?:[;；\]]|$)", re.IGNORECASE)
_NOT_SAID = re.compile(r"[\s*\[\]【】［］!！,，。.]+")
_LEAST_LIKENESS = 0.3  # what says less of a phrase has no more than common words in common with it
_SHORTEST_BLOCK = 2


class ReceiptCodeError(ValueError):
    """A table of codes that cannot be used; names the file or the rows."""


def read_codes(directory: Traversable) -> tuple[ReceiptCode, ...]:
    """The rows in every YAML file of a directory. Raises ReceiptCodeError where one is wrong or stands twice."""
    found = [row for file in sorted(directory.iterdir(), key=lambda item: item.name) for row in _read(file)]
    return checked(found)


def checked(found: Iterable[ReceiptCode]) -> tuple[ReceiptCode, ...]:
    """The same rows. Raises ReceiptCodeError where family, code and text stand twice."""
    rows = tuple(found)
    counts = Counter((row.family.value, row.code, row.zh) for row in rows)
    twice = [" ".join(key) for key, count in counts.items() if count > 1]
    if twice:
        raise ReceiptCodeError(f"receipt codes stand more than once: {'; '.join(twice)}")
    return rows


def _read(file: Traversable) -> list[ReceiptCode]:
    if not file.name.endswith(".yaml"):
        return []
    import yaml  # noqa: PLC0415 - loaded by the first look into a table

    try:
        return _ROWS.validate_python(read_own(file))
    except (yaml.YAMLError, ValidationError) as error:
        raise ReceiptCodeError(f"{file.name}: {error}") from None


@cache
def codes() -> tuple[ReceiptCode, ...]:
    """Every code that is known."""
    return read_codes(files("events.ceb.receipt_codes") / "data")


@cache
def _by_code() -> dict[tuple[bool, str], list[ReceiptCode]]:
    found = defaultdict(list)
    for row in codes():
        if row.family not in {CodeFamily.DETAIL, CodeFamily.REMARK}:
            found[row.family is CodeFamily.EXCHANGE, row.code].append(row)
    return dict(found)


@cache
def _details() -> dict[str, ReceiptCode]:
    return {row.code: row for row in codes() if row.family is CodeFamily.DETAIL}


@cache
def _remarks() -> tuple[ReceiptCode, ...]:
    return tuple(row for row in codes() if row.family is CodeFamily.REMARK)


def exchange_row(code: str) -> ReceiptCode | None:
    """What a code of the exchange platform means."""
    rows = _by_code().get((True, code))
    return rows[0] if rows else None


def exception_rows(code: str, info: str) -> list[ReceiptCode]:
    """What a business exception means: one row; none where it is unknown; several where `info` does not tell which.

    A code belongs to one kind of document by its number, whatever receipt it comes with. Of a code that is printed
    with several texts, the one whose text is most like `info` is meant.
    """
    rows = _by_code().get((False, code), [])
    return rows if len(rows) < 2 else _most_like(rows, info)  # noqa: PLR2004 - a choice needs two


def remark_row(status: str, info: str) -> ReceiptCode | None:
    """A text without a code of its own, that was seen under this status; one that is an error, under any rejection."""
    said = _essence(info)
    return next((row for row in _remarks() if _may_stand(row, status) and _essence(row.zh) in said), None)


def _may_stand(row: ReceiptCode, status: str) -> bool:
    return row.code == status or (status == REJECTED and row.receipt_class is not ReceiptClass.PROGRESS)


def detail_codes(info: str) -> list[str]:
    """The codes in `[Code:1313;Desc:…]`, as they stand."""
    return _DETAIL.findall(info)


def detail_row(code: str) -> ReceiptCode | None:
    """What a code inside returnInfo means."""
    return _details().get(code)


def _most_like(rows: Sequence[ReceiptCode], info: str) -> list[ReceiptCode]:
    said = _essence(info)
    likeness = [_likeness(_essence(row.zh), said) for row in rows]
    best = max(likeness)
    if best < _LEAST_LIKENESS:
        return list(rows)
    return [row for row, like in zip(rows, likeness, strict=True) if like == best]


def _likeness(phrase: str, said: str) -> float:
    """How much of an official phrase is said, from 0 to 1; what fills its placeholders does not count against it."""
    blocks = SequenceMatcher(None, phrase, said, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= _SHORTEST_BLOCK) / len(phrase)


def _essence(text: str) -> str:
    """A text without placeholders, brackets, spaces and stops: the printed table breaks words, receipts fill gaps."""
    return _NOT_SAID.sub("", text)
