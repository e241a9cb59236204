"""Code tables: dated data, one table for each field of a message, the more particular before the general one."""

from datetime import date
from pathlib import Path

import pytest

from events.ceb.codes import CodeTableError, code_table, code_tables, read_tables

ROW = '{code: "1", zh: 一, en: one, effective_from: null}'


def write(folder: Path, name: str, *tables: str) -> Path:
    (folder / name).write_text("\n".join(tables), encoding="utf-8")
    return folder


def table(field: str, messages: str, rows: str = ROW, extra: str = "") -> str:
    return f"- {{rule: C-X, field: {field}, messages: [{messages}], basis: test, rows: [{rows}]{extra}}}"


def test_each_row_says_its_code_in_both_languages_and_each_table_its_source() -> None:
    assert len(code_tables()) >= 20
    for found in code_tables():
        assert found.basis
        assert found.rule.startswith("C-")
        for row in found.rows:
            assert row.zh
            assert row.en.isascii()


@pytest.mark.parametrize(
    ("place", "codes"),
    [
        (("CEB311", "OrderHead", "appType"), {"1", "2", "3"}),
        (("CEB623", "InvtCancel", "appType"), {"1"}),
        (("CEB816", "TaxHeadRd", "status"), {"1", "2", "3"}),
        (("CEB311", "BaseSubscribe", "status"), {"ALL", "DATA", "RET"}),
        (("CEB603", "InventoryHead", "tradeMode"), {"9610", "1210", "1239", "9710", "9810"}),
    ],
)
def test_the_most_particular_table_counts(place: tuple[str, str, str], codes: set[str]) -> None:
    found = code_table(*place)
    assert found is not None
    assert found.codes == codes


def test_a_field_without_a_list_in_our_sources_has_no_table() -> None:
    assert code_table("CEB303", "OrderList", "currency") is None
    assert code_table("CEB311", "OrderHead", "status") is None


@pytest.mark.parametrize(
    ("code", "day", "starts"),
    [
        ("9710", date(2020, 6, 30), date(2020, 7, 1)),
        ("9710", date(2020, 7, 1), None),
        ("1210", date(1999, 1, 1), None),
        ("0101", date(1999, 1, 1), None),
    ],
)
def test_a_code_starts_on_its_day(code: str, day: date, starts: date | None) -> None:
    found = code_table("CEB603", "InventoryHead", "tradeMode")
    assert found is not None
    assert found.latest_start == date(2020, 7, 1)
    assert found.starts_after(code, day) == starts


def test_two_tables_for_one_place_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", table("payType", "CEB411"))
    write(tmp_path, "b.yaml", table("payType", "CEB311, CEB411"))
    with pytest.raises(CodeTableError, match="CEB411 payType"):
        read_tables(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- [", "a.yaml"),
        (table("x", "CEB411", rows=""), "rows"),
        (table("x", "CEB411", rows='{code: "1", zh: 一, en: one}'), "effective_from"),
        (table("x", "CEB411", rows=f"{ROW}, {ROW}"), "stands more than once"),
        (table("x", "CEB411", rows="{code: 1, zh: 一, en: one, effective_from: null}"), "string"),
    ],
)
def test_a_bad_table_is_refused_naming_its_file(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(CodeTableError, match=r"a\.yaml") as refused:
        read_tables(write(tmp_path, "a.yaml", content))
    assert words in str(refused.value)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "no table")
    assert read_tables(write(tmp_path, "a.yaml", table("x", ""))) != ()
