"""Lives that were recorded go into a folder with others: which stay, which are replaced."""

from pathlib import Path

import pytest

from infra.replay.files import keep, lives, load, recorded, save

RELEASE = Path(__file__).parent / "histories/orders/9610-release.json.gz"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Fresh ones of two lives, and a folder where one of them stands with two runs, beside a third life."""
    fresh, folder = tmp_path / "fresh", tmp_path / "kept" / "orders"
    fresh.mkdir()
    folder.mkdir(parents=True)
    run = load(RELEASE)
    save([run], fresh, "9610-release")
    save([run, run], fresh, "9610-silence")
    for name in ("9610-release", "9610-release.2", "1210-detention"):
        (folder / f"{name}.json.gz").write_bytes(b"before")
    return fresh, folder


def test_a_life_that_is_recorded_anew_is_replaced_with_all_its_runs(folders: tuple[Path, Path]) -> None:
    fresh, folder = folders
    assert keep(fresh, folder, only_missing=False) == ["9610-release", "9610-silence"]
    assert lives(folder) == ["1210-detention", "9610-release", "9610-silence"]
    assert not (folder / "9610-release.2.json.gz").exists()  # the new life has no second run
    assert load(folder / "9610-release.json.gz").events == load(RELEASE).events
    assert (folder / "1210-detention.json.gz").read_bytes() == b"before"


def test_only_what_is_missing_is_added(folders: tuple[Path, Path]) -> None:
    fresh, folder = folders
    assert keep(fresh, folder, only_missing=True) == ["9610-silence"]
    assert [path.name for path in recorded(folder) if path.read_bytes() != b"before"] == [
        "9610-silence.2.json.gz",
        "9610-silence.json.gz",
    ]
    assert keep(fresh, folder, only_missing=True) == []


def test_a_folder_that_is_not_there_is_made(folders: tuple[Path, Path], tmp_path: Path) -> None:
    fresh, _ = folders
    assert keep(fresh, tmp_path / "new" / "orders", only_missing=True) == ["9610-release", "9610-silence"]


def test_a_life_without_a_history_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="return-return: Temporal has no history"):
        save([], tmp_path, "return-return")
