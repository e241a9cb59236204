"""The transmission node: its numbers and its envelopes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from events.ceb import dxp
from events.ceb.dxp_transport import parse_transport
from events.ceb.node import EnvelopeKind, MsgId, MsgIdNumbering, Unwrapped, refuse, unwrap_any, wrap_terminal
from events.ceb.signature import SoftwareSigner, sign
from events.ceb.signature.profile import SIGNATURE_NAMESPACE
from events.problems import InvalidInputError
from tests.events.ceb.node_samples import (
    IMPORT,
    MESSAGE,
    NODE,
    NOW,
    OTHER_NODE,
    STRANGER,
    TABLE,
    problem_of,
    terminal,
    transport,
)
from tests.official import TERMINAL_SCHEMA, TRANSPORT_SCHEMA, schema_errors

# Numbers (rulebook 2.3: node + yyyymmddhh24mmss + 10 digits = 32)


def test_a_number_is_node_time_of_china_and_serial() -> None:
    numbering = MsgIdNumbering(NODE, serial=7)
    assert numbering.next_id(datetime(2026, 1, 5, 2, 30, 1, tzinfo=UTC)) == "00000001202601051030010000000007"
    assert numbering.next_id(datetime(2026, 1, 5, 2, 30, 2, tzinfo=UTC)) == "00000001202601051030020000000008"


@given(steps=st.lists(st.integers(-5, 5), min_size=2, max_size=40), start=st.integers(10**10 - 20, 10**10 - 1))
def test_numbers_grow_whatever_the_clock_does_and_when_the_serial_runs_over(steps: list[int], start: int) -> None:
    numbering = MsgIdNumbering(NODE, start)
    moment, given_numbers = NOW, []
    for step in steps:
        moment += timedelta(seconds=step)
        given_numbers.append(numbering.next_id(moment))
    assert given_numbers == sorted(set(given_numbers))
    assert {len(number) for number in given_numbers} == {32}
    assert MsgId.parse(given_numbers[0]) == MsgId(node=NODE, moment=NOW + timedelta(seconds=steps[0]), serial=start)


@pytest.mark.parametrize("text", ["", "1" * 31, "1" * 33, "x" * 32, "0" * 32, "１" * 32])
def test_what_is_not_so_numbered_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        MsgId.parse(text)
    assert problem_of(refused).rule == "msg_id"


@pytest.mark.parametrize(("node", "serial", "rule"), [("1", 0, "node"), (NODE, -1, "serial"), (NODE, 10**10, "serial")])
def test_a_numbering_needs_a_node_and_a_serial(node: str, serial: int, rule: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        MsgIdNumbering(node, serial)
    assert problem_of(refused).rule == rule


# Envelopes


def test_a_message_comes_out_of_any_envelope_as_it_went_in() -> None:
    label = dxp.unwrap(terminal()).trans_info
    server = parse_transport(transport(terminal())).server
    assert unwrap_any(MESSAGE) == Unwrapped(EnvelopeKind.PLAIN, MESSAGE, "CEB311Message")
    assert unwrap_any(terminal()) == Unwrapped(EnvelopeKind.TERMINAL, MESSAGE, "CEB311Message", label)
    assert unwrap_any(transport(terminal())) == Unwrapped(
        EnvelopeKind.TRANSPORT, MESSAGE, "CEB311Message", label, server
    )
    assert (server.end_node, server.station_node, server.send_time) == (OTHER_NODE, NODE, "2026-01-05T10:30:00")
    assert label.cop_msg_id == "C1"


@pytest.mark.shared
def test_our_envelopes_are_valid(shared_ceb: Path) -> None:
    assert schema_errors(shared_ceb, terminal(), TERMINAL_SCHEMA) == ""
    assert schema_errors(shared_ceb, transport(terminal(), sub_msg_id="1"), TRANSPORT_SCHEMA) == ""


@pytest.mark.shared
def test_every_official_sample_goes_through_both_envelopes(shared_ceb: Path) -> None:
    samples = sorted((shared_ceb / "samples").rglob("*.xml"))
    assert len(samples) == 39
    for sample in samples:
        content = sample.read_bytes()
        found = unwrap_any(transport(terminal(message=content)))
        assert found.message == content
        assert found.msg_type == str(etree.QName(etree.fromstring(content)).localname)


def test_our_transport_envelope_of_our_terminal_envelope_is_canonical() -> None:
    built = transport(terminal())
    assert etree.tostring(etree.fromstring(built), method="c14n") == built


def test_a_node_changes_nothing_in_what_it_carries() -> None:
    """A signature of a DxpMsg would be over its canonical form, which is the same where it now stands."""
    signature = etree.fromstring(sign(MESSAGE, SoftwareSigner.throwaway("TEST"))).find(f"{{{SIGNATURE_NAMESPACE}}}*")
    assert signature is not None
    signed = terminal().replace(b"</dxp:DxpMsg>", etree.tostring(signature) + b"</dxp:DxpMsg>")
    assert inside(transport(signed), exclusive=False) == etree.tostring(etree.fromstring(signed), method="c14n")
    others = signed.replace(b"<dxp:", b"<").replace(b"</dxp:", b"</").replace(b"xmlns:dxp=", b"xmlns=")
    others = others.replace(b"<Data>", b"\n  <Data>")
    assert inside(transport(others), exclusive=True) == etree.tostring(
        etree.fromstring(others), method="c14n", exclusive=True
    )
    assert unwrap_any(transport(others)).message == MESSAGE


def inside(envelope: bytes, *, exclusive: bool) -> bytes:
    """The canonical form of the DxpMsg in an envelope, where it stands."""
    found = etree.fromstring(envelope).find("{http://www.chinaport.gov.cn/dxp}DxpMsg")
    assert found is not None
    return etree.tostring(found, method="c14n", exclusive=exclusive)


@pytest.mark.parametrize(
    ("message", "rule"), [(b"<a/>", "root"), (b"<a>", "xml"), (b"", "xml"), (terminal(), "root"), (b"no xml", "xml")]
)
def test_only_customs_messages_are_wrapped(message: bytes, rule: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        terminal(message=message)
    assert problem_of(refused).rule == rule


@pytest.mark.parametrize(
    ("label", "path", "rule"),
    [
        ({"cop_msg_id": ""}, "/DxpMsg/TransInfo/CopMsgId", "min_length"),
        ({"cop_msg_id": "x" * 256}, "/DxpMsg/TransInfo/CopMsgId", "max_length"),
        ({"cop_msg_id": "a\x00"}, "/DxpMsg/TransInfo/CopMsgId", "character"),
        ({"sender_id": "x" * 17}, "/DxpMsg/TransInfo/SenderId", "max_length"),
    ],
)
def test_a_wrong_label_is_refused_by_path(label: dict[str, str], path: str, rule: str) -> None:
    given_label = {"sender_id": "A", "cop_msg_id": "C"} | label
    with pytest.raises(InvalidInputError) as refused:
        wrap_terminal(MESSAGE, receiver_ids=[IMPORT], created_at=NOW, **given_label)
    assert (problem_of(refused).path, problem_of(refused).rule) == (path, rule)


def test_at_least_one_and_at_most_five_receivers() -> None:
    for receivers in ([], [IMPORT] * 6):
        with pytest.raises(InvalidInputError) as refused:
            wrap_terminal(MESSAGE, sender_id="A", receiver_ids=receivers, cop_msg_id="C", created_at=NOW)
        assert problem_of(refused).rule in {"min_items", "max_items"}


def test_only_a_terminal_envelope_goes_into_that_of_a_transport_node() -> None:
    for data in (MESSAGE, transport(terminal())):
        with pytest.raises(InvalidInputError) as refused:
            transport(data)
        assert problem_of(refused).rule == "root"
    with pytest.raises(InvalidInputError) as refused:
        transport(terminal(), end_node="2")
    assert (problem_of(refused).path, problem_of(refused).value) == ("/DxpMsgSv/SvNo/EndNode", "2")
    with pytest.raises(InvalidInputError) as refused:
        transport(terminal(), sub_msg_id="12")
    assert problem_of(refused).path == "/DxpMsgSv/SvNo/SubMsgId"


def test_what_is_unreadable_is_told_by_path_and_line() -> None:
    broken = transport(terminal()).replace(b"><", b">\n<").replace(b"<dxp:Data>", b"<dxp:Data>%")
    line = next(number for number, text in enumerate(broken.splitlines(), 1) if b"<dxp:Data>" in text)
    with pytest.raises(InvalidInputError) as refused:
        unwrap_any(broken)
    problem = problem_of(refused)
    assert (problem.path, problem.rule, problem.line) == ("/DxpMsgSv/DxpMsg/Data", "base64", line)


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"<DxpMsg/>",
        refuse(
            dxp.unwrap(terminal()).trans_info,
            TABLE.route(unwrap_any(terminal(STRANGER))).refusals,
            node=NODE,
            moment=NOW,
        ),
    ],
)
def test_what_carries_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as refused:
        unwrap_any(data)
    assert (problem_of(refused).rule, problem_of(refused).line) == ("root", 1)
