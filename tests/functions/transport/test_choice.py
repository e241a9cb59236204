"""Which way is used is a setting; one that is missing is named, and no library is loaded for a way not chosen."""

import subprocess
import sys
from pathlib import Path

import pytest

from functions.settings import Settings, settings
from functions.transport.amqp import AmqpTransport
from functions.transport.choice import TransportSettingError, aside_folder, customs_transport, open_transport
from functions.transport.directory import DirectoryTransport
from functions.transport.http import HttpTransport

AMQP = {
    "customs_transport": "amqp",
    "customs_amqp_url": "amqp://user:pa55word@127.0.0.1/",
    "customs_amqp_outbox": "out",
    "customs_amqp_inbox": "in",
}
ROOT = Path(__file__).resolve().parents[3]


def chosen(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_http_is_the_way_unless_another_is_set() -> None:
    assert isinstance(open_transport(Settings()), HttpTransport)


def test_folders_are_the_ones_that_are_set(tmp_path: Path) -> None:
    way = open_transport(
        chosen(
            customs_transport="directory",
            customs_directory=tmp_path / "books",
            customs_outbox=tmp_path / "Send",
            customs_inbox=tmp_path / "Receive",
        )
    )
    assert isinstance(way, DirectoryTransport)
    way.send(b"1", "C1")
    assert (tmp_path / "Send" / "C1.xml").read_bytes() == b"1"
    assert (tmp_path / "Receive").is_dir()


def test_amqp_connects_only_when_it_is_used() -> None:
    pytest.importorskip("pika", reason="AMQP needs the extra amqp")
    assert isinstance(open_transport(chosen(**AMQP)), AmqpTransport)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"customs_transport": "directory"}, "SANDAN_CUSTOMS_DIRECTORY"),
        (AMQP | {"customs_amqp_url": None}, "SANDAN_CUSTOMS_AMQP_URL"),
        (AMQP | {"customs_amqp_outbox": ""}, "SANDAN_CUSTOMS_AMQP_OUTBOX"),
        (AMQP | {"customs_amqp_inbox": None}, "SANDAN_CUSTOMS_AMQP_INBOX"),
    ],
)
def test_a_missing_setting_is_named(given: dict[str, object], missing: str) -> None:
    way = given["customs_transport"]
    with pytest.raises(TransportSettingError, match=f"SANDAN_CUSTOMS_TRANSPORT is {way}, but {missing} is not set"):
        open_transport(chosen(**given))


def test_an_address_that_is_none_is_told_without_its_password() -> None:
    pytest.importorskip("pika", reason="AMQP needs the extra amqp")
    with pytest.raises(TransportSettingError, match="SANDAN_CUSTOMS_AMQP_URL") as told:
        open_transport(chosen(**AMQP | {"customs_amqp_url": "amqp://user:pa55word@host:port/"}))
    assert "pa55word" not in str(told.value)
    assert "pa55word" not in repr(chosen(**AMQP))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pika", None)
    with pytest.raises(TransportSettingError, match=r"SANDAN_CUSTOMS_TRANSPORT is amqp: .*pip install"):
        open_transport(chosen(**AMQP))


def test_another_way_is_refused_by_the_settings(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDAN_CUSTOMS_TRANSPORT", "pigeon")
    settings.cache_clear()
    with pytest.raises(ValueError, match=r"(?s)customs_transport.*'http', 'directory' or 'amqp'"):
        customs_transport()


def test_replies_that_nobody_can_take_have_a_folder(tmp_path: Path) -> None:
    folders = {"customs_transport": "directory", "customs_directory": tmp_path}
    assert aside_folder(chosen(**folders)) == tmp_path / "aside"
    assert aside_folder(chosen(**folders, customs_aside=tmp_path / "other")) == tmp_path / "other"
    with pytest.raises(TransportSettingError, match="SANDAN_CUSTOMS_ASIDE is not set"):
        aside_folder(chosen(**AMQP))


def test_no_library_is_loaded_for_a_way_that_is_not_chosen() -> None:
    loaded = "import sys, functions.declaration.handler, functions.transport.choice; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = set(found.stdout.split())
    assert not modules & {
        "pika",
        "functions.transport.amqp",
        "functions.transport.directory",
        "functions.transport.http",
    }
