"""`sandan generate` as users' scripts call it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from events.ceb.message import parse
from events.ceb.messages.order import CEB311Message
from events.cloudevents import from_http
from events.declaration_request import DeclarationRequest
from infra.cli.generate import register


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return app


def run(command: typer.Typer, *arguments: str) -> Result:
    return CliRunner().invoke(command, ["generate", *arguments])


def test_the_documented_call_writes_five_documents_for_each_order(command: typer.Typer, tmp_path: Path) -> None:
    fixed = ["--orders", "10", "--seed", "7", "--mode", "9610", "--scenario", "release", "--out", str(tmp_path)]
    assert run(command, *fixed).exit_code == 0
    folders = sorted(tmp_path.iterdir())
    assert len(folders) == 10
    for folder in folders:
        written = {file.name for file in folder.iterdir()}
        assert written == {"311.xml", "411.xml", "511.xml", "621.xml", "original-payment.json"}
        (order,) = parse((folder / "311.xml").read_bytes()).elements
        assert folder.name.startswith("LYG9610-7-")
        assert order.model_dump()["OrderHead"]["orderNo"] == folder.name


def test_the_summary_names_every_order_with_its_expected_end_and_files(command: typer.Typer, tmp_path: Path) -> None:
    result = run(command, "--orders", "30", "--out", str(tmp_path), "--json")
    summary = json.loads(result.stdout)
    assert len(summary) == 30
    assert set(summary[0]) == {"orderNo", "ebpCode", "mode", "scenario", "expected", "files"}
    assert {file for order in summary for file in order["files"]} == {str(path) for path in tmp_path.glob("*/*")}


def test_running_it_again_replaces_its_own_files_and_leaves_others_alone(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    call = ["--orders", "2", "--scenario", "release", "--out", str(tmp_path)]
    run(command, *call)
    before = {path: path.read_bytes() for path in tmp_path.glob("*/311.xml")}
    assert run(command, *call).exit_code == 0
    assert {path: path.read_bytes() for path in tmp_path.glob("*/311.xml")} == before
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_json_holds_the_same_message_under_the_official_names(command: typer.Typer, tmp_path: Path) -> None:
    base = ["--orders", "1", "--scenario", "list-service"]
    assert run(command, *base, "--out", str(tmp_path / "json"), "--format", "json").exit_code == 0
    assert run(command, *base, "--out", str(tmp_path / "xml"), "--format", "xml").exit_code == 0
    (as_json,) = (tmp_path / "json").glob("*/311.json")
    (as_xml,) = (tmp_path / "xml").glob("*/311.xml")
    assert CEB311Message.model_validate_json(as_json.read_bytes()) == parse(as_xml.read_bytes())
    (request,) = (tmp_path / "json").glob("*/list-request.json")
    (event,) = from_http({"content-type": "application/cloudevents+json"}, request.read_bytes())
    assert event.type == "cn.sandan.list.requested.v1"
    assert DeclarationRequest.model_validate(event.data).order_no == as_json.parent.name


def test_a_folder_that_cannot_be_written_is_an_error_in_words(command: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run(command, "--orders", "1", "--out", str(tmp_path / "file" / "folder"))
    assert result.exit_code == 1
    assert "choose another --out" in result.stderr


@pytest.mark.parametrize("wrong", [["--scenario", "no-such"], ["--mode", "9710"], ["--orders", "0"], []])
def test_wrong_calls_exit_with_an_error(command: typer.Typer, tmp_path: Path, wrong: list[str]) -> None:
    out = ["--out", str(tmp_path)] if wrong else []
    assert run(command, *wrong, *out).exit_code == 2


def test_help_shows_an_example(command: typer.Typer) -> None:
    assert "sandan generate --orders 10 --seed 7" in run(command, "--help").stdout
