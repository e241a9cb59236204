"""What the commands of `sandan ceb` share: reading files, and telling what is wrong with them."""

import errno
import sys
from pathlib import Path

import typer

from events.ceb.xml import DEFAULT_SIZE_LIMIT, TOO_LARGE
from events.problems import InvalidInputError, Problem

UNREADABLE = 2
_SHOWN = 200
_STANDARD_INPUT = Path("-")


def read_file(path: Path, size_limit: int = DEFAULT_SIZE_LIMIT) -> bytes:
    """The bytes of a file, of standard input for "-".

    Raises InvalidInputError (rules `file`, `size`) saying why it cannot be read; no more is read than the limit.
    """
    try:
        if path == _STANDARD_INPUT:
            if sys.stdin is None:  # as after `<&-`
                raise OSError(errno.EBADF, "standard input is closed")
            data = sys.stdin.buffer.read(size_limit + 1)
        else:
            with path.open("rb") as file:
                data = file.read(size_limit + 1)
    except OSError as error:
        words = f"cannot be read: {error.strerror}; give a file that is there and may be read"
        raise InvalidInputError([Problem(path="/", rule="file", message=words)]) from None
    if len(data) > size_limit:
        words = f"has more than {size_limit} bytes, which is the limit: {TOO_LARGE}"
        raise InvalidInputError([Problem(path="/", rule="size", message=words)])
    return data


def write_out(path: Path | None, content: bytes, command: str) -> None:
    """Write exactly these bytes to a file, to standard output for None: a line end more would break a signature.

    Ends the command saying why a file cannot be written.
    """
    if path is None:
        typer.echo(content, nl=False)
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        typer.echo(f"sandan ceb {command}: {path} cannot be written: {error.strerror}; choose another --out", err=True)
        raise typer.Exit(UNREADABLE) from None


def describe(file: Path, problem: Problem) -> str:
    """File, line, path, what is wrong and what to do, the value, the rule: on one line."""
    line = f" line {problem.line}," if problem.line else ""
    value = f" (it is {shown(problem.value)})" if problem.value is not None else ""
    return f"{file}:{line} {problem.path} {problem.message}{value} [{problem.rule}]"


def shown(value: str) -> str:
    """A value as it can be shown on a line."""
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def unreadable(command: str, file: Path, error: InvalidInputError) -> typer.Exit:
    """Tell every problem on standard error; the end of the command with exit code 2."""
    for problem in error.problems:
        typer.echo(f"sandan ceb {command}: {describe(file, problem)}", err=True)
    return typer.Exit(UNREADABLE)
