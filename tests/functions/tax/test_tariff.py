"""The tariff table: longest code, date, periods, mistakes with their lines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events.problems import InvalidInputError
from functions.settings import settings
from functions.tax.tariff import Tariff
from functions.tax.tariff_csv import default_tariff, read_rows, read_tariff
from infra.generate.goods import RANGE
from tests.functions.tax.cases import a_list, assessed, line

HEADER = "code,name,duty,vat,consumption_kind,consumption_rate,listed,effective_from,effective_to,basis"
TODAY = date(2026, 1, 5)


def csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    file = folder / "tariff.csv"
    file.write_text("\n".join([header, *rows]), encoding="utf-8-sig")
    return file


@pytest.fixture
def tariff_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SANDAN_TARIFF_DIR", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def test_the_longest_code_of_the_day_is_taken(tmp_path: Path) -> None:
    tariff = read_tariff(
        csv(
            tmp_path,
            "33049900,cosmetics,0,0.13,none,,yes,2020-01-01,,setting: a test",
            "3304990010,masks,0,0.09,none,,yes,2020-01-01,2020-12-31,setting: a test",
        )
    )
    found = {
        day: tariff.at(day).find("3304990010") for day in (date(2019, 12, 31), date(2020, 12, 31), date(2021, 1, 1))
    }
    assert [row and row.id for row in found.values()] == [
        None,
        "tariff.3304990010-2020-01-01",
        "tariff.33049900-2020-01-01",
    ]
    assert tariff.at(TODAY).find("33049900") is not None
    assert tariff.at(TODAY).find("3305990010") is None


@pytest.mark.parametrize(
    ("rows", "line_no", "words"),
    [
        (["123,x,0,0.13,none,,yes,2020-01-01,,b"], 2, "/tariff.csv/code"),
        (["33049900,x,0,1.3,none,,yes,2020-01-01,,b"], 2, "/tariff.csv/vat: is too great"),
        (["33049900,x,0,many,none,,yes,2020-01-01,,b"], 2, "/tariff.csv/vat"),
        (["33049900,x,0,1e-99999999,none,,yes,2020-01-01,,b"], 2, "/tariff.csv/vat"),
        (["33049900," + "x" * 200_000 + ",0,0.13,none,,yes,2020-01-01,,b"], 2, "/tariff.csv: is not CSV"),
        (["33049900,x,0,0.13,none,0.1,yes,2020-01-01,,b"], 2, "consumption_rate 0.1 does not go with"),
        (["33049900,x,0,0.13,specific,,yes,2020-01-01,,b"], 2, "consumption_specific and consumption_unit do not go"),
        (["33049900,x,0,0.13,none,,,2020-01-01,,b"], 2, "/tariff.csv/listed: is required"),
        (["33049900,x,0,0.13,none,,yes,2020-01-01,2019-01-01,b"], 2, "effective_to 2019-01-01 is before"),
        (["33049900,x,0,0.13,none,,yes,2020-01-01,,b,extra"], 2, "more cells than the header"),
        (
            ["33049900,x,0,0.13,none,,yes,2020-01-01,,b", "", "33049900,x,0,0.09,none,,yes,2021-01-01,,b"],
            4,
            "overlaps tariff.33049900-2020-01-01: end that row on the day before 2021-01-01",
        ),
        (
            ["33049900,x,0,0.13,none,,yes,2020-01-01,2020-06-30,b", "33049900,x,0,0.1,none,,yes,2021-01-01,,b"],
            3,
            "leaves a gap after tariff.33049900-2020-01-01",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(tmp_path: Path, rows: list[str], line_no: int, words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_tariff(csv(tmp_path, *rows))
    assert words in str(caught.value)
    assert caught.value.problems[0].line == line_no


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (HEADER + ",colour", "colour: is not a column"),
        (HEADER.replace("vat,", ""), "vat: is required"),
        (HEADER + ",vat", "vat: stands more than once"),
    ],
)
def test_a_header_that_does_not_fit_is_told(tmp_path: Path, header: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        read_rows(csv(tmp_path, "33049900,x", header=header))


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"\xff")
    for place, words in (
        (tmp_path / "absent.csv", "cannot be read"),
        (tmp_path / "latin.csv", "is not UTF-8"),
        (csv(tmp_path), "holds no row"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            read_tariff(place)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInputError, match="holds no CSV file"):
        read_tariff(tmp_path / "empty")


def test_rows_of_a_code_in_two_files_must_not_overlap() -> None:
    row = default_tariff().at(TODAY).find("19011010")
    assert row is not None
    with pytest.raises(InvalidInputError, match="overlaps"):
        Tariff([row, row])


def test_a_folder_of_files_stands_in_for_the_shipped_table(tariff_dir: Path) -> None:
    csv(tariff_dir, "19011010,milk powder,0,0.09,none,,no,2020-01-01,,setting: a test")
    assert len(list(default_tariff())) == 1
    assert [finding.rule for finding in assessed(a_list(line(1, "100"))).findings] == ["T3"]


def test_the_shipped_table_has_every_good_of_the_generator_on_every_day_since_2019() -> None:
    for day in (date(2019, 4, 1), TODAY):
        rows = [default_tariff().at(day).find(good.gcode) for good in RANGE]
        assert all(row is not None and row.listed and not row.bonded_only for row in rows)


def test_no_shipped_rate_is_a_claim() -> None:
    rows = list(default_tariff())
    assert len(rows) > 50
    assert all("setting: to be verified" in row.basis for row in rows)
