"""What the emulator has not written is known as long as its data are there."""

from datetime import timedelta
from pathlib import Path

import pytest

from events.values import utc_now
from infra.stack.emulator_data import EmulatorData
from infra.stack.errors import StackError


def _run(folder: Path, *, in_good_order: bool) -> None:
    data = EmulatorData(folder)
    data.began()
    data.ended(in_good_order=in_good_order)


def test_orderly_stops_leave_no_gap(tmp_path: Path) -> None:
    """However often it is stopped and started."""
    for _ in range(2):
        _run(tmp_path, in_good_order=True)
    data = EmulatorData(tmp_path)
    data.began()
    assert data.gaps == ()
    assert data.saved_at
    assert utc_now() - data.saved_at < timedelta(minutes=1)


@pytest.mark.parametrize("told_of", [True, False])
def test_a_gap_goes_from_the_last_orderly_stop_to_the_next_start(told_of: bool, tmp_path: Path) -> None:
    """Also when its end was not even seen: the whole stack was killed. It stays, later orderly stops or not."""
    _run(tmp_path, in_good_order=True)
    saved = EmulatorData(tmp_path).saved_at
    killed = EmulatorData(tmp_path)
    killed.began()
    if told_of:
        killed.ended(in_good_order=False)
    for _ in range(2):
        _run(tmp_path, in_good_order=True)
    (gap,) = EmulatorData(tmp_path).gaps
    assert gap.since == saved
    assert saved
    assert saved <= gap.until <= utc_now()


def test_who_never_was_at_work_has_written_nothing(tmp_path: Path) -> None:
    """A start that was broken off hides no gap."""
    _run(tmp_path, in_good_order=False)
    EmulatorData(tmp_path).ended(in_good_order=True)
    data = EmulatorData(tmp_path)
    data.began()
    assert len(data.gaps) == 1


def test_a_record_that_is_broken_is_told(tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "emulator.json").write_text("{")
    with pytest.raises(StackError, match=r"emulator\.json cannot be read, begin anew without"):
        EmulatorData(tmp_path)
