"""The schema layer: its verdict is that of the official XSD, and what it says names the place and what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pydantic import ValidationError

from events.ceb import MESSAGES, build, parse
from events.ceb.canonical import canonical
from events.ceb.quick import quick_message
from events.ceb.reading import Reading
from events.ceb.schema import examine, schema_problems
from events.ceb.signature import sign
from events.ceb.xml import parse_xml
from events.problems import PROBLEM_LIMIT, InvalidInputError, Problem, problems_of
from tests.events.ceb.good_messages import good
from tests.events.ceb.mutants import SIGNER, mutants, plain_seed, seed
from tests.official import official_schema, schema_name

BENT = 120  # of each message in each of two ways of writing it: ten thousand in all


@pytest.mark.shared
@pytest.mark.parametrize("root", MESSAGES)
def test_the_verdict_is_that_of_the_official_schema(shared_ceb: Path, root: str) -> None:
    """Given thousands of bent messages, when both judge them, then they agree; what is valid comes back as it was."""
    official = official_schema(shared_ceb, schema_name(root))
    for message in (seed(root, shared_ceb), plain_seed(root)):
        assert official.validate(message), str(official.error_log)
        judged = [
            (done, data, official.validate(etree.fromstring(data))) for done, data in mutants(message, BENT, root)
        ]
        wrong = [(done, valid, schema_problems(data)) for done, data, valid in judged]
        assert [found for found in wrong if found[1] != (found[2] == [])] == []
        assert {valid for _, _, valid in judged} == {True, False}
        for done, data, valid in judged:
            assert_parse_and_build_keep_to_it(official if valid else None, data, done)


def assert_parse_and_build_keep_to_it(official: etree.XMLSchema | None, data: bytes, done: str) -> None:
    """`parse` refuses what has problems, but for those that have an answer of their own; what it takes, it keeps."""
    problems = [problem for problem in schema_problems(data) if not is_tolerated(problem)]
    try:
        message = parse(data)
    except InvalidInputError as refused:
        assert list(refused.problems) == problems, done  # noqa: PT017 - either way is right, by the problems
        return
    assert problems == [], done
    built = build(message)
    assert built == canonical(data), done
    assert parse(built) == message, done
    assert build(parse(built)) == built, done
    assert official is None or official.validate(etree.fromstring(built)), done


def is_tolerated(problem: Problem) -> bool:
    unsigned = re.fullmatch(r"/\w+/Signature", problem.path) is not None
    return problem.rule == "fixed" or (problem.rule == "required" and unsigned)


@pytest.mark.parametrize("root", MESSAGES)
def test_the_quick_way_reads_as_the_thorough_way_does(root: str) -> None:
    """Whatever the quick way takes, the thorough way takes too, and both make the same message of it."""
    taken = 0
    for done, bent_data in mutants(plain_seed(root), 4 * BENT, f"quick {root}"):
        data = bent_data.replace(b"\n", b"\r\n")
        quick = quick_message(data, MESSAGES)
        if quick is None:
            continue
        reading = Reading()
        thorough = reading.document(parse_xml(data), MESSAGES[root])
        assert (reading.problems, reading.tolerated) == ([], []), done
        assert thorough == quick, done
        assert thorough is not None
        assert (repr(thorough), build(thorough)) == (repr(quick), build(quick)), done
        assert thorough.model_dump(exclude_unset=True) == quick.model_dump(exclude_unset=True), done
        taken += 1
    assert taken >= 5


@pytest.mark.parametrize("root", MESSAGES)
def test_what_we_write_is_read_the_quick_way(root: str) -> None:
    message = good(root.removesuffix("Message"), Signature=None)
    built = build(message)
    indented = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n' + built.replace(b"><ceb:", b">\n\t<ceb:") + b"\n"
    others = built.replace(b"<ceb:", b"<").replace(b"</ceb:", b"</").replace(b"xmlns:ceb=", b"xmlns=")
    for data in (built, indented, indented.replace(b"\n", b"\r\n"), others):
        assert quick_message(data, MESSAGES) == message == parse(data)


@pytest.mark.parametrize("unusual", [False, True], ids=["quick", "thorough"])
def test_a_changed_copy_leaves_the_given_fields_of_its_likes_alone(unusual: bool) -> None:
    """Parts that have the same fields share the set of their names."""
    data = build(good("CEB711", Signature=None, times={"DeliveryList": 2}))
    entry = parse(data.replace(b"</ceb:gnum>", b"</ceb:gnum >") if unusual else data).warehouse_entry  # type: ignore[attr-defined]
    first, second = entry.items
    given = set(first.model_fields_set)
    changed = first.model_copy(update={"note": "changed"})
    assert changed.model_fields_set == given | {"note"}
    assert (first.model_fields_set, second.model_fields_set) == (given, given)
    assert first.model_fields_set is second.model_fields_set


@pytest.mark.parametrize("value", ["a ", " a", "a  b", "a\tb", "a\nb", " "])
def test_white_space_that_does_not_count_is_read_the_thorough_way(value: str) -> None:
    data = bent("CEB507", "<ceb:domesticTrafNo>a b</ceb:", f"<ceb:domesticTrafNo>{value}</ceb:", domesticTrafNo="a b")
    assert quick_message(data.replace(f">{value}<".encode(), b">a b<"), MESSAGES)
    assert quick_message(data, MESSAGES) is None
    assert build(parse(data)) == data


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x0c", "\x1f", "\ufffe", "\uffff"])
@pytest.mark.parametrize("place", ["note>", 'version="', "KeyName>", "xmlns:xsi="])
def test_what_is_no_character_of_xml_is_not_read_the_quick_way(character: str, place: str) -> None:
    signed = sign(build(good("CEB621", Signature=None, note="n")), SIGNER).decode()
    start = signed.index(place) + len(place)
    data = (signed[:start] + character + signed[start:]).encode()
    assert quick_message(signed.encode(), MESSAGES)
    assert quick_message(data, MESSAGES) is None
    assert {problem.rule for problem in schema_problems(data)} == {"xml"}


def one(data: bytes) -> Problem:
    (problem,) = schema_problems(data)
    return problem


def bent(name: str, old: str, new: str, **changes: Any) -> bytes:
    """A message of ours with one piece of its text replaced."""
    text = build(good(name, Signature=None, **changes)).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def test_a_missing_signature_is_told_and_the_message_read_all_the_same() -> None:
    unsigned = build(good("CEB621", Signature=None))
    found = examine(unsigned)
    (problem,) = found.problems
    assert (problem.path, problem.rule, problem.line) == ("/CEB621Message/Signature", "required", 1)
    assert found.message == parse(unsigned)
    for before in ("\n\n", '<?xml version="1.0" encoding="UTF-8"?>\n \n', "\ufeff\n\n"):
        plain = before.encode() + unsigned
        unusual = plain.replace(b"</ceb:guid>", b"</ceb:guid >")  # which only the thorough way reads
        assert [[problem.line for problem in examine(data).problems] for data in (plain, unusual)] == [[3], [3]]
    assert schema_problems(build(good("CEB311", Signature=None))) == []


def test_a_value_that_the_schema_fixes_is_told_and_read_all_the_same() -> None:
    """Given an order in USD: invalid by the schema, yet read, for customs' rules answer it in their own words."""
    data = build(good("CEB311", Signature=None, currency="502"))
    found = examine(data)
    assert [(problem.path, problem.rule, problem.value) for problem in found.problems] == [
        ("/CEB311Message/Order[1]/OrderHead/currency", "fixed", "502"),
        ("/CEB311Message/Order[1]/OrderList[1]/currency", "fixed", "502"),
    ]
    assert found.message == parse(data)
    assert "write 142" in found.problems[0].message


