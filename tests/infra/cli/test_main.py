"""The command line loads what it needs, and tells mistakes in words."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from events.problems import InvalidInputError, Problem
from infra.cli import main as command_line
from infra.stack.errors import StackError

_HEAVY = ("boto3", "temporalio", "lxml", "pydantic.networks", "infra.generate")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no stack runs."""
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path))


def _fail_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    def failing(_: str | None) -> typer.Typer:
        app = typer.Typer(pretty_exceptions_enable=False)

        @app.command()
        def fail() -> None:
            raise error

        return app

    monkeypatch.setattr(command_line, "application", failing)
    monkeypatch.setattr(sys, "argv", ["sandan"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return ended.value.code


@pytest.mark.usefixtures("nowhere")
def test_without_a_stack_commands_say_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with an exit code, without a traceback."""
    monkeypatch.setattr(sys, "argv", ["sandan", "dlq", "list", "--json"])

    with pytest.raises(SystemExit) as ended:
        command_line.main()

    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert printed.out == ""
    assert printed.err == "sandan: no stack is running: start it with `sandan up`\n"


def test_wrong_input_is_told_with_every_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where, which value, what to do; exit code 2."""
    problems = [
        Problem(path="/Order[1]/OrderHead/currency", rule="currency", value="840", message="must be 142"),
        Problem(path="/Order[1]/OrderHead/guid", rule="required", message="is required: add it"),
    ]

    assert _fail_with(InvalidInputError(problems), monkeypatch) == 2

    assert capsys.readouterr().err == (
        "sandan: /Order[1]/OrderHead/currency: must be 142 (given: 840)\n"
        "/Order[1]/OrderHead/guid: is required: add it\n"
    )


def test_a_stack_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1."""
    assert _fail_with(StackError("worker ended"), monkeypatch) == 1

    assert capsys.readouterr().err == "sandan: worker ended\n"


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the user can mend is put into words."""
    with pytest.raises(ValueError, match="a bug"):
        _fail_with(ValueError("a bug"), monkeypatch)


def _in_a_shell(line: str) -> subprocess.CompletedProcess[str]:
    """What the installed command does with its streams as a shell gives them, without a locale."""
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "SANDAN": f"{sys.executable} -m infra.cli.main",
    }
    return subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("streams", [">/dev/full", ">/dev/full 2>/dev/full"])
def test_a_full_disk_is_told_and_is_no_verdict(streams: str) -> None:
    """Exit code 2: 1 would say of a message that it is wrong."""
    done = _in_a_shell(f"$SANDAN ceb receipt --message CEB622 --status 800 {streams}")

    assert done.returncode == 2
    assert done.stderr in {"", "sandan: the output cannot be written: No space left on device\n"}


def test_streams_that_are_closed_are_no_fault_of_the_command() -> None:
    """Nothing to read is told; nowhere to write is nobody's concern."""
    without_input = _in_a_shell("$SANDAN ceb validate - <&-")
    without_output = _in_a_shell("$SANDAN ceb receipt --message CEB622 --status 800 >&-")

    assert without_input.returncode == 2
    assert "standard input is closed" in without_input.stdout
    assert (without_output.returncode, without_output.stderr) == (0, "")


def test_texts_come_out_whatever_the_locale_and_the_arguments() -> None:
    """Chinese without a locale; an argument that is no text."""
    printed = _in_a_shell("$SANDAN ceb receipt --message CEB622 --status 800")
    odd = _in_a_shell("$SANDAN ceb receipt --message CEB622 --status \"$(printf '\\377')\" --json")

    assert (printed.returncode, "放行" in printed.stdout) == (0, True)
    assert (odd.returncode, odd.stderr) == (0, "")


def _commands() -> list[list[str]]:
    group = typer.main.get_command(command_line.application())
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [[name, each] for each in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    """A description of what it does, and one line to copy."""
    shown = CliRunner().invoke(command_line.application(), [*command, "--help"])

    assert shown.exit_code == 0
    text = _ESCAPES.sub("", shown.output)
    assert f"sandan {' '.join(command)}" in text.partition("Example:")[2]


def test_a_command_loads_only_its_own() -> None:
    """`sandan up --help` neither loads the models nor what speaks to AWS."""
    script = "import sys; from infra.cli.main import application; application('up'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not [name for name in _HEAVY if name in loaded]
