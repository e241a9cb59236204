"""Messages from strangers: every way of writing XML is read, whatever is wrong is refused by path and line."""

import codecs
import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.ceb import build, parse
from events.ceb.messages.order import CEB311Message
from events.ceb.order import Order
from events.ceb.signature import Reason, verify
from events.ceb.xml import DEFAULT_SIZE_LIMIT
from events.problems import InvalidInputError, Problem, problems_of
from tests import builders
from tests.strategies import amounts

MESSAGE = builders.message(builders.order())
XML = build(MESSAGE).decode()
NAME = f"<ceb:buyerName>{builders.BUYER_NAME}</ceb:buyerName>"
PLATFORM = f"<ceb:ebpCode>{builders.PLATFORM['ebp_code']}</ceb:ebpCode>"
VALUE = "<ceb:goodsValue>500.00</ceb:goodsValue>"
HEAD = "/CEB311Message/Order[1]/OrderHead"
DECLARED = '<?xml version="1.0" encoding="{}"?>'


def replaced(old: str, new: str) -> bytes:
    """The message with one part replaced."""
    assert old in XML
    return XML.replace(old, new, 1).encode()


def problem_of(data: bytes) -> Problem:
    """The only thing that is wrong."""
    with pytest.raises(InvalidInputError) as refused:
        parse(data)
    (problem,) = refused.value.problems
    return problem


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(codecs.BOM_UTF8 + XML.encode(), id="BOM"),
        pytest.param(codecs.BOM_UTF8 + (DECLARED.format("UTF-8") + XML).encode(), id="BOM and declaration"),
        pytest.param(XML.encode("utf-16"), id="UTF-16"),
        pytest.param((DECLARED.format("GB18030") + XML).encode("gb18030"), id="GB18030"),
        pytest.param((DECLARED.format("GBK") + XML).encode("gbk"), id="GBK"),
        pytest.param(XML.replace("ceb:", "x9.-_:").replace("xmlns:ceb", "xmlns:x9.-_").encode(), id="another prefix"),
        pytest.param(XML.replace("ceb:", "").replace("xmlns:ceb", "xmlns").encode(), id="default namespace"),
        pytest.param(XML.replace("><", ">\n\t<").encode(), id="indented"),
        pytest.param(replaced(NAME, NAME.replace("测", "测<!-- 注 -->")), id="comment in a text"),
        pytest.param(replaced(NAME, f"<!-- 注 -->{NAME}<?editor x?>"), id="comment and instruction between"),
        pytest.param(replaced(builders.BUYER_NAME, f"<![CDATA[{builders.BUYER_NAME}]]>"), id="CDATA"),
        pytest.param(replaced(builders.BUYER_NAME, "&#x6d4b;试&#30002;"), id="character references"),
        pytest.param(replaced(' version="1.0"', ' version="1.0" xsi:schemaLocation="a b"'), id="schema hint"),
    ],
)
def test_the_same_message_however_it_is_written(data: bytes) -> None:
    assert parse(data) == MESSAGE


@pytest.mark.parametrize(
    ("data", "path", "rule"),
    [
        (replaced(PLATFORM, PLATFORM.replace("ebpCode", "EbpCode")), f"{HEAD}/EbpCode", "unknown"),
        (replaced(PLATFORM, f"{PLATFORM}<ceb:own/>"), f"{HEAD}/own", "unknown"),
        (replaced(PLATFORM, f'{PLATFORM}<o:own xmlns:o="urn:own"/>'), f"{HEAD}/own", "unknown"),
        (replaced(PLATFORM, PLATFORM.replace("ceb:ebpCode", "ebpCode")), f"{HEAD}/ebpCode", "unknown"),
        (
            replaced("</ceb:CEB311Message>", "<ceb:Signature/></ceb:CEB311Message>"),
            "/CEB311Message/Signature",
            "unknown",
        ),
        (replaced(NAME, "").replace(b"<ceb:guid>", NAME.encode() + b"<ceb:guid>", 1), f"{HEAD}/guid", "order"),
        (replaced(PLATFORM, PLATFORM * 2), f"{HEAD}/ebpCode", "repeated"),
        (replaced(PLATFORM, f"{PLATFORM}text"), HEAD, "text"),
        (replaced("<ceb:OrderHead>", "<ceb:OrderHead>text"), HEAD, "text"),
        (replaced(builders.BUYER_NAME, "<ceb:first/>"), f"{HEAD}/buyerName", "text"),
        (replaced(PLATFORM, ""), f"{HEAD}/ebpCode", "required"),
        (replaced(PLATFORM, "<ceb:ebpCode/>"), f"{HEAD}/ebpCode", "min_length"),
        (replaced(builders.BUYER_NAME, "甲" * 61), f"{HEAD}/buyerName", "max_length"),
        (replaced(f' guid="{MESSAGE.guid}"', ""), "/CEB311Message/@guid", "required"),
        (replaced("www.chinaport.gov.cn/ceb", "www.chinaport.gov.cn/dxp"), "/CEB311Message", "root"),
        (XML.replace("CEB311Message", "CEB999Message").encode(), "/CEB999Message", "root"),
    ],
)
def test_what_the_schema_does_not_know_is_named_with_path_and_line(data: bytes, path: str, rule: str) -> None:
    problem = problem_of(data.replace(b"><", b">\n<"))
    assert (problem.path, problem.rule) == (path, rule)
    assert problem.line
    assert problem.line > 1 or rule == "root" or "@guid" in path


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (replaced(" version=", ' own="1" version='), "/CEB311Message/@own"),
        (replaced(" version=", ' Order="1" version='), "/CEB311Message/@Order"),
        (replaced(" version=", ' BaseTransfer="1" version='), "/CEB311Message/@BaseTransfer"),
        (replaced("<ceb:buyerName>", '<ceb:buyerName own="1">'), f"{HEAD}/buyerName/@own"),
        (
            replaced(
                f"<ceb:OrderHead><ceb:guid>{builders.GUID.format(311)}</ceb:guid>",
                f'<ceb:OrderHead guid="{builders.GUID.format(311)}">',
            ),
            f"{HEAD}/@guid",
        ),
    ],
)
def test_an_attribute_is_no_element(data: bytes, path: str) -> None:
    """Nothing can be said in an attribute that the schema says in an element, and nothing is dropped in silence."""
    with pytest.raises(InvalidInputError) as refused:
        parse(data)
    assert (refused.value.problems[0].path, refused.value.problems[0].rule) == (path, "unknown")


