"""Code tables: read from the data beside this file, checked, and asked for by message and field."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from events.ceb.own_yaml import read_own
from events.values import Text, Value

_ANY = ""
_Said = Annotated[str, Field(min_length=1)]


class CodeTableError(ValueError):
    """A code table that cannot be used; names the file or the table."""


class Code(Value):
    """One code: `effective_from` is the first day on which it may stand, None where no source gives one."""

    code: _Said
    zh: _Said
    en: _Said
    effective_from: date | None


class CodeTable(Value):
    """What may stand in `field` of `messages` (all messages when empty), within `element` when that is given.

    `rule` names the check, `basis` its source. Where `closed` is False the source does not claim to be complete.
    """

    rule: _Said
    field: _Said
    messages: tuple[str, ...] = ()
    element: str | None = None
    closed: bool = True
    basis: _Said
    rows: Annotated[tuple[Code, ...], Field(min_length=1)]

    @property
    def codes(self) -> frozenset[str]:
        """Every code of the table, whatever its day."""
        return frozenset(row.code for row in self.rows)

    @property
    def latest_start(self) -> date | None:
        """The last of the days on which a code of the table began; None where none is known."""
        return max((row.effective_from for row in self.rows if row.effective_from), default=None)

    def starts_after(self, code: str, day: date) -> date | None:
        """The first day of a code that may not stand yet on `day`; None when it may, or is none of the table."""
        return next(
            (row.effective_from for row in self.rows if row.code == code and (row.effective_from or day) > day), None
        )

    def words(self) -> Text:
        """The codes with their meanings, to be put after "it must be"."""
        return Text(
            zh="、".join(f"{row.code}（{row.zh}）" for row in self.rows),
            en=", ".join(f"{row.code} ({row.en})" for row in self.rows),
        )


def read_tables(directory: Traversable) -> tuple[CodeTable, ...]:
    """The tables of every YAML file in a directory.

    Raises CodeTableError where one is wrong, or two say something about the same field of a message.
    """
    found = [table for file in sorted(directory.iterdir(), key=lambda item: item.name) for table in _read(file)]
    places = Counter(place for table in found for place in _places(table))
    if twice := [" ".join(filter(None, place)) for place, count in places.items() if count > 1]:
        raise CodeTableError(f"code tables stand more than once: {'; '.join(sorted(twice))}")
    return tuple(found)


def _read(file: Traversable) -> list[CodeTable]:
    if not file.name.endswith(".yaml"):
        return []
    import yaml  # noqa: PLC0415 - loaded by the first look into a table

    try:
        tables = TypeAdapter(list[CodeTable]).validate_python(read_own(file))
    except (yaml.YAMLError, ValidationError) as error:
        raise CodeTableError(f"{file.name}: {error}") from None
    for table in tables:
        if len(table.codes) != len(table.rows):
            raise CodeTableError(f"{file.name}: a code of {table.field} ({table.rule}) stands more than once")
    return tables


def _places(table: CodeTable) -> Iterable[tuple[str, str, str]]:
    return ((message, table.element or _ANY, table.field) for message in table.messages or (_ANY,))


@cache
def code_tables() -> tuple[CodeTable, ...]:
    """Every code table of the standard."""
    return read_tables(files("events.ceb.codes") / "data")


@cache
def _by_place() -> dict[tuple[str, str, str], CodeTable]:
    return {place: table for table in code_tables() for place in _places(table)}


def code_table(message: str, element: str, field: str) -> CodeTable | None:
    """The table of a field, such as `("CEB621", "InventoryHead", "appType")`; the most particular one counts."""
    tables = _by_place()
    places = ((message, element, field), (message, _ANY, field), (_ANY, element, field), (_ANY, _ANY, field))
    return next((tables[place] for place in places if place in tables), None)
