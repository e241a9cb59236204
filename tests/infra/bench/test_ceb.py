"""`sandan bench ceb`: what it measures and how it says so; no limit is asserted here, machines differ."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from events.ceb import build, parse
from events.ceb.business import business_problems
from events.ceb.schema import schema_problems
from events.ceb.signature import SoftwareSigner, sign
from infra.bench.ceb import CebBench, run
from infra.bench.memory import memory_of
from infra.bench.messages import big_message, many_lines, one_list
from infra.bench.work import through
from infra.cli import bench

SMALL, QUICK = 400_000, 0.0001


@pytest.fixture(scope="module")
def measured() -> CebBench:
    return run(None, SMALL, QUICK)


def test_the_measured_message_breaks_nothing() -> None:
    """Else the layers would be measured on their slow way."""
    message = sign(build(one_list()), SoftwareSigner.throwaway("TEST"))
    assert schema_problems(message) == []
    assert business_problems(parse(message)) == []
    assert through(message) == message


def test_the_big_message_is_as_big_as_it_is_said_to_be() -> None:
    size = 9_000_000
    message = big_message(size)
    assert size * 0.99 <= len(message) <= size
    assert len(parse(message).elements) == 100


def test_the_message_of_short_lines_is_as_big_and_breaks_nothing_but_that_it_is_unsigned() -> None:
    message = many_lines(SMALL)
    assert SMALL * 0.99 <= len(message) <= SMALL
    assert [problem.path for problem in schema_problems(message)] == ["/CEB711Message/Signature"]
    assert [found.rule for found in business_problems(parse(message))] == ["S-SIGNATURE"]
    assert through(message) == message


def test_memory_is_that_of_a_process_of_its_own() -> None:
    found = memory_of(build(one_list()))
    assert 0 < found.before <= found.peak
    assert found.growth == found.peak - found.before


def test_without_a_schema_there_is_no_comparison_with_it(measured: CebBench) -> None:
    assert measured.validation is None
    assert set(measured.steps) == {"whole", "parse", "schema_layer", "business_layer", "build", "sign_and_verify"}
    assert measured.signature.ours.median > 0
    assert measured.signature_of_strangers.ours.median > 0
    assert measured.memory.message > SMALL
    assert measured.memory_of_short_lines.process.growth > 0


@pytest.mark.shared
def test_with_the_schema_there_is(shared_ceb: Path) -> None:
    found = run(shared_ceb / "xsd", SMALL, QUICK)
    assert found.validation is not None
    assert found.validation.theirs.median > 0
    assert found.targets[0].value == found.validation.ratio


def invoke(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    bench.register(app)
    return CliRunner().invoke(app, ["bench", "ceb", *arguments])


def test_the_command_prints_json_or_words(measured: CebBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "run", lambda _: measured)
    monkeypatch.setenv("COLUMNS", "200")
    assert json.loads(invoke("--json").stdout) == json.loads(measured.model_dump_json())
    said = invoke().stdout
    assert "give --xsd DIR" in said
    assert "sign and verify / bare SM2" in said
    assert all(target.reading in said for target in measured.targets)


def test_a_folder_without_the_schema_is_told(tmp_path: Path) -> None:
    result = invoke("--xsd", str(tmp_path))
    assert result.exit_code == 2
    assert f"--xsd {tmp_path} holds no import_business_node.xsd" in result.stderr
