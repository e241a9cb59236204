"""What the user can mend, told in words and without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import typer

from events.problems import InvalidInputError, Problem
from functions.policy.pack import Pack, PolicyError, default_pack, pack_with

BAD_INPUT = 2


@contextmanager
def mistakes_told(command: str) -> Iterator[None]:
    """Print what is wrong with an input, a policy or a tariff, and end with exit code 2."""
    try:
        yield
    except PolicyError as error:
        raise _told(command, str(error)) from None
    except InvalidInputError as error:
        raise _told(command, *map(described, error.problems)) from None


def described(problem: Problem) -> str:
    """One mistake in a line: where, what, the value that was given, the rule."""
    line = f" line {problem.line}:" if problem.line else ""
    value = f" (given: {problem.value})" if problem.value is not None else ""
    return f"{problem.path}:{line} {problem.message}{value} [{problem.rule}]"


def day(text: str, path: str) -> date:
    """A day as YYYY-MM-DD. Raises InvalidInputError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        problem = Problem(path=path, rule="date", value=text, message="is not a day: write it as 2026-11-23")
        raise InvalidInputError([problem]) from None


def chosen_pack(directory: Path | None) -> Pack:
    """The policy in use, or the shipped one with the topics of a directory in its place."""
    return pack_with(directory) if directory else default_pack()


def _told(command: str, *lines: str) -> typer.Exit:
    for line in lines:
        typer.echo(f"sandan {command}: {line}", err=True)
    return typer.Exit(BAD_INPUT)
