"""Other commands find the running stack, and only a running one."""

import os
import stat
from pathlib import Path

import pytest

from infra.stack.errors import StackError
from infra.stack.state import StackState, running_stack, stack_folder
from infra.stack.watchdog import started_at


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder without any stack."""
    monkeypatch.delenv("SANDAN_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _state(name: str = "local", started: str | None = None) -> StackState:
    folder = stack_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    return StackState(
        name=name,
        folder=folder,
        pid=os.getpid(),
        started=started or started_at(os.getpid()) or "",
        aws_endpoint="http://127.0.0.1:1",
        gateway_url="http://127.0.0.1:2",
        sandbox_url="http://127.0.0.1:3",
        temporal_address="127.0.0.1:4",
        temporal_ui_url="http://127.0.0.1:5",
        codec_url="http://127.0.0.1:6",
        partner_keys={"platform-1": b"c2VjcmV0"},
    )


def test_a_running_stack_is_found_from_a_folder_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As git finds its repository."""
    state = _state()
    state.write()
    below = project / "orders" / "today"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert running_stack() == state


def test_a_stack_may_live_elsewhere(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SANDAN_HOME says where."""
    monkeypatch.setenv("SANDAN_HOME", str(tmp_path / "elsewhere"))
    state = _state("other")
    state.write()

    assert state.folder == tmp_path / "elsewhere" / "other"
    assert running_stack("other") == state


def test_its_file_is_for_its_owner_only(project: Path) -> None:
    """It holds the keys of the partners."""
    state = _state()
    state.write()
    state.write()

    assert stat.S_IMODE((state.folder / "stack.json").stat().st_mode) == 0o600
    assert "secret" not in repr(state)
    assert "c2VjcmV0" not in repr(state)


def test_without_a_stack_the_user_is_told_how_to_start_one(project: Path) -> None:
    """For the very name that was asked for."""
    with pytest.raises(StackError, match=r"no stack is running: start it with `sandan up`$"):
        running_stack()
    with pytest.raises(StackError, match="start it with `sandan up --name second`"):
        running_stack("second")


def test_a_stack_whose_holder_died_does_not_run(project: Path) -> None:
    """A later process of the same number is not its holder."""
    _state(started="long ago").write()

    with pytest.raises(StackError, match="no stack is running"):
        running_stack()


def test_a_removed_stack_does_not_run(project: Path) -> None:
    """An orderly end."""
    state = _state()
    state.write()
    state.remove()

    with pytest.raises(StackError, match="no stack is running"):
        running_stack()


def test_a_file_of_another_version_is_refused(project: Path) -> None:
    """The user is told which file it is and what to do."""
    state = _state()
    (state.folder / "stack.json").write_text('{"name": "local"}')

    with pytest.raises(StackError, match=r"stack\.json cannot be read, stop the stack and start it again"):
        running_stack()


@pytest.mark.parametrize("name", ["", "../other", "Local", "a b", "x" * 32])
def test_a_name_cannot_leave_the_folder(project: Path, name: str) -> None:
    """It becomes a folder's name."""
    with pytest.raises(StackError, match="is not a name for a stack"):
        stack_folder(name)