@pytest.mark.parametrize(
    ("name", "official", "prose"),
    [
        ("CEB511", "consignee", "consingee"),
        ("CEB605", "agentName", "agengName"),
        ("CEB625", "InvtRefund", "InvtRefound"),
        ("CEB626", "InvtRefundReturn", "InvtRefoundReturn"),
        ("CEB701", "declAgentCode", "declagAgentCode"),
        ("CEB792", "declAgentCode", "declagAgentCode"),
    ],
)
def test_the_names_of_the_prose_are_refused_naming_the_right_one(name: str, official: str, prose: str) -> None:
    """Rulebook 2.5: where prose and schema differ the schema is right."""
    built = build(good(name, Signature=None)).decode()
    data = built.replace(f"ceb:{official}>", f"ceb:{prose}>").encode()
    problem = next(found for found in schema_problems(data) if not is_tolerated(found))
    assert problem.rule == "unknown"
    assert problem.path.rpartition("/")[2].startswith(prose)
    assert f"write {official} (the specification's prose says {prose}, its schema {official})" in problem.message


def test_the_prose_name_of_an_optional_field_is_refused_too() -> None:
    data = bent("CEB311", "</ceb:OrderHead>", "<ceb:consigneeDitrict>320700</ceb:consigneeDitrict></ceb:OrderHead>")
    assert "write consigneeDistrict" in one(data).message


