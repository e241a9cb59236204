"""Builds the four packages: our functions, our worker, the libraries of every function, the Temporal client."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.package.pins import EVERY_FUNCTION, TEMPORAL, Pin, needed, pins_of
from infra.package.pip_faults import told
from infra.package.runtimes import HERE, compile_modules, compiler
from infra.stack.errors import StackError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dist" / "lambda"
OURS = ("events", "functions")
OURS_OF_THE_WORKER = (*OURS, "workflows", "infra")
_LOCK = "requirements.lock"
_SERVICES = {"dynamodb", "events", "kms", "lambda", "s3", "secretsmanager", "sqs", "sts", "xray"}
_MOMENT = (1980, 1, 1, 0, 0, 0)  # a package of the same content is the same file
_KEY_DIGITS = 16
_AMAZON_LINUX_2 = ("manylinux2014", "manylinux_2_26")  # glibc 2.26: Lambda has it up to Python 3.11
_AMAZON_LINUX_2023 = ("manylinux2014", "manylinux_2_28", "manylinux_2_34")  # glibc 2.34: from Python 3.12 on
_PROCESSORS = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
_IN_WHEELS = {"x86_64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Target:
    """What the packages are for. `linux`: AWS; else this very machine, whatever its system is."""

    python: str
    architecture: str
    linux: bool

    @classmethod
    def here(cls) -> "Target":
        """This machine and this Python, as the emulator needs it."""
        return cls(HERE, _PROCESSORS.get(platform.machine().lower(), "x86_64"), linux=False)

    @property
    def runtime(self) -> str:
        """Lambda's name for it."""
        return f"python{self.python}"

    @property
    def name(self) -> str:
        """A folder's name for it."""
        return f"{'lambda' if self.linux else sys.platform}-{self.architecture}-{self.python}"

    @property
    def platforms(self) -> tuple[str, ...]:
        """The wheels that Lambda's system takes; none where this very machine decides."""
        if not self.linux:
            return ()
        wheels = _AMAZON_LINUX_2 if self.python == "3.11" else _AMAZON_LINUX_2023
        return tuple(f"{wheel}_{_IN_WHEELS[self.architecture]}" for wheel in wheels)


@dataclass(frozen=True)
class Packages:
    """The four files; a file's name holds the hash of its content."""

    target: Target
    functions: Path
    worker: Path
    dependencies: Path
    temporal: Path
    planned: bool = False

    @classmethod
    def plan(cls, folder: Path, target: Target) -> "Packages":
        """What `build` would make, before there is any content to hash: `functions-<hash>.zip` and so on."""
        functions, worker = folder / "functions-<hash>.zip", folder / "worker-<hash>.zip"
        dependencies, temporal = folder / "dependencies-<hash>.zip", folder / "temporal-<hash>.zip"
        return cls(target, functions, worker, dependencies, temporal, planned=True)

    def parameters(self, bucket: str) -> dict[str, str]:
        """What the template is told of them when they lie in `bucket` under their names."""
        return {
            "PackagesBucket": bucket,
            "FunctionsPackage": self.functions.name,
            "WorkerPackage": self.worker.name,
            "WorkerBuildId": self.worker.stem.removeprefix("worker-"),
            "DependenciesPackage": self.dependencies.name,
            "TemporalPackage": self.temporal.name,
            "Runtime": self.target.runtime,
            "Architecture": self.target.architecture,
        }

    @property
    def code(self) -> tuple[Path, ...]:
        """Ours."""
        return self.functions, self.worker

    @property
    def layers(self) -> tuple[Path, ...]:
        """Others'."""
        return self.dependencies, self.temporal

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return *self.code, *self.layers


def build(folder: Path, target: Target) -> Packages:
    """Build into `folder`; libraries that are there already for the same pins are not fetched again.

    Raises StackError when the lock is missing or pip does not find what it pins.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = ROOT / _LOCK
    if not lock.is_file():
        raise StackError(f"{lock} is missing: packages are built from a clone of the repository")
    pins = pins_of(lock.read_text())
    everywhere = needed(pins, EVERY_FUNCTION)
    temporal = needed(pins, TEMPORAL) - everywhere
    compiles = compiler(target.python)
    return Packages(
        target,
        _code(folder, compiles, "functions", OURS),
        _code(folder, compiles, "worker", OURS_OF_THE_WORKER),
        _layer(folder, "dependencies", target, compiles, [pins[name] for name in sorted(everywhere)]),
        _layer(folder, "temporal", target, compiles, [pins[name] for name in sorted(temporal)]),
    )


def _code(folder: Path, compiles: str | None, name: str, ours: Iterable[str]) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        for package in ours:
            shutil.copytree(ROOT / package, Path(scratch) / package, ignore=shutil.ignore_patterns("__pycache__"))
        if compiles:
            compile_modules(Path(scratch), compiles)
        return _zip(Path(scratch), folder, name)


def _layer(folder: Path, name: str, target: Target, compiles: str | None, pins: Iterable[Pin]) -> Path:
    wanted = "".join(pin.text for pin in pins)
    made_of = json.dumps([wanted, target.platforms, "compiled" if compiles else "not compiled"])
    mark = folder / f"{name}-{target.name}-{hashlib.sha256(made_of.encode()).hexdigest()[:_KEY_DIGITS]}.name"
    if mark.is_file() and (made := folder / mark.read_text()).is_file():
        return made
    with tempfile.TemporaryDirectory() as scratch:
        libraries = Path(scratch) / "layer" / "python"
        (Path(scratch) / "pins.txt").write_text(wanted)
        _install(Path(scratch) / "pins.txt", libraries, target)
        _prune(libraries)
        if compiles:
            compile_modules(libraries, compiles)
        made = _zip(libraries.parent, folder, name)
    mark.write_text(made.name)
    return made


def _install(pins: Path, libraries: Path, target: Target) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--target", str(libraries), "-r", str(pins)]
    if target.linux:
        command += ["--implementation", "cp", "--python-version", target.python]
        for platform_tag in target.platforms:
            command += ["--platform", platform_tag]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise StackError(told(done.stderr, target.name))


def _prune(libraries: Path) -> None:
    """Leave out botocore's descriptions of services that we do not call: most of its size."""
    shutil.rmtree(libraries / "bin", ignore_errors=True)
    for described in (libraries / "botocore" / "data").glob("*/"):
        if described.is_dir() and described.name not in _SERVICES:
            shutil.rmtree(described)


def _zip(content: Path, folder: Path, name: str) -> Path:
    draft = folder / f"{name}-{os.getpid()}.new"  # another stack may be packing the same at this moment
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in _files(content):
            entry = zipfile.ZipInfo(file.relative_to(content).as_posix(), _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            packed.writestr(entry, file.read_bytes())
    with draft.open("rb") as packed_file:
        digest = hashlib.file_digest(packed_file, "sha256").hexdigest()[:_KEY_DIGITS]
    return draft.replace(folder / f"{name}-{digest}.zip")


def _files(folder: Path) -> Iterator[Path]:
    yield from (file for file in sorted(folder.rglob("*")) if file.is_file())
