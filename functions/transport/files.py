"""Files that a crash leaves whole, in exactly one place."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from functions.transport.protocol import TransportUnavailableError

_PAUSE_SECONDS = 0.02
_TEMPORARY = ".tmp"


class FileLock:
    """A lock between processes and between instances, which the system takes back when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def take(self, patience_seconds: float = 0.0) -> None:
        """Take it, unless this instance has it. Raises TransportUnavailableError when another keeps it."""
        if self._held is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience_seconds
        while not _taken(descriptor):
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise TransportUnavailableError(f"{self._path} is held by another: end it, or use another folder")
            time.sleep(_PAUSE_SECONDS)
        self._held = descriptor

    def release(self) -> None:
        """Give it back, if this instance has it."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


@contextmanager
def locked(path: Path, patience_seconds: float) -> Iterator[None]:
    """Hold the lock of a file for a while."""
    lock = FileLock(path)
    lock.take(patience_seconds)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def faults_told() -> Iterator[None]:
    """Faults of the file system (full, read-only, gone) as TransportUnavailableError, naming the path."""
    try:
        yield
    except OSError as error:
        raise TransportUnavailableError(f"{error.filename or 'file system'}: {error.strerror}") from error


def write(path: Path, content: bytes) -> None:
    """Put a file there, whole and on the disk: under a temporary name first."""
    temporary = path.with_name(path.name + _TEMPORARY)
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    move(temporary, path)


def move(path: Path, target: Path) -> None:
    """Move a file within a file system, on the disk before this returns."""
    os.rename(path, target)
    for folder in dict.fromkeys((target.parent, path.parent)):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def by_age(folder: Path, settle_seconds: float = 0.0) -> list[Path]:
    """The regular files of a folder that are finished, the oldest first.

    Left out are links, names that mark a file as being written, and files changed within `settle_seconds`.
    """
    now = time.time()
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and not _is_unfinished(entry.name):
                changed = entry.stat(follow_symlinks=False).st_mtime
                if now - changed >= settle_seconds:
                    found.append((changed, entry.name))
    return [folder / name for _, name in sorted(found)]


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith((_TEMPORARY, ".part", ".writing"))
