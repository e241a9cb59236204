"""`sandan ceb wrap` and `unwrap`, fixed for users' scripts (issue 3): bytes out, exit 0, or 2 with path and line."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from events.ceb import build
from events.ceb.dxp import unwrap
from events.ceb.dxp_transport import parse_transport
from events.ceb.node import MsgId, unwrap_any
from infra.cli.ceb_wrap import add_wrap
from tests import builders
from tests.official import TERMINAL_SCHEMA, TRANSPORT_SCHEMA, schema_errors

MESSAGE = build(builders.message(builders.order()))


@pytest.fixture
def message(tmp_path: Path) -> Path:
    path = tmp_path / "311.xml"
    path.write_bytes(MESSAGE)
    return path


def run(*arguments: object, given: bytes | None = None) -> Result:
    app = typer.Typer()
    add_wrap(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def test_a_message_goes_in_and_comes_out_byte_by_byte(message: Path, tmp_path: Path) -> None:
    for node in ("terminal", "transport"):
        wrapped = run("wrap", message, "--node", node)
        assert (wrapped.exit_code, wrapped.stderr) == (0, "")
        envelope = tmp_path / f"{node}.xml"
        envelope.write_bytes(wrapped.stdout_bytes)
        unwrapped = run("unwrap", envelope)
        assert (unwrapped.exit_code, unwrapped.stderr) == (0, "")
        assert unwrapped.stdout_bytes == MESSAGE
        assert run("unwrap", envelope, "--node", node).stdout_bytes == MESSAGE
    assert run("unwrap", message).stdout_bytes == MESSAGE


@pytest.mark.parametrize(
    ("node", "inside", "words"),
    [("terminal", "transport", "the envelope of a transport node"), ("transport", "terminal", "of a terminal node")],
)
def test_unwrap_takes_the_envelope_that_was_asked_for(
    message: Path, tmp_path: Path, node: str, inside: str, words: str
) -> None:
    envelope = tmp_path / "envelope.xml"
    envelope.write_bytes(run("wrap", message, "--node", inside).stdout_bytes)
    result = run("unwrap", envelope, "--node", node)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert words in result.stderr
    plain = run("unwrap", message, "--node", node)
    assert plain.exit_code == 2
    assert "leave out --node" in plain.stderr


def test_the_label_is_what_the_options_say(message: Path) -> None:
    options = ("--sender", "A", "--receiver", "B", "--receiver", "C", "--id", "C/1")
    label = unwrap(run("wrap", message, *options).stdout_bytes).trans_info
    assert (label.sender_id, label.receiver_ids.receiver_id, label.cop_msg_id) == ("A", ["B", "C"], "C/1")
    assert label.msg_type == "CEB311Message"


def test_without_options_it_goes_from_us_to_customs_under_a_new_id(message: Path) -> None:
    first, second = (unwrap(run("wrap", message).stdout_bytes).trans_info for _ in range(2))
    assert (first.sender_id, first.receiver_ids.receiver_id) == ("DXPSANDAN0000001", ["DXPEDCCEB0000002"])
    assert first.cop_msg_id != second.cop_msg_id


def test_a_terminal_envelope_goes_into_that_of_a_transport_node_as_it_is(message: Path, tmp_path: Path) -> None:
    terminal, transport = tmp_path / "t.xml", tmp_path / "s.xml"
    assert run("wrap", message, "--id", "C1", "--out", terminal).stdout_bytes == b""
    options = ("--node", "transport", "--own-node", "00000001", "--end-node", "00000002", "--out", transport)
    assert run("wrap", terminal, *options).exit_code == 0
    envelope = parse_transport(transport.read_bytes())
    assert envelope.dxp_msg == unwrap(terminal.read_bytes())
    assert (envelope.server.station_node, envelope.server.end_node) == ("00000001", "00000002")
    assert MsgId.parse(envelope.server.msg_id).node == "00000001"
    addressed = run("wrap", terminal, "--node", "transport", "--id", "C2")
    assert addressed.exit_code == 2
    assert "leave out --sender" in addressed.stderr


@pytest.mark.shared
def test_what_is_written_is_valid(shared_ceb: Path, message: Path) -> None:
    assert schema_errors(shared_ceb, run("wrap", message).stdout_bytes, TERMINAL_SCHEMA) == ""
    transport = run("wrap", message, "--node", "transport").stdout_bytes
    assert schema_errors(shared_ceb, transport, TRANSPORT_SCHEMA) == ""


@pytest.mark.parametrize("command", ["wrap", "unwrap"])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<a>\n<b>\n</a>", "line 3, / this is not well-formed XML"),
        (b"\n<order/>", "line 2, /order is n"),
        (b"", "/ this is not well-formed XML"),
        (b"<!DOCTYPE x><x/>", "[doctype]"),
    ],
)
def test_what_is_unreadable_is_told_by_path_and_line(tmp_path: Path, command: str, content: bytes, words: str) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(content)
    result = run(command, path)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert f"sandan ceb {command}: {path}:" in result.stderr
    assert words in result.stderr


def test_a_broken_envelope_is_told_by_path_and_line(message: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(run("wrap", message).stdout_bytes.replace(b"<dxp:Data>", b"\n\n<dxp:Data>%"))
    result = run("unwrap", path)
    assert result.exit_code == 2
    assert "line 3, /DxpMsg/Data is not Base64" in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sender", "x" * 17], "/DxpMsg/TransInfo/SenderId is too long"),
        (["--receiver", "R"] * 6, "/DxpMsg/TransInfo/ReceiverIds/ReceiverId stands too often"),
        (
            ["--node", "transport", "--own-node", "1"],
            "/node is not the number of a node: give its 8 digits (it is '1')",
        ),
        (["--node", "transport", "--end-node", "1"], "/DxpMsgSv/SvNo/EndNode is not the number of a node"),
    ],
)
def test_a_wrong_label_is_told_by_path(message: Path, options: list[str], words: str) -> None:
    result = run("wrap", message, *options)
    assert (result.exit_code, result.stdout_bytes) == (2, b"")
    assert words in result.stderr


def test_an_envelope_is_not_wrapped_twice(message: Path, tmp_path: Path) -> None:
    transport = tmp_path / "s.xml"
    transport.write_bytes(run("wrap", message, "--node", "transport").stdout_bytes)
    for node in ("terminal", "transport"):
        result = run("wrap", transport, "--node", node)
        assert result.exit_code == 2
        assert "/DxpMsgSv is not a customs message" in result.stderr


def test_standard_input_absent_files_and_folders(message: Path, tmp_path: Path) -> None:
    assert unwrap_any(run("wrap", "-", given=MESSAGE).stdout_bytes).message == MESSAGE
    absent = run("unwrap", tmp_path / "absent.xml")
    assert absent.exit_code == 2
    assert "absent.xml: / cannot be read: No such file" in absent.stderr
    assert run("unwrap", tmp_path).exit_code == 2
    nowhere = run("wrap", message, "--out", tmp_path / "no" / "f.xml")
    assert nowhere.exit_code == 2
    assert "choose another --out" in nowhere.stderr


def test_help_shows_an_example() -> None:
    for command in ("wrap", "unwrap"):
        assert f"sandan ceb {command} 621" in run(command, "--help").stdout
