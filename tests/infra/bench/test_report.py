"""The report of a benchmark: every target, every part, what failed, and what was measured elsewhere."""

import json
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from events.values import CHINA
from infra.bench import suite
from infra.bench.charts import bars, line, ranges
from infra.bench.machine import Machine, this_machine
from infra.bench.measure import Spread, Target
from infra.bench.report import differences, report
from infra.bench.suite import PartResult, kept_results, run_part
from infra.cli.main import application

MACHINE = Machine(
    processor="Some CPU",
    cores=2,
    memory=16,
    system="Linux",
    python="CPython 3.11",
    temporal_server="1.32",
    libraries={"boto3": "1"},
    commit="abc",
    at=datetime(2026, 11, 27, 22, tzinfo=CHINA),
    load=0.1,
)


def target(value: float, limit: float = 1.5) -> dict[str, object]:
    made = Target(name="n", reading="a < b", value=Spread.of([value]), unit="ratio", sense="at most", limit=limit)
    return made.model_dump(mode="json")


def part(name: str, *targets: dict[str, object], **changes: object) -> PartResult:
    command = f"sandan bench {name}"
    found = PartResult(part=name, machine=MACHINE, seconds=1, command=command, result={"targets": targets})
    return found.model_copy(update=changes)


class Tags(HTMLParser):
    """Which tags are open, and what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        if tag not in {"meta", "rect", "line", "polyline"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"rect", "line", "polyline"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(*results: PartResult) -> str:
    tags = Tags()
    tags.feed(report(results))
    assert tags.open == []
    return tags.text


def test_every_target_stands_at_the_top_with_its_verdict() -> None:
    text = shown(part("rules", target(1.0), target(2.0)))
    assert "Targets: 1 of 2 met" in text
    assert text.count("a < b") >= 2
    assert "missed" in text
    assert "Some CPU, 2 cores, 16 GiB" in text


def test_it_ends_when_its_last_part_was_done() -> None:
    """Not when that began; and on another day where it is another one."""
    later = MACHINE.model_copy(update={"at": datetime(2026, 11, 27, 22, 9, tzinfo=CHINA)})
    first = part("rules", seconds=540.0)
    assert "2026-11-27 22:00 to 22:19 (UTC+8), 19 minutes" in shown(first, part("steady", machine=later, seconds=600.0))
    night = part("steady", machine=later, seconds=7200.0)
    assert "2026-11-27 22:00 to 2026-11-28 00:09 (UTC+8), 129 minutes" in shown(first, night)


def test_a_part_that_failed_is_told_with_its_reason_and_the_others_stay() -> None:
    text = shown(part("rules", target(1.0)), part("cost", result=None, error="exit code 1: <no prices>"))
    assert "Not measured: cost" in text
    assert "exit code 1: <no prices>" in text
    assert "Targets: 1 of 1 met" in text


def test_parts_of_different_days_machines_or_versions_are_told_apart() -> None:
    here = part("rules")
    assert differences([here, part("cost")]) == []
    other_day = MACHINE.model_copy(update={"at": datetime(2026, 11, 28, 9, tzinfo=CHINA)})
    assert differences([here, part("cost", machine=other_day)]) == ["days"]
    other = MACHINE.model_copy(update={"cores": 4, "commit": "def"})
    assert differences([here, part("cost", machine=other)]) == ["machines", "versions"]
    assert "measured on different machines and versions" in shown(here, part("cost", machine=other))


def test_results_are_kept_and_read_again_in_the_order_of_the_parts(tmp_path: Path) -> None:
    for name in ("steady", "rules"):
        (tmp_path / f"{name}.json").write_text(part(name, target(1.0)).model_dump_json())
    (tmp_path / "cost.json").write_text("{}")
    assert [one.part for one in kept_results(tmp_path)] == ["rules", "steady"]
    assert CliRunner().invoke(application("bench"), ["bench", "report", "--out", str(tmp_path)]).exit_code == 0
    assert "Targets: 2 of 2 met" in (tmp_path / "report.html").read_text()
    assert "| a < b | 1 (1–1) | at most 1.5 | met |" in (tmp_path / "targets.md").read_text()


def test_a_command_that_fails_is_a_result_with_its_reason() -> None:
    found = run_part("no-such-part", [])
    assert found.result is None
    assert found.error
    assert "No such command" in found.error


def test_a_failing_part_leaves_the_others_and_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(name: str, options: list[str]) -> PartResult:
        if name == "cost":
            return part(name, result=None, error="no prices")
        return part(name, target(1.0), command=" ".join(options))

    monkeypatch.setattr(suite, "run_part", measured)
    arguments = ["bench", "all", "--out", str(tmp_path), "--minutes", "3", "--part", "cost", "--part", "steady"]
    assert CliRunner().invoke(application("bench"), arguments).exit_code == 1
    assert json.loads((tmp_path / "steady.json").read_text())["command"] == "--minutes 3.0"
    assert "no prices" in (tmp_path / "report.html").read_text()


def test_a_part_that_there_is_not_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(application("bench"), ["bench", "all", "--out", str(tmp_path), "--part", "speed"])
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_without_results_there_is_no_report(tmp_path: Path) -> None:
    result = CliRunner().invoke(application("bench"), ["bench", "report", "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "holds no result" in result.stderr


@pytest.mark.parametrize(
    "drawn",
    [
        bars([("a & b", {"x": 1.0, "y": 2.0}), ("c", {"x": 0.0})], "ms"),
        bars([], "ms"),
        ranges([("a", 2.0, 1.0, 3.0)], "s"),
        line([0.0, 3.0, 1.0], 10, "s", "orders"),
        line([0.0], 10, "s", "orders"),
    ],
)
def test_plots_are_well_formed_and_stay_inside(drawn: str) -> None:
    svg = ET.fromstring(drawn)
    width = float(svg.get("width", "0"))
    for rect in svg.iter("rect"):
        assert float(rect.get("x", "0")) >= 0
        assert float(rect.get("x", "0")) + float(rect.get("width", "0")) <= width


def test_this_machine_is_described() -> None:
    found = this_machine()
    assert found.cores > 0
    assert "boto3" in found.libraries
