"""The transmission node: its routes, and what it makes of answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from events.ceb import build, dxp
from events.ceb.dxp_reply import DxpRep, Response, Result, Results, build_reply, parse_reply
from events.ceb.dxp_transport import parse_transport
from events.ceb.format_error import FormatError
from events.ceb.messages.format_error import CEB900Message
from events.ceb.node import (
    Part,
    ReplyKind,
    Route,
    RoutingTable,
    answered,
    classify_reply,
    refuse,
    split,
    unwrap_any,
)
from events.problems import InvalidInputError
from tests import builders
from tests.events.ceb.node_samples import (
    EXPORT,
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
from tests.official import TERMINAL_SCHEMA, schema_errors

# Routes


def test_each_receiver_has_its_route_and_a_stranger_is_unknown() -> None:
    routing = TABLE.route(unwrap_any(terminal(EXPORT, STRANGER, IMPORT, STRANGER)))
    assert {receiver: route.name for receiver, route in routing.routes.items()} == {
        EXPORT: "customs",
        IMPORT: "customs",
    }
    (refusal,) = routing.refusals
    assert (refusal.code, refusal.receiver_id, refusal.text.zh) == ("2001", STRANGER, "指定的接收方不存在")


def test_a_message_without_an_envelope_goes_nowhere() -> None:
    routing = TABLE.route(unwrap_any(MESSAGE))
    assert (routing.routes, routing.refusals) == ({}, ())


def test_from_another_node_only_our_own_receivers_are_served() -> None:
    routing = TABLE.route(unwrap_any(transport(terminal("DXPOWN", IMPORT, STRANGER), end_node=NODE)))
    assert (list(routing.routes), routing.refusals) == (["DXPOWN"], ())


@pytest.mark.parametrize(("receivers", "end_node"), [(["DXPOWN"], OTHER_NODE), ([IMPORT, STRANGER], NODE)])
def test_what_was_meant_for_another_is_a_mismatch(receivers: list[str], end_node: str) -> None:
    routing = TABLE.route(unwrap_any(transport(terminal(*receivers), end_node=end_node)))
    assert routing.routes == {}
    assert [(refusal.code, refusal.receiver_id) for refusal in routing.refusals] == [
        ("2002", receiver) for receiver in receivers
    ]


def test_a_table_names_nodes_by_eight_digits() -> None:
    with pytest.raises(InvalidInputError) as refused:
        RoutingTable(NODE, {IMPORT: Route(name="customs", end_node="2")})
    assert problem_of(refused).path == f"/routes/{IMPORT}/end_node"


@pytest.mark.shared
def test_a_refusal_is_a_valid_reply_to_the_sender(shared_ceb: Path) -> None:
    envelope = unwrap_any(terminal(STRANGER, IMPORT, "DXPNOBODY0000001"))
    assert envelope.trans_info
    answer = refuse(envelope.trans_info, TABLE.route(envelope).refusals, node=NODE, moment=NOW)
    assert schema_errors(shared_ceb, answer, TERMINAL_SCHEMA) == ""
    reply = parse_reply(answer)
    assert (reply.receiver_id, reply.responses[0].notice_date) == ("DXPTEST000000001", "2026-01-05")
    assert classify_reply(answer).kind is ReplyKind.EXCHANGE_ERROR
    assert [found.receiver_id for found in classify_reply(answer).answers] == [STRANGER, "DXPNOBODY0000001"]


def test_one_receiver_makes_one_part_and_several_are_counted() -> None:
    def parts_of(*receivers: str) -> list[Part]:
        envelope = terminal(*receivers)
        routing = TABLE.route(unwrap_any(envelope))
        return split(envelope, routing, msg_id="0" * 32, station_node=NODE, send_time=NOW)

    (alone,) = parts_of(IMPORT)
    assert (alone.cop_msg_id, alone.msg_id, alone.sub_msg_id, alone.route) == ("C1", "0" * 32, None, "customs")
    parts = parts_of(EXPORT, STRANGER, IMPORT)
    assert [(part.receiver_id, part.sub_msg_id) for part in parts] == [(EXPORT, "1"), (IMPORT, "2")]
    for part in parts:
        server = parse_transport(part.envelope).server
        assert (server.msg_id, server.sub_msg_id, server.end_node) == ("0" * 32, part.sub_msg_id, OTHER_NODE)
        assert unwrap_any(part.envelope).message == MESSAGE


# What comes back


def dxp_rep(code: str, *results: tuple[str, str], cop_msg_ids: tuple[str, ...] = ("C1",)) -> bytes:
    responses = [
        Response(
            code=code,
            info="words",
            results=Results(result=[Result(receiver_id=to, code=own) for to, own in results]) if results else None,
            notice_date="2026-01-05",
            original_head=dxp.unwrap(terminal(cop_msg_id=cop_msg_id)).trans_info,
        )
        for cop_msg_id in cop_msg_ids
    ]
    return build_reply(DxpRep(ver="1.0", receiver_id="DXPTEST000000001", responses=responses))


def receipts(*statuses: str) -> bytes:
    space = "http://www.chinaport.gov.cn/ceb"
    returns = "".join(
        f"<InventoryReturn><returnStatus>{status}</returnStatus><returnInfo>words of {status}</returnInfo>"
        "</InventoryReturn>"
        for status in statuses
    )
    guid = builders.GUID.format(1)
    return f'<CEB622Message xmlns="{space}" guid="{guid}" version="1.0">{returns}</CEB622Message>'.encode()


def format_error(original: str = "C1", status: str = "-1") -> bytes:
    error = FormatError(
        guid=builders.GUID.format(9),
        return_status=status,
        return_info="broken",
        return_time="20260105103000000",
        original_cop_msg_id=original,
        original_message_type="CEB311Message",
        original_message="",
    )
    return build(CEB900Message(guid=builders.GUID.format(1), error=error))


@pytest.mark.parametrize("enveloped", [lambda data: data, lambda data: terminal(message=data)])
@pytest.mark.parametrize(
    ("data", "kind", "cop_msg_id", "codes"),
    [
        (format_error(), ReplyKind.FORMAT_ERROR, "C1", ("-1",)),
        (format_error(original="", status="1"), ReplyKind.FORMAT_ERROR, None, ("1",)),
        (receipts("1"), ReplyKind.BUSINESS_RECEIPT, None, ("1",)),
        (receipts("800", "120", "800"), ReplyKind.BUSINESS_RECEIPT, None, ("800", "120")),
        (receipts("-621018"), ReplyKind.BUSINESS_EXCEPTION, None, ("-621018",)),
        (receipts("120", "-621018"), ReplyKind.BUSINESS_EXCEPTION, None, ("120", "-621018")),
        (receipts("NEW"), ReplyKind.BUSINESS_RECEIPT, None, ("NEW",)),
    ],
)
def test_what_customs_answers_is_told_apart(
    enveloped: Callable[[bytes], bytes], data: bytes, kind: ReplyKind, cop_msg_id: str | None, codes: tuple[str, ...]
) -> None:
    reply = classify_reply(enveloped(data))
    assert (reply.kind, reply.cop_msg_id, reply.codes, reply.content) == (kind, cop_msg_id, codes, data)


@pytest.mark.parametrize(
    ("data", "kind", "codes"),
    [
        (dxp_rep("0"), ReplyKind.TRANSPORT_ANSWER, ("0",)),
        (dxp_rep("0000"), ReplyKind.TRANSPORT_ANSWER, ("0000",)),
        (dxp_rep("OK"), ReplyKind.TRANSPORT_ANSWER, ("OK",)),
        (dxp_rep("0001"), ReplyKind.EXCHANGE_ERROR, ("0001",)),
        (dxp_rep("1004"), ReplyKind.EXCHANGE_ERROR, ("1004",)),
        (dxp_rep("4321"), ReplyKind.EXCHANGE_ERROR, ("4321",)),
        (dxp_rep("0", (IMPORT, "0"), (EXPORT, "3003")), ReplyKind.EXCHANGE_ERROR, ("0", "3003")),
    ],
)
def test_what_the_exchange_platform_answers_is_told_apart(data: bytes, kind: ReplyKind, codes: tuple[str, ...]) -> None:
    reply = classify_reply(data)
    assert (reply.kind, reply.cop_msg_id, reply.codes, reply.message) == (kind, "C1", codes, "words")


@pytest.mark.shared
def test_every_official_sample_is_a_reply_or_none(shared_ceb: Path) -> None:
    samples = {path.stem.removesuffix("Message"): path.read_bytes() for path in (shared_ceb / "samples").rglob("*.xml")}
    kinds = {name: kind_of(sample) for name, sample in samples.items()}
    assert {name for name, kind in kinds.items() if kind is None} == {
        *("CEB213", "CEB215", "CEB303", "CEB311", "CEB403", "CEB411", "CEB505", "CEB507", "CEB509", "CEB511"),
        *("CEB513", "CEB603", "CEB605", "CEB607", "CEB621", "CEB623", "CEB625", "CEB701", "CEB711"),
    }
    assert {name for name, kind in kinds.items() if kind is ReplyKind.NOTICE} == {"CEB792"}
    assert {name for name, kind in kinds.items() if kind is ReplyKind.BUSINESS_RECEIPT} == {
        *("CEB214", "CEB216", "CEB304", "CEB312", "CEB404", "CEB412", "CEB506", "CEB508", "CEB510", "CEB512"),
        *("CEB514", "CEB604", "CEB606", "CEB608", "CEB622", "CEB624", "CEB626", "CEB702", "CEB712"),
    }


def kind_of(data: bytes) -> ReplyKind | None:
    """None for what is no reply."""
    try:
        return classify_reply(data).kind
    except InvalidInputError as error:
        return None if error.problems[0].rule == "reply" else ReplyKind(error.problems[0].rule)


@pytest.mark.parametrize("data", [MESSAGE, terminal(), b"<a/>", b"", terminal(message=receipts()), b"<CEB622Message/>"])
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as refused:
        classify_reply(data)
    assert problem_of(refused).rule in {"reply", "root", "xml"}


def test_an_answer_finds_the_parts_that_it_is_about() -> None:
    parts = [
        Part(cop_msg_id, "0" * 32, sub, receiver, "customs", b"")
        for cop_msg_id in ("C1", "C2")
        for sub, receiver in (("1", IMPORT), ("2", EXPORT))
    ]

    def found(reply: bytes) -> list[tuple[str, str | None]]:
        return [(part.cop_msg_id, part.sub_msg_id) for part in answered(classify_reply(reply), parts)]

    assert found(format_error("C2")) == [("C2", "1"), ("C2", "2")]
    assert found(dxp_rep("2001", (EXPORT, "2001"))) == [("C1", "2")]
    assert found(dxp_rep("0", cop_msg_ids=("C1", "C2"))) == [("C1", "1"), ("C1", "2"), ("C2", "1"), ("C2", "2")]
    assert found(dxp_rep("0", cop_msg_ids=("C3",))) == []
    assert found(receipts("120")) == []
    assert classify_reply(dxp_rep("0", cop_msg_ids=("C1", "C2"))).cop_msg_id is None
