"""Which Python the packages are for, and what compiles them."""

import gzip
import json
import os
import sys
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.main import application
from infra.package import runtimes
from infra.package.runtimes import HERE, RUNTIMES, compile_modules, compiler, default_runtime
from infra.stack.errors import StackError

ANOTHER = next(version for version in RUNTIMES if version != HERE)


def _program(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def _interpreter(file: Path, version: str) -> Path:
    """Answers as an interpreter of that version does when it is asked what it is."""
    return _program(file, f"echo cpython-{version.replace('.', '')}")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders `first` and `second`, and nothing else, on the PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / name) for name in ("first", "second")))
    return tmp_path


def test_lambda_has_these_runtimes() -> None:
    model = resources.files("botocore") / "data" / "lambda" / "2015-03-31" / "service-2.json.gz"
    known = json.loads(gzip.decompress(model.read_bytes()))["shapes"]["Runtime"]["enum"]
    assert {f"python{version}" for version in RUNTIMES} <= set(known)


def test_packages_are_for_the_python_that_builds_where_lambda_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_runtime() == HERE
    monkeypatch.setattr(runtimes, "HERE", "3.99")
    assert default_runtime() == RUNTIMES[-1]


@pytest.mark.usefixtures("path")
def test_this_python_compiles_for_itself() -> None:
    assert compiler(HERE) == sys.executable


def test_another_version_is_compiled_by_the_first_of_the_path_that_is_it(path: Path) -> None:
    """Given a shim of pyenv, which fails for a version that is not chosen, then the interpreter behind it is found."""
    assert compiler(ANOTHER) is None
    _program(path / "first" / f"python{ANOTHER}", "exit 127")
    assert compiler(ANOTHER) is None
    real = _interpreter(path / "second" / f"python{ANOTHER}", ANOTHER)
    assert compiler(ANOTHER) == str(real)


def test_a_program_that_is_another_python_than_its_name_says_is_passed_over(path: Path) -> None:
    _interpreter(path / "first" / f"python{ANOTHER}", HERE)
    assert compiler(ANOTHER) is None


def test_uv_is_asked_and_downloads_nothing(path: Path) -> None:
    real = _interpreter(path / "kept" / "python", ANOTHER)
    asked = f"python find --offline --no-python-downloads --system {ANOTHER}"
    _program(path / "first" / "uv", f'[ "$*" = "{asked}" ] && echo {real}')
    assert compiler(ANOTHER) == str(real)


def test_a_module_that_cannot_be_compiled_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("def\n")
    with pytest.raises(StackError, match=r"cannot compile what is packed:\n(?s:.*)wrong\.py"):
        compile_modules(tmp_path, sys.executable)


@pytest.mark.usefixtures("path")
def test_packages_that_are_not_compiled_are_told_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is, what it costs, what to do."""

    def built(*_: object) -> None:
        raise StackError("built")

    monkeypatch.setattr("infra.cli.package.build", built)
    done = CliRunner().invoke(application("package"), ["package", "--for", "lambda", "--python", ANOTHER])
    assert str(done.exception) == "built"
    assert f"the packages for Python {ANOTHER} are not compiled, since this machine has no" in done.stderr
    assert "each cold start compiles what it loads and takes more than twice as long" in done.stderr
    assert f"Put python{ANOTHER} on the PATH (or `uv python install {ANOTHER}`) and run this again" in done.stderr


@pytest.mark.parametrize("command", [["package", "--for", "lambda"], ["deploy", "--stage", "t", "--bucket", "b"]])
def test_a_version_that_lambda_does_not_have_is_refused(command: list[str]) -> None:
    done = CliRunner().invoke(application(command[0]), [*command, "--python", "3.10"])
    assert done.exit_code == 2
    assert "'3.10' is none of 3.11, 3.12, 3.13, 3.14" in done.stderr


def test_a_version_for_this_machine_is_refused() -> None:
    done = CliRunner().invoke(application("package"), ["package", "--python", ANOTHER])
    assert done.exit_code == 2
    assert "is for --for lambda" in done.stderr
