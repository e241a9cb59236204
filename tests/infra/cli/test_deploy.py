"""`sandan deploy` up to the commands of the AWS CLI, which a program of these tests takes down."""

import shlex
import sys
from pathlib import Path

import pytest

from infra.cli import deploy
from infra.cli import main as command_line
from infra.package.build import Packages, Target
from infra.package.runtimes import HERE, RUNTIMES
from tests.infra.package.world import WORLD

WHOLE = ["--bucket", "my-packages", *(word for pair in WORLD.items() for word in ("--set", "=".join(pair)))]


class Ran:
    """What the command did: its exit code, what was built, and the calls of the AWS CLI."""

    def __init__(self, code: object, built: list[Target], calls: list[str], out: str, err: str) -> None:
        self.code, self.built, self.calls, self.out, self.err = code, built, calls, out, err


class Machine:
    """A machine with the AWS CLI, if `aws` is on it; building takes no time."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._patch, self._capsys = folder, patch, capsys
        self._built: list[Target] = []
        patch.setenv("PATH", str(folder))
        patch.setattr(deploy, "build", self._build)

    def with_aws(self, fails_at: str = "nothing") -> "Machine":
        """It writes its arguments down, and fails where they have that word."""
        program = self._folder / "aws"
        calls = shlex.quote(str(self._folder / "calls"))
        program.write_text(f'#!/bin/sh\necho "$*" >> {calls}\ncase "$*" in *{fails_at}*) exit 1;; esac\n')
        program.chmod(0o755)
        return self

    def run(self, *arguments: str) -> Ran:
        """`sandan deploy` as a user enters it."""
        self._patch.setattr(sys, "argv", ["sandan", "deploy", *arguments])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        calls = self._folder / "calls"
        done = calls.read_text().splitlines() if calls.exists() else []
        return Ran(ended.value.code, self._built, done, *self._capsys.readouterr())

    def _build(self, folder: Path, target: Target) -> Packages:
        self._built.append(target)
        functions, worker = folder / "functions-1.zip", folder / "worker-1.zip"
        return Packages(target, functions, worker, folder / "libraries-1.zip", folder / "temporal-1.zip")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Machine:
    """One without the AWS CLI."""
    return Machine(tmp_path, monkeypatch, capsys)


def test_a_dry_run_with_the_stage_alone_says_what_would_be_done_and_what_is_missing(machine: Machine) -> None:
    ran = machine.run("--stage", "test", "--dry-run")

    assert (ran.code, ran.built, ran.err) == (0, [], "")
    lines = ran.out.splitlines()
    assert [line.split(":")[0] for line in lines if ": is missing: " in line] == [
        "#   --bucket NAME",
        *(f"#   --set {name}=VALUE" for name in WORLD),
    ]
    assert f"sandan package --for lambda --python {HERE} --architecture x86_64" in lines
    assert sum(line.startswith("aws s3 cp ") for line in lines) == 4
    assert any(line.startswith("aws cloudformation deploy --stack-name sandan-test ") for line in lines)
    assert lines.index("# After the first deployment, once, in this order:") < len(lines) - 1


def test_a_deployment_names_all_that_is_missing_before_it_builds_anything(machine: Machine) -> None:
    ran = machine.with_aws().run("--stage", "test", "--set", "BankUrl=https://bank.example")

    assert (ran.code, ran.built, ran.calls, ran.out) == (2, [], [], "")
    assert [line.split(": is missing")[0] for line in ran.err.removeprefix("sandan: ").splitlines()] == [
        "--bucket NAME",
        *(f"--set {name}=VALUE" for name in WORLD if name != "BankUrl"),
    ]


def test_a_dry_run_with_everything_builds_and_prints_what_a_deployment_runs(machine: Machine) -> None:
    dry = machine.run("--stage", "test", *WHOLE, "--dry-run")
    assert (dry.code, len(dry.built), dry.calls) == (0, 1, [])
    printed = [" ".join(shlex.split(line)[1:]) for line in dry.out.splitlines() if line.startswith("aws ")]

    run = machine.with_aws().run("--stage", "test", *WHOLE)
    assert (run.code, run.calls) == (0, printed)
    assert f"Runtime=python{HERE}" in run.calls[4].split()


def test_without_the_aws_cli_nothing_is_built(machine: Machine) -> None:
    ran = machine.run("--stage", "test", *WHOLE)

    assert (ran.code, ran.built) == (1, [])
    assert "aws is not installed: install the AWS CLI, or run the commands of --dry-run where it is" in ran.err


def test_after_a_command_that_fails_none_is_run(machine: Machine) -> None:
    ran = machine.with_aws(fails_at="worker-1.zip").run("--stage", "test", *WHOLE)

    assert (ran.code, len(ran.calls)) == (1, 2)
    assert "this command failed, and nothing after it was run: aws s3 cp" in ran.err


def test_a_stage_that_cannot_name_resources_is_refused(machine: Machine) -> None:
    ran = machine.run("--stage", "Test_1", "--dry-run")

    assert (ran.code, ran.built, ran.out) == (2, [], "")
    assert ran.err == (
        "sandan: --stage: must be one to 16 lower-case letters, digits and hyphens, beginning with a letter "
        "(AllowedPattern in template.yaml) (given: Test_1)\n"
    )


@pytest.mark.parametrize("way", [[], ["--dry-run"]])
def test_values_that_the_template_refuses_are_told_before_anything_is_built(machine: Machine, way: list[str]) -> None:
    """All of them: which parameter, which value, which rule, what is allowed."""
    wrong = ["--set", "ServerlessWorker=maybe", "--set", "LogDays=5", "--set", "TemporalExternalId=a"]
    ran = machine.with_aws().run("--stage", "test", *WHOLE, *wrong, *way)

    assert (ran.code, ran.built, ran.calls, ran.out) == (2, [], [], "")
    told = ran.err.removeprefix("sandan: ").splitlines()
    assert told[:3] == [
        "--set ServerlessWorker: must be one of yes, no (AllowedValues in template.yaml) (given: maybe)",
        "--set LogDays: must be one of 7, 14, 30, 60, 90, 180, 365 (AllowedValues in template.yaml) (given: 5)",
        "--set TemporalExternalId: must be empty, or 5 to 45 letters, digits and _+=,.@- "
        "(AllowedPattern in template.yaml) (given: a)",
    ]
    assert told[3].startswith("--set TemporalExternalId: is of no use without --set TemporalPrincipals")


def test_packages_that_are_not_compiled_are_told_whatever_is_missing(machine: Machine) -> None:
    another = next(version for version in RUNTIMES if version != HERE)
    ran = machine.run("--stage", "test", "--dry-run", "--python", another)

    assert ran.code == 0
    assert f"the packages for Python {another} are not compiled" in ran.err
    assert f"Runtime=python{another} " in ran.out