def test_a_prose_name_in_json_is_refused_naming_the_right_one() -> None:
    content = good("CEB511", Signature=None).model_dump(mode="json")
    head = content["Logistics"][0]["LogisticsHead"]
    head["consingee"] = head.pop("consignee")
    with pytest.raises(ValidationError, match="consingee") as refused:
        MESSAGES["CEB511Message"].model_validate(content)
    told = {problem.path: problem.message for problem in problems_of(refused.value)}
    assert "write consignee" in told["/Logistics[1]/LogisticsHead/consingee"]


ORDER = build(good("CEB311", Signature=None)).replace(b"><", b">\n<")
HEAD = "/CEB311Message/Order[1]/OrderHead"
GBK = b'<?xml version="1.0" encoding="GBK"?>\n'


@pytest.mark.parametrize(
    ("data", "path", "rule", "line", "words"),
    [
        (ORDER[:-30], "/", "xml", ORDER.count(b"\n"), "not well-formed"),
        (ORDER.replace(b"CEB311Message", b"CEB311"), "/CEB311", "root", 1, "write CEB311Message"),
        (ORDER.replace(b"CEB311Message", b"CEB999Message"), "/CEB999Message", "root", 1, "known are CEB213Message"),
        (
            ORDER.replace(b"gov.cn/ceb", b"gov.cn/x"),
            "/CEB311Message",
            "root",
            1,
            "is in http://www.chinaport.gov.cn/ceb",
        ),
        (ORDER.replace(b">X<", b">\xb2\xe2<", 1), "/", "xml", 9, "save it as UTF-8"),
        (GBK + ORDER.replace(b">X<", b">\xff\xff<", 1), "/", "xml", 10, "not in GBK, the encoding that it declares"),
        (ORDER.replace(b">500.00<", b">1e5<"), f"{HEAD}/goodsValue", "value", 14, "such as 561.89"),
        (ORDER.replace(b">500.00<", b">NaN<"), f"{HEAD}/goodsValue", "value", 14, "such as 561.89"),
        (ORDER.replace(b">500.00<", ">１２<".encode()), f"{HEAD}/goodsValue", "value", 14, "ASCII digits"),
        (ORDER.replace(b">500.00<", b">1.000001<"), f"{HEAD}/goodsValue", "value", 14, "round it"),
        (ORDER.replace(b"<ceb:ebpCode>", b"<ceb:ebpcode>"), "/", "xml", 10, "mismatch"),
        (ORDER.replace(b"ebpCode>", b"EBPCODE>"), f"{HEAD}/EBPCODE", "unknown", 10, "write ebpCode"),
        (ORDER.replace(b"ebpCode>", b"zzz>"), f"{HEAD}/zzz", "unknown", 10, "allowed here: guid, appType"),
        (ORDER.replace(b'version="1.0"', b""), "/CEB311Message/@version", "required", 1, "add it"),
        (
            ORDER.replace(b"<ceb:Order>", b'<ceb:Order xsi:nil="true">'),
            "/CEB311Message/Order[1]/@xsi:nil",
            "unknown",
            2,
            "nillable",
        ),
        (ORDER.replace(b"<ceb:gnum>1", b"<ceb:gnum>3000000000"), f"{HEAD[:-4]}List[1]/gnum", "value", 31, "32-bit"),
    ],
)
def test_what_is_wrong_is_told_with_path_line_and_what_to_do(
    data: bytes, path: str, rule: str, line: int, words: str
) -> None:
    first = schema_problems(data)[0]
    assert (first.path, first.rule, first.line) == (path, rule, line)
    assert words in first.message


