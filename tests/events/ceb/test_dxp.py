"""The envelope of a terminal node: what goes in comes out, and what is no envelope is refused by path."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb import build, parse
from events.ceb.dxp import unwrap, wrap
from events.problems import InvalidInputError, Problem
from tests import builders
from tests.official import TERMINAL_SCHEMA, schema_errors

MESSAGE = builders.message(builders.order())
CREATED = datetime(2026, 1, 5, 18, 30, 59, 999, tzinfo=UTC)


def wrapped(content: bytes = build(MESSAGE)) -> bytes:
    """A message in its envelope."""
    return wrap(
        content,
        msg_type="CEB311Message",
        sender_id="DXPTEST000000001",
        receiver_ids=["DXPEDCCEB0000002", "DXPEDCCEB0000003"],
        cop_msg_id="import/3207PLAT01/1#1#CEB311Message",
        created_at=CREATED,
    )


def problem_of(data: bytes) -> Problem:
    """The only thing that is wrong with an envelope or with what it carries."""
    with pytest.raises(InvalidInputError) as refused:
        parse(unwrap(data).content)
    (problem,) = refused.value.problems
    return problem


def test_a_message_comes_out_as_it_went_in() -> None:
    envelope = unwrap(wrapped())
    assert parse(envelope.content) == MESSAGE
    assert envelope.trans_info.cop_msg_id == "import/3207PLAT01/1#1#CEB311Message"
    assert envelope.trans_info.sender_id == "DXPTEST000000001"
    assert envelope.trans_info.receiver_ids.receiver_id == ["DXPEDCCEB0000002", "DXPEDCCEB0000003"]
    assert envelope.trans_info.msg_type == "CEB311Message"


def test_the_time_is_that_of_china_as_every_time_of_the_standard() -> None:
    assert unwrap(wrapped()).trans_info.created_at == "2026-01-06T02:30:59"


@given(content=st.binary(max_size=300))
def test_any_bytes_come_out_as_they_went_in(content: bytes) -> None:
    assert unwrap(wrapped(content)).content == content


def test_base64_may_be_broken_into_lines() -> None:
    lines = base64.encodebytes(build(MESSAGE))
    data = wrapped().replace(base64.b64encode(build(MESSAGE)), lines)
    assert parse(unwrap(data).content) == MESSAGE


@pytest.mark.shared
@pytest.mark.parametrize("addition", ["", "<dxp:AddInfo><dxp:FileName>f</dxp:FileName></dxp:AddInfo>"])
def test_what_we_write_and_read_is_valid_by_the_official_schema(shared_ceb: Path, addition: str) -> None:
    data = wrapped().replace(b"</dxp:Data>", f"</dxp:Data>{addition}".encode())
    assert schema_errors(shared_ceb, data, TERMINAL_SCHEMA) == ""
    assert bool(unwrap(data).add_info) == bool(addition)


def test_what_only_the_exchange_platform_reads_is_kept() -> None:
    keys = '<dxp:BizKey><dxp:Key name="a">1</dxp:Key></dxp:BizKey><dxp:IsText Encode="UTF-8"></dxp:IsText>'
    added = f"</dxp:Data><dxp:AddInfo><dxp:IcCard>1</dxp:IcCard>{keys}</dxp:AddInfo>".encode()
    added_info = unwrap(wrapped().replace(b"</dxp:Data>", added)).add_info
    assert added_info
    assert added_info.biz_key
    assert 'Key name="a">1</' in added_info.biz_key
    assert added_info.is_text


@pytest.mark.parametrize("content", ["%%%", "中文", "YWJj!", "YWJ", "YQ=", "\u00b2"])
def test_what_is_no_base64_is_refused(content: str) -> None:
    data = wrapped(b"x").replace(base64.b64encode(b"x"), content.encode())
    problem = problem_of(data)
    assert (problem.path, problem.rule) == ("/DxpMsg/Data", "base64")


@pytest.mark.parametrize(
    ("old", "new", "path", "rule"),
    [
        ("dxp:DxpMsg", "dxp:DxpRep", "/DxpRep", "root"),
        ("www.chinaport.gov.cn/dxp", "www.chinaport.gov.cn/ceb", "/DxpMsg", "root"),
        ('ver="1.0"', 'ver="2.0"', "/DxpMsg/@ver", "string_pattern_mismatch"),
        ("2026-01-06T02:30:59", "yesterday", "/DxpMsg/TransInfo/CreatTime", "value"),
        ("<dxp:CopMsgId>", "<dxp:CopMsgId></dxp:CopMsgId><dxp:CopMsgId>", "/DxpMsg/TransInfo/CopMsgId", "repeated"),
        ("DXPTEST000000001", "DXPTEST0000000001", "/DxpMsg/TransInfo/SenderId", "max_length"),
        ("DXPEDCCEB0000003", "", "/DxpMsg/TransInfo/ReceiverIds/ReceiverId[2]", "min_length"),
    ],
)
def test_a_wrong_envelope_is_refused_by_path(old: str, new: str, path: str, rule: str) -> None:
    problem = problem_of(wrapped().decode().replace(old, new).encode())
    assert (problem.path, problem.rule) == (path, rule)


def test_at_most_five_receivers() -> None:
    one = "<dxp:ReceiverId>DXPEDCCEB0000003</dxp:ReceiverId>"
    problem = problem_of(wrapped().decode().replace(one, one * 5).encode())
    assert (problem.path, problem.rule) == ("/DxpMsg/TransInfo/ReceiverIds/ReceiverId", "max_items")


def test_hostile_content_is_refused_as_everywhere() -> None:
    assert problem_of(wrapped(b"<!DOCTYPE x><x/>")).rule == "doctype"
    assert problem_of(b"<!DOCTYPE x>" + wrapped()).rule == "doctype"
    with pytest.raises(InvalidInputError, match="limit is 100"):
        unwrap(wrapped(), size_limit=100)
