"""Reading a tariff from CSV files, every mistake with its line and column."""

import csv
import io
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from events.problems import InvalidInputError, Problem, problems_of
from functions.settings import settings
from functions.tax.tariff import Tariff, TariffRow, neighbours_problems

COLUMNS = tuple(TariffRow.model_fields)
_REQUIRED = tuple(name for name, field in TariffRow.model_fields.items() if field.is_required())
Numbered = tuple[int | None, TariffRow]


def default_tariff() -> Tariff:
    """The tariff that ships with the product, or the CSV files of the folder `SANDAN_TARIFF_DIR` in its place.

    Raises InvalidInputError naming the file, the line and the column.
    """
    return _load(settings().tariff_dir)


@cache
def _load(directory: str | None) -> Tariff:
    return read_tariff(Path(directory) if directory else files("functions.tax") / "data")


def read_tariff(place: Traversable) -> Tariff:
    """The tariff in a CSV file, or in all the CSV files of a folder.

    Raises InvalidInputError with the file, the line and the column of every mistake.
    """
    if not place.is_dir():
        return Tariff(row for _, row in read_rows(place))
    found = sorted((item for item in place.iterdir() if item.name.endswith(".csv")), key=lambda item: item.name)
    if not found:
        raise InvalidInputError([_problem(str(place), "file", "holds no CSV file: put the tariff there")])
    return Tariff(row for file in found for _, row in read_rows(file))


def read_rows(file: Traversable) -> list[Numbered]:
    """The rows of one file with their lines. Raises InvalidInputError."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError([_problem(file.name, "file", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        raise InvalidInputError([_problem(file.name, "encoding", f"is not UTF-8: {error.reason}")]) from None
    table = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval=None)
    rows: list[Numbered] = []
    try:
        problems = _header_problems(file.name, table.fieldnames or ())
        if not problems:
            problems = _read_into(rows, file.name, table)
    except csv.Error as error:
        raise InvalidInputError([_problem(file.name, "csv", f"is not CSV: {error}", table.line_num + 1)]) from None
    if not rows and not problems:
        problems = [_problem(file.name, "rows", "holds no row")]
    problems += [_in_file(file.name, problem) for problem in neighbours_problems(rows)]
    if problems:
        raise InvalidInputError(problems)
    return rows


def _read_into(rows: list[Numbered], name: str, table: "csv.DictReader[str]") -> list[Problem]:
    problems = []
    for cells in table:
        row = _row(name, table.line_num, cells)
        if isinstance(row, TariffRow):
            rows.append((table.line_num, row))
        else:
            problems += row
    return problems


def _header_problems(name: str, header: object) -> list[Problem]:
    columns = list(header) if isinstance(header, list | tuple) else []
    missing = [column for column in _REQUIRED if column not in columns]
    unknown = [column for column in columns if column not in COLUMNS]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    said = (
        ("required", missing, "is required: add the column"),
        ("unknown", unknown, f"is not a column of the tariff; they are {', '.join(COLUMNS)}"),
        ("unique", twice, "stands more than once"),
    )
    return [_problem(f"{name}/{column}", rule, words, 1) for rule, found, words in said for column in found]


def _row(name: str, line: int, cells: dict[str, str | None]) -> TariffRow | list[Problem]:
    if "" in cells:
        return [_problem(name, "cells", "has more cells than the header: quote values that hold a comma", line)]
    given = {column: cell.strip() for column, cell in cells.items() if cell is not None and cell.strip()}
    try:
        return TariffRow.model_validate(given)
    except ValidationError as error:
        return [_in_file(name, problem, line) for problem in problems_of(error)]


def _in_file(name: str, problem: Problem, line: int | None = None) -> Problem:
    return problem.model_copy(update={"path": f"/{name}{problem.path}", "line": line or problem.line})


def _problem(place: str, rule: str, message: str, line: int | None = None) -> Problem:
    return Problem(path=f"/{place}", rule=rule, message=message, line=line)
