"""The contract in the repository is the one in the code."""

import json
from pathlib import Path

import pytest

from events.catalogue import EVENT_TYPES
from infra import contract


def test_the_files_in_the_repository_are_up_to_date() -> None:
    """Given the models, when the files are compared, then none differs (else: python -m infra.contract)."""
    assert contract.differing(contract.ROOT) == []


def test_every_event_type_has_a_schema_under_its_name() -> None:
    """Given the catalogue, when its files are read, then each type has a schema whose $id is relative."""
    entries = json.loads((contract.ROOT / contract.CATALOGUE).read_text())
    assert [entry["type"] for entry in entries] == list(EVENT_TYPES)
    for entry in entries:
        schema = json.loads((contract.ROOT / contract.SCHEMAS / entry["schema"]).read_text())
        assert schema["$id"] == entry["schema"]
        assert schema["$schema"].endswith("2020-12/schema")


def test_schemas_use_the_official_names() -> None:
    """Given the schema of an order, when its fields are read, then they are spelt as in the standard."""
    schema = json.loads(contract.contract()[contract.SCHEMAS / "cn.sandan.order.placed.v1.json"])
    assert "acturalPaid" in schema["$defs"]["OrderHead"]["required"]


def test_a_difference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given a stale, a missing and a stray file, when the check runs, then it names them and exits 1."""
    monkeypatch.setattr(contract, "ROOT", tmp_path)
    contract.write(tmp_path)
    assert contract.main(["--check"]) == 0
    (tmp_path / contract.OPENAPI).write_text("{}")
    (tmp_path / contract.CATALOGUE).unlink()
    (tmp_path / contract.SCHEMAS / "cn.sandan.gone.v1.json").write_text("{}")
    assert contract.main(["--check"]) == 1
    said = capsys.readouterr().err.splitlines()
    names = ("cn.sandan.gone.v1.json", "catalogue.json", "openapi.json")
    assert len(said) == 3
    assert all(any(name in line for line in said) for name in names)


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    """Given files just written, when they are written again, then nothing changes; strays are removed."""
    assert len(contract.write(tmp_path)) == len(EVENT_TYPES) + 2
    stray = tmp_path / contract.SCHEMAS / "stray.json"
    stray.write_text("{}")
    assert contract.write(tmp_path) == [contract.SCHEMAS / "stray.json"]
    assert not stray.exists()
    assert contract.write(tmp_path) == []
