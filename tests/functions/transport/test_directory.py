"""The exchange by folders: dying at every step, the journal, files that are not finished, one receiver at a time."""

import os
import shutil
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.transport import TransportUnavailableError
from functions.transport.directory import DirectoryTransport, file_name
from functions.transport.files import locked
from tests.functions.transport.exchanges import DirectoryExchange
from tests.functions.transport.killing import dies_at

STEPS = range(1, 20)


@pytest.fixture
def exchange(tmp_path: Path) -> DirectoryExchange:
    made = DirectoryExchange(tmp_path / "exchange")
    made.open().close()
    return made


def test_dying_at_any_step_of_sending_loses_nothing(exchange: DirectoryExchange) -> None:
    """Killed at any flush or rename: the client never sees half a file, and sent again the message is there."""
    survived = seen_twice = 0
    for step in STEPS:
        cop_msg_id = f"C{step}"
        died = dies_at(exchange, "send", step, cop_msg_id, "of the first try")
        before = exchange.take()
        exchange.open().send(b"of the second try", cop_msg_id)
        after = exchange.take()
        assert before in ([], [b"of the first try"]), step
        assert after == [b"of the second try"], step
        seen_twice += died and bool(before)
        survived = 0 if died else survived + 1
        if survived:
            break
    assert step > 4  # a file and a move, each with its flushes
    assert seen_twice
    assert survived
    assert list((exchange.folder / "staging").iterdir()) == []


def test_dying_at_any_step_of_acknowledging_loses_nothing(exchange: DirectoryExchange) -> None:
    for step in STEPS:
        exchange.give(str(step).encode())
        died = dies_at(exchange, "take", step)
        transport = exchange.open()
        again = list(transport.receive())
        done = [path.read_bytes() for path in (exchange.folder / "done").iterdir()]
        assert [one.content for one in again] + [content for content in done if content == str(step).encode()] == [
            str(step).encode()
        ]
        for one in again:
            one.acknowledge()
        transport.close()
        if not died:
            break
    assert step > 4


def test_a_message_waits_once_and_goes_again_when_it_is_sent_again(exchange: DirectoryExchange) -> None:
    """After a silence a list goes out again under the same CopMsgId: the client must get it."""
    transport = exchange.open()
    transport.send(b"1", "C1")
    exchange.open().send(b"1, wrapped again", "C1")
    assert exchange.take() == [b"1, wrapped again"]
    transport.send(b"1, asked anew", "C1")
    assert exchange.take() == [b"1, asked anew"]


