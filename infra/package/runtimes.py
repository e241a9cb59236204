"""The Pythons of AWS Lambda, and what compiles our modules for them on this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.stack.errors import StackError

RUNTIMES = ("3.11", "3.12", "3.13", "3.14")
"""AWS has python3.15 too, but the lock has no wheels for it; before 3.11 our code does not run."""
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
_SECONDS_TO_ANSWER = 20


def default_runtime() -> str:
    """The Python that builds, where AWS Lambda has it: it can compile for itself. Otherwise the newest of Lambda's."""
    return HERE if HERE in RUNTIMES else RUNTIMES[-1]


def compiler(python: str) -> str | None:
    """An interpreter of that version: this one, else `pythonX.Y` on the PATH or one that uv knows. None without any.

    Compiled modules are of one minor version. Nothing is downloaded.
    """
    if python == HERE:
        return sys.executable
    return next((found for found in _candidates(python) if _is(found, python)), None)


def compile_modules(folder: Path, interpreter: str) -> None:
    """Compile every module below `folder`, the same for the same content whoever compiles.

    Without a check of times: unpacking changes them, and nothing in a package changes afterwards. By one process:
    what is written depends a little on what the same process has compiled before. Raises StackError if one fails.
    """
    command = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise StackError(f"{interpreter} cannot compile what is packed:\n{(done.stdout + done.stderr)[-2000:]}")


def not_compiled(python: str) -> str:
    """What it means that nothing compiles for that version, and what to do."""
    return (
        f"the packages for Python {python} are not compiled, since this machine has no Python {python}: "
        "each cold start compiles what it loads and takes more than twice as long, the gateway a quarter of a second "
        "of processor time more. "
        f"Put python{python} on the PATH (or `uv python install {python}`) and run this again"
        + (f"; or leave out --python: the packages are for Python {HERE} then, compiled" if HERE in RUNTIMES else "")
    )


def _candidates(python: str) -> Iterator[str]:
    name = f"python{python}"
    for folder in os.get_exec_path():  # not the first alone: pyenv has a shim for versions that are not chosen
        if found := shutil.which(name, path=folder):
            yield found
    if uv := shutil.which("uv"):
        yield from _answer([uv, "python", "find", "--offline", "--no-python-downloads", "--system", python])


def _is(interpreter: str, python: str) -> bool:
    tag = f"cpython-{python.replace('.', '')}"
    return _answer([interpreter, "-I", "-c", "import sys; print(sys.implementation.cache_tag)"]) == [tag]


def _answer(command: list[str]) -> list[str]:
    """The lines that it prints; none if it cannot be run or fails."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            command, capture_output=True, text=True, check=False, timeout=_SECONDS_TO_ANSWER
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [] if done.returncode else done.stdout.splitlines()
