"""The package of our code: complete, compiled, the same for the same content."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from infra.package import build as building
from infra.package.build import OURS, ROOT, Packages, Target, build
from infra.stack.errors import StackError
from infra.stack.lambdas import unpacked


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Packages for this machine, with libraries that are quickly fetched: none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "_install", lambda pins, libraries, target: libraries.mkdir(parents=True))
        return build(tmp_path_factory.mktemp("packages"), Target.here())


def test_our_code_is_whole_and_runs_from_the_package(packages: Packages, tmp_path: Path) -> None:
    folder = unpacked(packages.functions)
    ours = [path for name in ("events", "functions") for path in (ROOT / name).rglob("*") if path.is_file()]
    wanted = {path.relative_to(ROOT).as_posix() for path in ours if "__pycache__" not in path.parts}
    assert wanted <= set(zipfile.ZipFile(packages.functions).namelist())
    assert not (folder / "infra").exists()
    code = "import functions.lambda_entry as e; print(e.__file__); print(e.handler({}, None)['functions'])"
    environment = {"SANDAN_CAPABILITY": "tax", "PYTHONPATH": str(folder)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"{folder}/functions/lambda_entry.py\n['tax.assess', 'tax.remainder']\n"


def test_the_package_of_the_worker_has_all_of_our_code_that_it_runs(packages: Packages, tmp_path: Path) -> None:
    folder = unpacked(packages.worker)
    code = (
        "import functions.worker.handler as h, workflows, infra; print(h.__file__, workflows.__file__, infra.__file__)"
    )
    environment = {"PYTHONPATH": str(folder), "AWS_DEFAULT_REGION": "us-east-1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    files = ("functions/worker/handler.py", "workflows/__init__.py", "infra/__init__.py")
    assert done.stdout.split() == [f"{folder}/{file}" for file in files]


def test_a_package_of_the_same_content_has_the_same_name(packages: Packages) -> None:
    assert building._code(packages.functions.parent, packages.target, "functions", OURS) == packages.functions
    assert packages.parameters("b") == {
        "PackagesBucket": "b",
        "FunctionsPackage": packages.functions.name,
        "WorkerPackage": packages.worker.name,
        "WorkerBuildId": packages.worker.stem.removeprefix("worker-"),
        "DependenciesPackage": packages.dependencies.name,
        "TemporalPackage": packages.temporal.name,
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Architecture": packages.target.architecture,
    }


def test_for_another_python_nothing_is_compiled(tmp_path: Path) -> None:
    made = building._code(tmp_path, Target("3.99", "arm64", linux=True), "functions", OURS)
    assert not [name for name in zipfile.ZipFile(made).namelist() if name.endswith(".pyc")]


def test_libraries_that_pip_does_not_find_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(StackError, match="could not be fetched by pip"):
        build(tmp_path / "packages", Target.here())
    assert not list((tmp_path / "packages").glob("dependencies*"))


def test_two_stacks_that_unpack_at_the_same_moment_share_the_folder(
    packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given another stack that is quicker, then its folder stands, and nothing else is left."""
    layer = tmp_path / "functions.zip"
    layer.write_bytes(packages.functions.read_bytes())

    def too_late(dir: Path) -> str:
        (tmp_path / "functions").mkdir()
        (tmp_path / "functions" / "theirs").touch()
        return real(dir=dir)

    real = tempfile.mkdtemp
    monkeypatch.setattr("infra.stack.lambdas.tempfile.mkdtemp", too_late)

    assert unpacked(layer) == tmp_path / "functions"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["functions", "functions.zip"]
    assert (tmp_path / "functions" / "theirs").exists()
