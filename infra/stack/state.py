"""The running stack as other commands find it: addresses, processes and keys, in .sandan/<name>/stack.json."""

import os
import re
from pathlib import Path

from pydantic import Base64Bytes, Field, ValidationError

from events.values import Value
from infra.stack import watchdog
from infra.stack.errors import StackError, UnreachableError

DEFAULT_NAME = "local"
_FILE = "stack.json"
_HOME = ".sandan"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


class StackState(Value):
    """A running stack. `partner_keys` is partner id -> key, `codec_tokens` user of the codec server -> token:

    the file is for its owner's eyes only.

    `pid` is the process that holds the stack, `started` tells it from a later one of the same number; `lambdas` says
    that gateway, dispatcher and functions are Lambdas of the emulator, `serverless` that the worker is one.
    """

    name: str
    folder: Path
    pid: int
    started: str
    aws_endpoint: str
    gateway_url: str
    sandbox_url: str
    temporal_address: str
    temporal_namespace: str = "default"
    temporal_ui_url: str
    codec_url: str
    lambdas: bool = False
    serverless: bool = False
    pids: dict[str, int] = Field(default_factory=dict)
    partner_keys: dict[str, Base64Bytes] = Field(default_factory=dict, repr=False)
    codec_tokens: dict[str, str] = Field(default_factory=dict, repr=False)

    @property
    def is_alive(self) -> bool:
        """Whether the process that holds the stack still lives."""
        return watchdog.started_at(self.pid) == self.started

    def write(self) -> None:
        """Put the state where `running_stack` finds it, readable for the owner only."""
        write_private(self.folder / _FILE, self.model_dump_json(indent=2))

    def remove(self) -> None:
        """The stack runs no more."""
        (self.folder / _FILE).unlink(missing_ok=True)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, at once or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)


def stack_folder(name: str) -> Path:
    """Where the stack of that name keeps its files: below SANDAN_HOME, or .sandan in the working folder.

    Raises StackError for a name that is none.
    """
    if not _NAME.fullmatch(name):
        raise StackError(f"{name!r} is not a name for a stack: use 1 to 31 lower-case letters, digits and hyphens")
    home = os.environ.get("SANDAN_HOME")
    return (Path(home) if home else Path.cwd() / _HOME).absolute() / name


def running_stack(name: str = DEFAULT_NAME) -> StackState:
    """The running stack of that name, from the working folder or one above it. UnreachableError when none is there."""
    for file in _places(name):
        state = _read(file)
        if state and state.is_alive:
            return state
    option = "" if name == DEFAULT_NAME else f" --name {name}"
    raise UnreachableError(f"no stack is running: start it with `sandan up{option}`")


def _places(name: str) -> list[Path]:
    folder = stack_folder(name)
    if os.environ.get("SANDAN_HOME"):
        return [folder / _FILE]
    return [above / _HOME / name / _FILE for above in (Path.cwd(), *Path.cwd().parents)]


def _read(file: Path) -> StackState | None:
    try:
        return StackState.model_validate_json(file.read_text())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise UnreachableError(f"{file} cannot be read, stop the stack and start it again: {error}") from None
