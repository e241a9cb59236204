"""Whether what the emulator of a stack that persists has on disk is all it had: it writes at an orderly stop only."""

from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from events.values import Value, utc_now
from infra.stack.errors import StackError
from infra.stack.state import write_private

_FILE = "emulator.json"


class Gap(Value):
    """A time of which the emulator has nothing, because it did not end in good order. Temporal has it all."""

    since: AwareDatetime
    until: AwareDatetime


class _Kept(Value):
    saved_at: AwareDatetime | None = None
    runs_since: AwareDatetime | None = None
    gaps: tuple[Gap, ...] = ()


class EmulatorData:
    """The record of that in the folder of the data; it ends with them. StackError where it cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / _FILE
        self._runs = False
        try:
            self._kept = _Kept.model_validate_json(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._kept = _Kept()
        except (OSError, ValidationError) as error:
            raise StackError(f"{self._file} cannot be read, begin anew without {folder}: {error}") from None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The times that the data lack, the first one first."""
        return self._kept.gaps

    @property
    def saved_at(self) -> datetime | None:
        """When the data on disk were written; None before the first orderly stop."""
        return self._kept.saved_at

    def began(self) -> None:
        """The emulator is at work, and nobody has written to it yet. A run that did not end has left a gap."""
        now, kept = utc_now(), self._kept
        gaps = kept.gaps
        if kept.runs_since:
            gaps = (*gaps, Gap(since=kept.saved_at or kept.runs_since, until=now))
        self._write(kept.model_copy(update={"runs_since": now, "gaps": gaps}))
        self._runs = True

    def ended(self, *, in_good_order: bool) -> None:
        """The emulator runs no more; in good order means that it has written everything."""
        if self._runs and in_good_order:
            self._write(self._kept.model_copy(update={"runs_since": None, "saved_at": utc_now()}))
        self._runs = False

    def _write(self, kept: _Kept) -> None:
        self._kept = kept
        write_private(self._file, kept.model_dump_json(indent=2))