def test_a_mistake_in_a_later_order_names_that_order_and_its_line() -> None:
    two = build(builders.message(builders.order(), builders.order(order_no="2"))).decode().replace("><", ">\n<")
    first, second = two.split("<ceb:orderNo>2<")
    data = f"{first}<ceb:orderNo>2<{second.replace('ebcCode', 'EbcCode')}"
    problem = problem_of(data.encode())
    assert problem.path == "/CEB311Message/Order[2]/OrderHead/EbcCode"
    assert problem.line == data[: data.index("EbcCode")].count("\n") + 1
    assert "write ebcCode" in problem.message


def test_every_wrong_value_is_told_at_once() -> None:
    data = XML.replace("500.00", "5e2").replace(">I<", "><").replace("<ceb:gnum>2<", "<ceb:gnum>x<")
    with pytest.raises(InvalidInputError) as refused:
        parse(data.encode())
    assert [(problem.path, problem.value) for problem in refused.value.problems] == [
        (f"{HEAD}/orderType", ""),
        (f"{HEAD}/goodsValue", "5e2"),
        ("/CEB311Message/Order[1]/OrderList[2]/gnum", "x"),
    ]


WRONG_NUMBERS = ["1e5", "NaN", "INF", "Infinity", "１２", "٣", "1,5", "1 5", "1_0", "0x10", "--1", "+", ".", "", " "]


@pytest.mark.parametrize("written", [*WRONG_NUMBERS, "1" * 20, "9" * 15 + "1.00001", "0.123456", "1e-7"])
def test_what_is_no_decimal_of_the_standard_is_refused_with_its_value(written: str) -> None:
    problem = problem_of(replaced(VALUE, VALUE.replace("500.00", written)))
    assert (problem.path, problem.rule, problem.value) == (f"{HEAD}/goodsValue", "value", written)


@pytest.mark.parametrize("written", [*WRONG_NUMBERS, "1.0", "3000000000", "-2147483649", "1" * 19])
def test_what_is_no_whole_number_is_refused_with_its_value(written: str) -> None:
    problem = problem_of(replaced("<ceb:gnum>1<", f"<ceb:gnum>{written}<"))
    assert (problem.path, problem.value) == ("/CEB311Message/Order[1]/OrderList[1]/gnum", written)


@pytest.mark.parametrize("written", ["500", "+500", "500.", "0500.00", " 500.0\n", "500.0000000", "5" + "0" * 2])
def test_a_decimal_may_be_written_as_the_schema_allows(written: str) -> None:
    assert parse(replaced(VALUE, VALUE.replace("500.00", written))) == MESSAGE


@given(amount=amounts())
def test_every_decimal_of_the_standard_is_taken(amount: object) -> None:
    message = parse(replaced(VALUE, VALUE.replace("500.00", f"{amount:f}")))
    assert isinstance(message, CEB311Message)
    assert message.orders[0].head.goods_value == amount


@pytest.mark.parametrize("number", [1.5, True, None, [], {}, float("nan")])
def test_json_numbers_that_are_not_exact_are_refused(number: object) -> None:
    content = builders.order().model_dump(mode="json")
    content["OrderHead"]["goodsValue"] = number
    with pytest.raises(ValueError, match="goodsValue"):
        type(builders.order()).model_validate(content)


