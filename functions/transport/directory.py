"""By folders, as the customs client exchanges messages: what we write it takes away, what it writes we take in."""

import hashlib
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from functions.transport.files import FileLock, by_age, faults_told, locked, move, write
from functions.transport.protocol import Received

DEFAULT_SETTLE_SECONDS = 1.0
_PATIENCE_SECONDS = 10.0
_LONGEST_NAME = 200  # bytes; file systems take 255, and stamps and endings are added
_KEPT = 30  # characters of a name that is too long


class DirectoryTransport:
    """The folders `outbox` and `inbox`, and our own beside them, all on one file system:

    staging     envelopes that are being written
    processing  what was taken from the inbox and is not acknowledged
    done        what was acknowledged; may be deleted at any time

    Each step is one `rename`, flushed to the disk before the next, so that a crash leaves an envelope in exactly one
    place, and whole. What is sent again is written again, since only the sender knows whether it repeats itself after a
    crash or asks anew after a silence; it replaces its file while the client has not taken that away.
    """

    def __init__(
        self,
        folder: Path,
        *,
        outbox: Path | None = None,
        inbox: Path | None = None,
        settle_seconds: float = DEFAULT_SETTLE_SECONDS,
    ) -> None:
        """Folders are made where they are missing; `outbox` and `inbox` are within `folder` unless they are given.

        `settle_seconds`: how long a file in the inbox must have been left unchanged before it is taken, for clients
        that write it in place. Raises ValueError when the folders are on several file systems,
        TransportUnavailableError when they cannot be used.
        """
        self._outbox, self._inbox = outbox or folder / "outbox", inbox or folder / "inbox"
        self._staging, self._processing, self._done = folder / "staging", folder / "processing", folder / "done"
        self._send_lock, self._receive_lock = folder / "send.lock", FileLock(folder / "receive.lock")
        self._settle_seconds = settle_seconds
        folders = (self._outbox, self._inbox, self._staging, self._processing, self._done)
        with faults_told():
            for path in folders:
                path.mkdir(parents=True, exist_ok=True)
            if len({path.stat().st_dev for path in folders}) > 1:
                raise ValueError(f"{self._outbox}, {self._inbox} and {folder} are not on one file system: move them")

    def send(self, envelope: bytes, cop_msg_id: str) -> bytes:
        """See Transport. The file bears the name that `file_name` gives its CopMsgId."""
        staged = self._staging / file_name(cop_msg_id)
        with faults_told(), locked(self._send_lock, _PATIENCE_SECONDS):
            write(staged, envelope)
            move(staged, self._outbox / staged.name)
        return b""

    def receive(self) -> Iterator[Received]:
        """See Transport. One instance receives at a time: the first call takes the lock, `close` gives it back."""
        with faults_told():
            self._receive_lock.take()
            left = by_age(self._processing)
        for path in left:
            yield self._received(path)
        with faults_told():
            waiting = by_age(self._inbox, self._settle_seconds)
        for path in waiting:
            target = self._processing / _taken_name(path.name)
            with faults_told():
                try:
                    move(path, target)
                except FileNotFoundError:
                    if path.exists():
                        raise
                    continue  # whoever wrote it has taken it back since the folder was read
            yield self._received(target)

    def close(self) -> None:
        """See Transport."""
        self._receive_lock.release()

    def _received(self, path: Path) -> Received:
        with faults_told():
            return Received(path.read_bytes(), partial(self._acknowledge, path))

    def _acknowledge(self, path: Path) -> None:
        with faults_told():
            if path.exists():
                move(path, self._done / path.name)


def file_name(cop_msg_id: str) -> str:
    """The name of an envelope's file: the CopMsgId, percent-encoded but for ASCII letters, digits, `_`, `-` and `~`.

    Where that would be too long for a file system, its end is replaced by a SHA-256 of the whole.
    """
    return f"{_short(quote(cop_msg_id, safe='').replace('.', '%2E'), cop_msg_id)}.xml"


def _taken_name(name: str) -> str:
    """A name that no other file ever has, so that what is acknowledged late is never a later file of the same name."""
    return f"{time.time_ns()}-{_short(name, name)}"


def _short(name: str, whole: str) -> str:
    if len(os.fsencode(name)) <= _LONGEST_NAME:
        return name
    return f"{name[:_KEPT]}-{hashlib.sha256(os.fsencode(whole)).hexdigest()}"
