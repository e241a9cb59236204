"""The business layer of all 42 messages: each rule by a message that breaks it, and what the official samples break."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from events.ceb import MESSAGES, CebMessage, build
from events.ceb.base import CebModel
from events.ceb.business import BusinessProblem, Severity, business_problems, forms, layer
from events.ceb.business.field_rules import FIELD_RULES
from events.ceb.business.salvage import salvaged
from events.ceb.business.scope import ALL
from events.ceb.business.tree import fields_of
from events.ceb.codes import code_tables
from events.problems import PROBLEM_LIMIT
from events.values import from_second
from tests.events.ceb.business_cases import ADVICE, ERRORS
from tests.events.ceb.good_messages import good
from tests.strategies import amounts

Model = TypeVar("Model", bound=CebModel)
JUNK: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20) | st.sampled_from(["1", "2", "I", "E", "142", "9610", "1210", "9710", "20260105103000"]),
    Decimal: amounts(),
    int: st.integers(-(2**31), 2**31 - 1) | st.integers(0, 3),
}


def broken(message: CebMessage) -> list[tuple[str, str, str]]:
    """Severity, rule and path of every problem."""
    return [(found.severity.value, found.rule, found.path) for found in business_problems(message)]


def problem(message: CebMessage, rule: str) -> BusinessProblem:
    """The one problem of a rule."""
    (found,) = [found for found in business_problems(message) if found.rule == rule]
    return found


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_good_message_has_no_problems(name: str) -> None:
    assert broken(good(name)) == []


def test_all_42_messages_are_spoken_of() -> None:
    assert {f"{name}Message" for name in ALL} == MESSAGES.keys()


@pytest.mark.parametrize(("name", "changes", "rule", "path"), ERRORS)
def test_an_error_is_named_with_its_path(name: str, changes: dict[str, Any], rule: str, path: str) -> None:
    found = broken(good(name, **changes))
    assert ("error", rule) in {(severity, named) for severity, named, _ in found}, found
    assert any(named == rule and where.endswith(path) for _, named, where in found), found


@pytest.mark.parametrize(("name", "changes", "rule", "path"), ADVICE)
def test_an_advice_is_no_error(name: str, changes: dict[str, Any], rule: str, path: str) -> None:
    found = broken(good(name, **changes))
    assert {(severity, named) for severity, named, _ in found} == {("advice", rule)}
    assert any(named == rule and where.endswith(path) for _, named, where in found), found


def test_every_rule_of_the_tables_is_held_by_a_case_above() -> None:
    tested = {rule for _, _, rule, _ in [*ERRORS, *ADVICE]}
    assert {asked.rule.id for asked in FIELD_RULES} | {table.rule for table in code_tables()} <= tested


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("CEB621", {"tradeMode": "1210", "country": "142", "emsNo": "T1", "areaCode": "A1", "areaName": "A",
                    "itemRecordNo": "1", "trafNo": None, "voyageNo": None, "billNo": None}),
        ("CEB622", {"returnStatus": "-621018"}),
        ("CEB626", {"returnStatus": "800"}),
        ("CEB621", {"qty2": "3", "unit2": "142"}),
        ("CEB621", {"preNo": "", "invtNo": " ", "emsNo": ""}),
        ("CEB603", {"tradeMode": "9710", "price": "2500", "totalPrice": "5000"}),
        ("CEB603", {"tradeMode": "9710", "price": "9000", "totalPrice": "18000", "currency": "502"}),
        ("CEB603", {"tradeMode": "9710", "appTime": "20200701000000"}),
        ("CEB603", {"statisticsFlag": "A"}),
        ("CEB701", {"startTime": "20260101000000", "endTime": "20260101000000", "times": {"SummaryApplyList": 0}}),
        ("CEB603", {"ownerCode": "NO", "ebcCode": "91320700MA00000000"}),
        ("CEB403", {"payCode": None, "payName": "现金支付"}),
        ("CEB507", {"msgCount": "3", "msgSeqNo": "3", "gnum": 201}),
        ("CEB311", {"gnum": [1, 3], "times": {"OrderList": 2}}),
        ("CEB625", {"gnum": [7, 4], "times": {"InvtRefundList": 2}}),
        ("CEB311", {"appStatus": "1", "Signature": None}),
        ("CEB621", {"assureCode": "X"}),
        ("CEB900", {"oriMessageType": "Unknown", "oriCopMsgId": ""}),
        ("CEB303", {"buyerIdNumber": "not asked"}),
    ],
)  # fmt: skip
def test_what_the_text_allows_is_no_problem(name: str, changes: dict[str, Any]) -> None:
    assert broken(good(name, **changes)) == []


def test_a_problem_says_rule_path_value_source_and_what_to_do_in_both_languages() -> None:
    found = problem(good("CEB621", times={"InventoryList": 2}, gnum=[1, 1]), "N-GNUM")
    assert found.path == "/CEB621Message/Inventory[1]/InventoryList[2]/gnum"
    assert (found.value, found.code, found.severity) == ("1", "-621027", Severity.ERROR)
    assert found.message.en == "N-GNUM: gnum is 1; a line's number must stand once in a document."
    assert found.message.zh == "N-GNUM：gnum 是 1，同一单证内序号不得重复。"
    assert found.basis == "规范 202205 gnum"


def test_where_we_hold_no_list_the_text_says_that_only_the_form_is_checked() -> None:
    found = problem(good("CEB303", unit="aaa"), "F-UNIT")
    assert "only its form is checked" in found.message.en
    assert "只核对形式" in found.message.zh


@pytest.mark.parametrize(
    ("name", "changes", "severity"), [("CEB711", {"gnum": 1}, "error"), ("CEB816", {"guid": "x" * 36}, "advice")]
)
def test_there_is_an_end_to_the_problems_of_each_severity(name: str, changes: dict[str, Any], severity: str) -> None:
    """Given a message of very many problems, when it is judged, then as many are told as help anybody, and that."""
    part = {"CEB711": "DeliveryList", "CEB816": "Tax"}[name]
    found = business_problems(good(name, times={part: PROBLEM_LIMIT + 50}, **changes))
    counts = Counter(problem.severity.value for problem in found)
    assert counts[severity] == PROBLEM_LIMIT + 1
    last = next(problem for problem in found if problem.rule == "G-MANY")
    assert (last.severity.value, last.path) == (severity, f"/{name}Message")
    assert "1000" in last.message.zh
    assert "1000" in last.message.en


def test_findings_of_the_mode_point_at_the_line_that_they_are_about() -> None:
    message = good("CEB621", times={"Inventory": 2, "InventoryList": 2}, currency="142")
    second = message.elements[1]
    lines = [second.items[0], second.items[1].model_copy(update={"currency": "840"})]  # type: ignore[attr-defined]
    lists = [message.elements[0], second.model_copy(update={"items": lines})]
    bent = message.model_copy(update={message.first_element: lists})
    assert problem(bent, "L-CURRENCY").path == "/CEB621Message/Inventory[2]/InventoryList[2]/currency"


@pytest.mark.parametrize(
    ("qty", "price", "total", "right"),
    [
        ("0.33333", "0.1", "0.03333", True),
        ("0.33335", "0.1", "0.03334", True),
        ("0.33335", "0.1", "0.03333", False),
        ("99999999999999.99999", "1", "99999999999999.99999", True),
        ("99999.99999", "99999.99999", "9999999998", True),
        ("99999.99999", "99999.99999", "9999999998.00001", False),
    ],
)
def test_a_line_multiplies_at_five_digits(qty: str, price: str, total: str, right: bool) -> None:
    found = {rule for _, rule, _ in broken(good("CEB621", qty=qty, price=price, totalPrice=total))}
    assert ("M7" not in found) is right


@st.composite
def bent(draw: st.DrawFn, name: str) -> CebMessage:
    """A good message in which some fields of its parts say anything that their type can hold, or nothing."""
    message = good(name, times={"InventoryList": 2, "OrderList": 2})

    def bend(model: Model) -> Model:
        update: dict[str, Any] = {}
        for field in fields_of(type(model)):
            value = getattr(model, field.name)
            if isinstance(value, CebModel):
                update[field.name] = bend(value)
            elif isinstance(value, list):
                update[field.name] = [bend(item) for item in value]
            elif field.base in JUNK and not draw(st.integers(0, 4)):
                update[field.name] = draw(JUNK[field.base] if field.required else JUNK[field.base] | st.none())
        return model.model_copy(update=update)

    return bend(message)


@pytest.mark.parametrize("name", sorted(ALL))
def test_any_message_is_judged_without_a_crash_and_the_quick_look_misses_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(max_examples=15, deadline=None)
    @given(message=bent(name))
    def holds(message: CebMessage) -> None:
        with monkeypatch.context() as patched:
            found = business_problems(message)
            patched.setattr(layer, "_breaks_nothing", lambda *_: False)
            assert business_problems(message) == found

    holds()


@settings(max_examples=50, deadline=None)
@given(value=st.text(min_size=14, max_size=14) | st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_a_time_is_taken_exactly_when_it_exists(value: str) -> None:
    """Against the calendar of the standard library."""
    try:
        exists = bool(from_second(value)) and value.isascii() and value.isdigit()
    except ValueError:
        exists = False
    assert forms.is_second(value) is exists


def test_of_a_message_that_cannot_be_read_whole_the_rest_is_judged_at_its_place() -> None:
    message = good("CEB311", times={"Order": 3}, acturalPaid="1")
    root = etree.fromstring(build(message))
    first = root[0].find(".//{*}orderNo")
    assert first is not None
    first.text = "X" * 61
    rest = salvaged(root)
    assert rest is not None
    places = {path for _, rule, path in broken(rest) if rule == "M3"}
    assert places == {f"/CEB311Message/Order[{number}]/OrderHead/acturalPaid" for number in (2, 3)}
    assert "S-SIGNATURE" not in {rule for _, rule, _ in broken(rest)}


def test_of_what_is_no_message_nothing_can_be_saved() -> None:
    assert salvaged(etree.fromstring(b"<a/>")) is None
    assert salvaged(etree.fromstring(b"<CEB311Message/>")) is None


@pytest.mark.shared
@pytest.mark.parametrize(
    ("sample", "rule", "field", "value"),
    [
        ("export/CEB303", "F-CURRENCY", "currency", "aaa"),
        ("export/CEB603", "C-TRADE-MODE", "tradeMode", "0101"),
        ("import/CEB511", "M8", "packNo", "6000"),
        ("import/CEB621", "L-PACK", "packNo", "6000"),
        ("import/CEB621", "M7", "totalPrice", "20"),
        ("import/CEB711", "G-GUID", "guid", "5923DGGB-9940-415B-B666-C09BOO7F40B2"),
        ("import/CEB625", "G-GUID", "guid", "5923DGGB-9940-415B-B666-C09BOO7F40B2"),
        ("import/CEB513", "C-LOGISTICS-STATUS", "logisticsStatus", "R"),
    ],
)
def test_what_the_official_samples_break_is_named(
    shared_ceb: Path, sample: str, rule: str, field: str, value: str
) -> None:
    """Also in those that the schema refuses for another reason: their two BaseTransfer."""
    message = salvaged(etree.parse(str(shared_ceb / "samples" / f"{sample}Message.xml")).getroot())
    assert message is not None
    found = [named for named in business_problems(message) if named.rule == rule]
    assert {(named.path.rpartition("/")[2], named.value) for named in found} >= {(field, value)}


@pytest.mark.shared
def test_every_official_sample_is_judged_and_some_break_nothing(shared_ceb: Path) -> None:
    clean = set()
    samples = sorted((shared_ceb / "samples").glob("*/*.xml"))
    assert len(samples) == 39
    for sample in samples:
        message = salvaged(etree.parse(str(sample)).getroot())
        if message and not any(found.severity is Severity.ERROR for found in business_problems(message)):
            clean.add(sample.stem.removesuffix("Message"))
    assert clean >= {"CEB216", "CEB304", "CEB312", "CEB412", "CEB512", "CEB622", "CEB702", "CEB711"}


def test_every_rule_stands_in_the_page_that_teaches_the_standard() -> None:
    page = (Path(__file__).parents[3] / "docs" / "ceb-standard.md").read_text(encoding="utf-8")
    assert {rule for _, _, rule, _ in [*ERRORS, *ADVICE] if rule not in page} == set()
    assert {name for name in ALL if name not in page} == set()