@pytest.mark.parametrize("bad", ["\0", "\x01", "\x0b", "\x1f", "\ufffe", "\ud800"])
def test_a_character_that_xml_has_no_place_for_is_refused_in_json_with_field_and_value(bad: str) -> None:
    """Given it in a head and in a line, when the model is read from JSON, then both are named."""
    content = builders.order().model_dump(mode="json")
    content["OrderHead"]["buyerName"] = f"测{bad}试"
    content["OrderList"][1]["note"] = bad
    for as_text in (False, True):
        with pytest.raises(ValidationError) as refused:
            Order.model_validate_json(json.dumps(content)) if as_text else Order.model_validate(content)
        told = [(problem.path, problem.rule, problem.value) for problem in problems_of(refused.value)]
        shown = ascii(bad)[1:-1]
        assert told == [
            ("/OrderHead/buyerName", "character", f"{ascii('测')[1:-1]}{shown}{ascii('试')[1:-1]}"),
            ("/OrderList[2]/note", "character", shown),
        ]


@pytest.mark.parametrize("good", ["\t", "\n", "\r", "\x85", "\x7f", "\U0001f600"])
def test_every_other_character_is_taken_from_json_and_comes_back(good: str) -> None:
    content = MESSAGE.model_dump(mode="json")
    content["Order"][0]["OrderHead"]["note"] = f"a{good}b"
    message = CEB311Message.model_validate(content)
    assert parse(build(message)) == message


EVIL = "<!DOCTYPE x [{}]>" + XML.replace(builders.BUYER_NAME, "&e;", 1)
BOMB = '<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        pytest.param(f"<!DOCTYPE x>{XML}".encode(), {"doctype"}, id="DTD"),
        pytest.param(f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{XML}'.encode(), {"doctype"}, id="external DTD"),
        pytest.param(
            EVIL.format('<!ENTITY e SYSTEM "file:///etc/passwd">').encode(), {"doctype"}, id="external entity"
        ),
        pytest.param(EVIL.format('<!ENTITY e "甲">').encode(), {"doctype"}, id="entity"),
        pytest.param(EVIL.format(f'{BOMB}<!ENTITY e "&i;">').encode(), {"doctype", "xml"}, id="bomb"),
        pytest.param(
            EVIL.format(BOMB).replace('version="1.0"', 'version="&i;"').encode(),
            {"doctype", "xml"},
            id="bomb in an attribute",
        ),
        pytest.param(replaced(builders.BUYER_NAME, "<a>" * 5000 + "</a>" * 5000), {"xml"}, id="deep"),
        pytest.param(XML.encode() + b" " * (11 * 1024 * 1024), {"size"}, id="11 MB"),
        pytest.param(XML.encode()[:-9], {"xml"}, id="cut off"),
        pytest.param(replaced(builders.BUYER_NAME, "\0"), {"xml"}, id="a null character"),
        pytest.param((DECLARED.format("KLINGON") + XML).encode(), {"xml"}, id="unknown encoding"),
        pytest.param((DECLARED.format("GB18030") + XML).encode(), {"xml"}, id="wrong encoding"),
        pytest.param(b"", {"xml"}, id="nothing"),
        pytest.param(b"{}", {"xml"}, id="JSON"),
    ],
)
def test_hostile_or_broken_xml_is_refused_quickly(data: bytes, rules: set[str]) -> None:
    started = time.perf_counter()
    problem = problem_of(data)
    assert problem.rule in rules
    assert time.perf_counter() - started < 0.5


def test_the_size_limit_is_a_setting() -> None:
    data = XML.encode()
    assert parse(data, size_limit=len(data)) == MESSAGE
    with pytest.raises(InvalidInputError, match=f"{len(data)} bytes, the limit is {len(data) - 1}"):
        parse(data, size_limit=len(data) - 1)
    assert DEFAULT_SIZE_LIMIT == 10 * 1024 * 1024


@given(noise=st.binary(max_size=200), place=st.integers(0, len(XML)))
def test_noise_is_refused_or_read_but_never_a_crash(noise: bytes, place: int) -> None:
    data = XML.encode()
    with suppress(InvalidInputError):
        parse(data[:place] + noise + data[place:])


@pytest.mark.parametrize("own", ["not XML", "<a", "<!DOCTYPE a><a/>"])
def test_a_foreign_part_that_is_no_safe_xml_is_not_written(own: str) -> None:
    content = MESSAGE.model_dump(mode="json") | {"ExtendMessage": {"name": "n", "version": "1", "Message": own}}
    with pytest.raises(InvalidInputError):
        build(CEB311Message.model_validate(content))


@pytest.mark.parametrize("undeclared", ["<x:note>1</x:note>", '<note x:a="1"/>'])
def test_an_undeclared_prefix_is_refused_whatever_comes_after_it(undeclared: str) -> None:
    """lxml overlooks it when a relative namespace follows, of which libxml2 only warns."""
    data = replaced("<ceb:OrderHead>", f'\n{undeclared}<b xmlns="relative"/><ceb:OrderHead>')
    with pytest.raises(InvalidInputError) as refused:
        parse(data)
    (problem,) = refused.value.problems
    assert (problem.rule, problem.line) == ("xml", 2)
    assert "prefix x" in problem.message
    assert verify(data).reason is Reason.MALFORMED