def test_the_same_message_from_many_at_once_waits_once_and_whole(exchange: DirectoryExchange) -> None:
    transports = [exchange.open() for _ in range(4)]
    envelope = b"1" * 100_000
    threads = [threading.Thread(target=one.send, args=(envelope, f"C{n}")) for n in range(5) for one in transports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exchange.take() == [envelope] * 5


def test_one_writes_at_a_time(exchange: DirectoryExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.transport.directory._PATIENCE_SECONDS", 0.0)
    transport = exchange.open()
    with locked(exchange.folder / "send.lock", 0.0), pytest.raises(TransportUnavailableError, match=r"send\.lock"):
        transport.send(b"1", "C1")
    transport.send(b"1", "C1")
    assert exchange.take() == [b"1"]


def test_the_clients_own_folders_may_be_elsewhere(tmp_path: Path) -> None:
    transport = DirectoryTransport(
        tmp_path / "books", outbox=tmp_path / "Send", inbox=tmp_path / "Receive", settle_seconds=0
    )
    transport.send(b"1", "C1")
    assert [path.name for path in (tmp_path / "Send").iterdir()] == ["C1.xml"]
    (tmp_path / "Receive" / "r.xml").write_bytes(b"2")
    assert [one.content for one in transport.receive()] == [b"2"]


def test_folders_on_several_file_systems_are_refused(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        other = Path("/proc")
        with pytest.raises(TransportUnavailableError):
            DirectoryTransport(tmp_path, outbox=other / "sandan")
        return
    outbox = other / f"sandan-test-{os.getpid()}"
    try:
        with pytest.raises(ValueError, match="not on one file system"):
            DirectoryTransport(tmp_path, outbox=outbox)
    finally:
        shutil.rmtree(outbox, ignore_errors=True)


def test_files_that_are_still_being_written_wait(exchange: DirectoryExchange) -> None:
    inbox = exchange.folder / "inbox"
    for name in ("a.xml.tmp", "b.PART", ".c.xml", "~d.xml"):
        (inbox / name).write_bytes(b"half")
    (inbox / "folder").mkdir()
    (inbox / "link.xml").symlink_to(inbox / "a.xml.tmp")
    (inbox / "new.xml").write_bytes(b"new")
    old = inbox / "old.xml"
    old.write_bytes(b"old")
    os.utime(old, (time.time() - 60, time.time() - 60))
    patient = DirectoryTransport(exchange.folder, settle_seconds=30)
    assert [one.content for one in patient.receive()] == [b"old"]
    patient.close()
    at_once = DirectoryTransport(exchange.folder, settle_seconds=0)
    assert [one.content for one in at_once.receive()] == [b"old", b"new"]
    assert len(list(inbox.iterdir())) == 6


def test_files_of_the_same_name_are_different_messages(exchange: DirectoryExchange) -> None:
    transport = exchange.open()
    inbox = exchange.folder / "inbox"
    received = []
    for content in (b"1", b"2", b"3"):
        (inbox / f"{'收' * 80}.xml").write_bytes(content)
        received.append(next(one for one in transport.receive() if one.content == content))
    received[0].acknowledge()
    (inbox / f"{'收' * 80}.xml").write_bytes(b"4")
    received[0].acknowledge()
    assert sorted(one.content for one in transport.receive()) == [b"2", b"3", b"4"]


def test_one_receives_at_a_time(exchange: DirectoryExchange) -> None:
    exchange.give(b"1")
    first, second = exchange.open(), exchange.open()
    assert [one.content for one in first.receive()] == [b"1"]
    with pytest.raises(TransportUnavailableError, match=r"receive\.lock is held by another"):
        next(iter(second.receive()))
    second.send(b"2", "C2")
    first.close()
    assert [one.content for one in second.receive()] == [b"1"]


def test_faults_of_the_disk_are_told(exchange: DirectoryExchange) -> None:
    transport = exchange.open()
    shutil.rmtree(exchange.folder / "outbox")
    with pytest.raises(TransportUnavailableError, match=r"No such file"):
        transport.send(b"1", "C1")
    (exchange.folder / "outbox").mkdir()
    transport.send(b"1", "C1")
    assert exchange.take() == [b"1"]
    shutil.rmtree(exchange.folder / "inbox")
    with pytest.raises(TransportUnavailableError, match=r"inbox: No such file"):
        list(transport.receive())


@given(
    ids=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=255),
        min_size=2,
        unique=True,
    )
)
def test_every_id_has_a_name_of_its_own_that_any_file_system_takes(ids: list[str]) -> None:
    names = [file_name(cop_msg_id) for cop_msg_id in ids]
    assert len(set(names)) == len(ids)
    for name in names:
        assert len(name) <= 210
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>|')
        assert not name.startswith((".", "~")) or name.startswith("~")


def test_files_that_vanish_meanwhile_are_passed_over(tmp_path: Path) -> None:
    """The client took one back after the inbox was read; the others come all the same."""
    transport = DirectoryTransport(tmp_path, settle_seconds=0)
    for name in ("1.xml", "2.xml", "3.xml"):
        (tmp_path / "inbox" / name).write_bytes(name.encode())
    coming = transport.receive()
    came = [next(coming).content]
    (tmp_path / "inbox" / "2.xml").unlink()
    came += [received.content for received in coming]
    transport.close()
    assert came == [b"1.xml", b"3.xml"]


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    """Nothing is taken for vanished when it is our own folder that is gone."""
    transport = DirectoryTransport(tmp_path, settle_seconds=0)
    (tmp_path / "inbox" / "1.xml").write_bytes(b"1")
    coming = transport.receive()
    assert next(coming).content == b"1"
    (tmp_path / "inbox" / "2.xml").write_bytes(b"2")
    transport.close()
    again = transport.receive()
    next(again)
    shutil.rmtree(tmp_path / "processing")
    with pytest.raises(TransportUnavailableError):
        next(again)
    transport.close()
