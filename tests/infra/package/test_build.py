"""The package of our code: complete, compiled, the same for the same content."""

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from infra.cli.package import on_lambda
from infra.package import build as building
from infra.package.build import OURS, ROOT, Packages, Target, build
from infra.package.runtimes import HERE
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
    assert building._code(packages.functions.parent, sys.executable, "functions", OURS) == packages.functions
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


def _modules(package: Path, ending: str) -> list[str]:
    return [name for name in zipfile.ZipFile(package).namelist() if name.endswith(ending)]


def test_every_module_is_compiled_and_none_is_checked_for_its_time(packages: Packages) -> None:
    """Given a package for this Python, then each module has its compiled one, which is taken whatever its time is."""
    for package in packages.code:
        assert len(_modules(package, ".pyc")) == len(_modules(package, ".py")) > 100
        with zipfile.ZipFile(package) as packed:
            heads = {packed.read(name)[:8] for name in _modules(package, ".pyc")}
        assert heads == {importlib.util.MAGIC_NUMBER + (0b01).to_bytes(4, "little")}  # by hash, unchecked (PEP 552)


def test_packages_for_lambda_are_for_the_python_that_builds_them_and_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(building, "_install", lambda pins, libraries, target: libraries.mkdir(parents=True))
    made = build(tmp_path, on_lambda(None, "x86_64"))
    assert made.parameters("b")["Runtime"] == f"python{HERE}"
    assert _modules(made.functions, ".pyc")
    assert capsys.readouterr().err == ""


def test_libraries_that_were_packed_without_a_compiler_are_packed_anew_with_one(tmp_path: Path) -> None:
    def layer(compiles: str | None) -> Path:
        return building._layer(tmp_path, "dependencies", Target.here(), compiles, [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "_install", _one_module)
        bare, compiled = layer(None), layer(sys.executable)
    assert [len(_modules(package, ".pyc")) for package in (bare, compiled)] == [0, 1]
    assert (layer(None), layer(sys.executable)) == (bare, compiled)


def _one_module(pins: Path, libraries: Path, target: Target) -> None:
    libraries.mkdir(parents=True)
    (libraries / "one.py").write_text("A = 1\n")


def test_wheels_are_those_of_the_system_that_lambda_has_for_the_version() -> None:
    """Python 3.11 runs on Amazon Linux 2 there, whose glibc is 2.26; later ones on Amazon Linux 2023 with 2.34."""
    assert Target("3.11", "x86_64", linux=True).platforms == ("manylinux2014_x86_64", "manylinux_2_26_x86_64")
    assert "manylinux_2_34_aarch64" in Target("3.12", "arm64", linux=True).platforms
    assert Target.here().platforms == ()


def test_libraries_that_pip_does_not_find_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(StackError, match=r"^the index has no wheel of annotated-types=="):
        build(tmp_path / "packages", Target.here())
    assert not list((tmp_path / "packages").glob("dependencies*"))


def test_an_index_that_cannot_be_reached_is_told_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a port where nobody listens, then pip is not quoted before the cause is said."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        index = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
        settings = {"INDEX_URL": index, "EXTRA_INDEX_URL": "", "FIND_LINKS": "", "RETRIES": "1"}
        for name, value in {**settings, "CONFIG_FILE": os.devnull}.items():
            monkeypatch.setenv(f"PIP_{name}", value)
        with pytest.raises(StackError, match=r"^no package index can be reached from here, and the libraries of"):
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
