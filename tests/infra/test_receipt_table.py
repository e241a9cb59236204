"""docs/receipt-codes.md is made from the data, and holds all of it."""

from pathlib import Path

import pytest

from events.ceb.receipt_codes.table import codes
from infra import receipt_table


def test_the_page_in_the_repository_is_what_the_data_make() -> None:
    assert receipt_table.main(["--check"]) == 0


def test_check_names_the_page_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert receipt_table.main(["--check"], tmp_path) == 1
    assert receipt_table.main([], tmp_path) == 0
    assert receipt_table.main(["--check"], tmp_path) == 0
    (tmp_path / receipt_table.PAGE).write_text("changed by hand")
    assert receipt_table.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("run python -m infra.receipt_table") == 2


def test_every_code_has_its_line() -> None:
    lines = receipt_table.page().splitlines()
    for row in codes():
        beginning = f"| {row.family.value} | {row.code} |" if row.observed else f"| {row.code} |"
        assert any(line.startswith(beginning) and f"| {row.receipt_class.value} |" in line for line in lines), row


def test_signs_of_markdown_are_shown_as_they_are() -> None:
    line = next(line for line in receipt_table.page().splitlines() if line.startswith("| -623010 |"))
    assert "&lt;br />" in line
    assert "\\[\\*\\]" in line
