"""Dated policy as data: rows with their days of effect and their regulation, asked for by date."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from events.values import Value
from functions.settings import settings


class PolicyError(ValueError):
    """Policy that cannot be loaded, or that says nothing about a topic at a date."""


Scalar = Decimal | int | str
_DIGITS = 14
DAYS_KEPT = 64
"""Of so many days what their policy comes to is kept: nearly every request is of today."""


def _exact(value: Any) -> Any:
    """A number; or a list or table of numbers and words."""
    if isinstance(value, list):
        return [_number_or_word(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _number_or_word(item) for key, item in value.items()}
    return _number(value)


def _number(value: Any) -> Decimal | int:
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"{value!r} is not a number") from None
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
        raise ValueError(f'{value!r} is neither a whole number nor a quoted decimal: write 30 or "0.05"')
    if value < 0 or not _fits(Decimal(value)):
        raise ValueError(f"{value} must be 0 or more, with at most {_DIGITS} digits on each side of the point")
    return value


def _fits(value: Decimal) -> bool:
    """Whether one can reckon with a number: an exponent may hide a number that no memory holds."""
    return value.adjusted() < _DIGITS and int(value.as_tuple().exponent) >= -_DIGITS


def _number_or_word(value: Any) -> Scalar:
    try:
        return _number(value)
    except ValueError:
        if not isinstance(value, str) or not value.strip():
            raise
        return value


PolicyValue = Annotated[Decimal | int | list[Scalar] | dict[str, Scalar], BeforeValidator(_exact)]
Name = Annotated[str, Field(min_length=1)]


class Valued(Value):
    """What has an id and a value of policy: a number, or a list or a table of numbers and words."""

    id: Name
    value: PolicyValue

    def number(self) -> Decimal:
        """The value where only a number makes sense. Raises PolicyError otherwise."""
        if isinstance(self.value, Decimal):
            return self.value
        if not isinstance(self.value, int):
            raise PolicyError(f"policy row {self.id}: {self.value} must be a number")
        return Decimal(self.value)

    def whole(self) -> int:
        """The value where only a whole number makes sense. Raises PolicyError otherwise."""
        number = self.number()
        if number != int(number):
            raise PolicyError(f"policy row {self.id}: {self.value} must be a whole number")
        return int(number)

    def table(self) -> dict[str, Scalar]:
        """The value where only a table makes sense. Raises PolicyError otherwise."""
        if not isinstance(self.value, dict):
            raise PolicyError(f"policy row {self.id}: {self.value} must be a table of names and values")
        return self.value


class Row(Valued):
    """One rule's value for a time. `effective_to` is inclusive, None means until further notice.

    `basis` is the number of the regulation, or "setting: ..." where none was found.
    """

    topic: Name
    effective_from: date
    effective_to: date | None = None
    basis: Name
    note: str = ""

    def covers(self, on: date) -> bool:
        """Whether the row is in effect on that day."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


@dataclass(frozen=True, eq=False)
class PolicyAtDate:
    """What is in effect on one day; equal to nothing but itself, so that what is made of it can be kept by it."""

    on: date
    in_effect: dict[str, Row]

    def row(self, topic: str) -> Row:
        """The row of a topic. Raises PolicyError when none is in effect."""
        if topic not in self.in_effect:
            raise PolicyError(f"no policy row for {topic} on {self.on}: add one that is in effect on that day")
        return self.in_effect[topic]

    def rows(self) -> tuple[Row, ...]:
        """Every row in effect, by topic."""
        return tuple(self.in_effect[topic] for topic in sorted(self.in_effect))


class Pack:
    """Rows of policy without overlaps or gaps within a topic. Raises PolicyError naming the rows that break this."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = tuple(sorted(rows, key=lambda row: (row.topic, row.effective_from)))
        self._check()

    def at(self, on: date) -> PolicyAtDate:
        """The policy of a day."""
        return _at(self, on)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def replaced_by(self, others: Sequence[Row]) -> "Pack":
        """The what-if pack: topics that occur in `others` are taken wholly from there."""
        topics = {row.topic for row in others}
        return Pack([*(row for row in self._rows if row.topic not in topics), *others])

    def _check(self) -> None:
        ids = [row.id for row in self._rows]
        twice = sorted({row_id for row_id in ids if ids.count(row_id) > 1})
        if twice:
            raise PolicyError(f"policy row ids stand more than once: {', '.join(twice)}")
        for row in self._rows:
            if row.effective_to is not None and row.effective_to < row.effective_from:
                raise PolicyError(f"policy row {row.id} ends on {row.effective_to}, before it begins")
        for _, same_topic in groupby(self._rows, key=lambda row: row.topic):
            for earlier, later in pairwise(same_topic):
                _check_neighbours(earlier, later)


@lru_cache(maxsize=DAYS_KEPT)
def _at(pack: Pack, on: date) -> PolicyAtDate:
    return PolicyAtDate(on, {row.topic: row for row in pack if row.covers(on)})


def _check_neighbours(earlier: Row, later: Row) -> None:
    rows = f"policy rows {earlier.id} and {later.id}"
    if earlier.effective_to is None or earlier.effective_to >= later.effective_from:
        raise PolicyError(f"{rows} overlap: end the first on the day before {later.effective_from}")
    if earlier.effective_to + timedelta(days=1) != later.effective_from:
        raise PolicyError(f"{rows} leave a gap between {earlier.effective_to} and {later.effective_from}")


_ROWS = TypeAdapter(list[Row], config=ConfigDict(defer_build=True))


def read_rows(directory: Traversable) -> list[Row]:
    """The rows in every YAML file of a directory. Raises PolicyError naming the file and the field."""
    if not directory.is_dir():
        raise PolicyError(f"{directory} is not a directory of policy files")
    found: list[Row] = []
    for file in sorted(directory.iterdir(), key=lambda item: item.name):
        if file.name.endswith((".yaml", ".yml")):
            found += _read(file)
    return found


def _read(file: Traversable) -> list[Row]:
    try:
        return _ROWS.validate_python(_parsed(file))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise PolicyError(f"{file.name}: {wrong}") from None


def _parsed(file: Traversable) -> Any:
    import yaml  # noqa: PLC0415 - loaded by the first look into the policy

    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{file.name} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, or a day that is none
        raise PolicyError(f"{file.name} is not YAML: {error}") from None


def default_pack() -> Pack:
    """The policy that ships with the product; rows in the directory `SANDAN_POLICY_DIR` replace their topics."""
    return _load(settings().policy_dir)


def pack_with(directory: Path) -> Pack:
    """The shipped policy with the topics of a directory in its place: a what-if. Raises PolicyError."""
    return _load(str(directory))


@cache
def _load(what_if: str | None) -> Pack:
    shipped = Pack(read_rows(files("functions.policy") / "data"))
    return shipped.replaced_by(read_rows(Path(what_if))) if what_if else shipped