def test_all_that_is_wrong_is_told_not_only_the_first_thing() -> None:
    """Structure and values, in several parts of the message, in one answer."""
    data = ORDER.replace(b"<ceb:orderNo>X", b"<ceb:orderNo>" + b"x" * 61).replace(b"<ceb:ebcName>X</ceb:ebcName>", b"")
    data = data.replace(b"<ceb:gnum>1", b"<ceb:gnum>1.5").replace(b"<ceb:dxpMode>DXP", b"<ceb:dxpMode>D")
    data = data.replace(b"<ceb:BaseTransfer>", b"<ceb:own/><ceb:BaseTransfer>")
    assert [(problem.path, problem.rule) for problem in schema_problems(data)] == [
        (f"{HEAD}/orderNo", "max_length"),
        (f"{HEAD}/ebcName", "required"),
        ("/CEB311Message/Order[1]/OrderList[1]/gnum", "value"),
        ("/CEB311Message/own", "unknown"),
        ("/CEB311Message/BaseTransfer/dxpMode", "min_length"),
    ]


def times(name: str, **counts: int) -> bytes:
    """The XML of a message of ours with parts as often as `counts` says, more than its model would take."""
    once = build(good(name, Signature=None)).decode()
    for part, count in counts.items():
        opening, closing = f"<ceb:{part}>", f"</ceb:{part}>"
        before, _, rest = once.partition(opening)
        body, _, after = rest.partition(closing)
        once = before + f"{opening}{body}{closing}" * count + after
    return once.encode()


@pytest.mark.parametrize(
    ("name", "part", "limit", "path"),
    [
        ("CEB311", "Order", 100, "/CEB311Message/Order"),
        ("CEB311", "OrderList", 99, "/CEB311Message/Order[1]/OrderList"),
        ("CEB603", "InventoryList", 100, "/CEB603Message/Inventory[1]/InventoryList"),
        ("CEB304", "OrderReturn", 100, "/CEB304Message/OrderReturn"),
    ],
)
def test_no_more_than_the_schema_has_room_for(name: str, part: str, limit: int, path: str) -> None:
    assert schema_problems(times(name, **{part: limit})) == []
    problem = one(times(name, **{part: limit + 1}))
    assert (problem.path, problem.rule) == (path, "max_items")
    assert f"at most {limit} allowed" in problem.message


@pytest.mark.parametrize(("name", "part"), [("CEB711", "DeliveryList"), ("CEB607", "WayBillList"), ("CEB816", "Tax")])
def test_where_the_schema_has_no_limit_there_is_none(name: str, part: str) -> None:
    problems = schema_problems(times(name, **{part: 250}))
    assert [problem for problem in problems if not is_tolerated(problem)] == []


def test_there_is_an_end_to_the_list_of_problems() -> None:
    problems = schema_problems(ORDER.replace(b"<ceb:BaseTransfer>", b"<ceb:own/>" * 5000 + b"<ceb:BaseTransfer>"))
    assert len(problems) == PROBLEM_LIMIT + 1
    assert problems[-1].rule == "too_many"
