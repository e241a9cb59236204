"""Rule M7 (rulebook 3.1): the lines of goods in order and list, and each line's sum."""

from decimal import Decimal

import pytest

from events.ceb.business.sums import line_total
from events.findings import Fix
from functions.matching.handler import match
from functions.matching.models import MatchRequest
from tests import builders
from tests.functions.matching.cases import FIELDS, TODAY, findings, fixed, line, one, request

ORDER, LISTED = builders.order(), builders.declaration_list()


def test_m7_the_lists_lines_are_counted() -> None:
    found = findings(request(declaration_list=builders.declaration_list(items=builders.list_items()[:1])))
    assert [(finding.rule, finding.code) for finding in found] == [("M7", "1320"), ("M7", "1322")]
    assert [finding.right and finding.right.value for finding in found] == ["1", None]
    assert (found[0].left.value, found[1].left.field, found[1].left.value) == ("2", "items[2].gnum", "2")
    assert all(finding.fix and finding.fix.value is None for finding in found)


def test_m7_lines_answer_to_each_other_by_number() -> None:
    finding = one(request(declaration_list=line(LISTED, 2, gnum=9)))
    assert (finding.rule, finding.code) == ("M7", "1322")
    assert finding.fix == Fix(document="list", field="items[9].gnum", value="2")
    shuffled = LISTED.model_copy(update={"items": LISTED.items[::-1]})
    assert match(request(declaration_list=shuffled)).matched


@pytest.mark.parametrize(
    ("name", "bent", "field"),
    [
        ("item_no", "SKU-009", "itemNo"),
        ("item_name", "别的商品", "itemName"),
        ("bar_code", "6900000000001", "barCode"),
        ("country", "116", "country"),
        ("unit", "007", "unit"),
    ],
)
def test_m7_the_same_goods_line_by_line(name: str, bent: str, field: str) -> None:
    finding = one(request(declaration_list=line(LISTED, 2, **{name: bent})))
    ordered = getattr(ORDER.items[1], name)
    assert (finding.rule, finding.code) == ("M7", "1322")
    assert (finding.left.field, finding.left.value) == (f"items[2].{field}", ordered)
    assert finding.right
    assert finding.right.value == bent
    assert finding.fix == Fix(document="list", field=f"items[2].{field}", value=ordered)


@pytest.mark.parametrize("name", ["item_no", "item_name", "bar_code"])
def test_m7_what_the_list_may_leave_out_is_not_compared(name: str) -> None:
    assert match(request(declaration_list=line(LISTED, 1, **{name: None}))).matched


@pytest.mark.parametrize("document", ["order", "list"])
@pytest.mark.parametrize(("name", "field"), [("qty", "qty"), ("price", "price"), ("total_price", "totalPrice")])
def test_m7_a_wrong_amount_is_mended_where_the_line_does_not_multiply(document: str, name: str, field: str) -> None:
    original = ORDER if document == "order" else LISTED
    right = getattr(ORDER.items[0], name)
    given = request(**{FIELDS[document]: line(original, 1, **{name: right + Decimal("0.5")})})
    found = findings(given)
    assert [(finding.rule, finding.code) for finding in found] == [("M7", None), ("M7", "1322")]
    fix = Fix(document=document, field=f"items[1].{field}", value=str(right))
    assert [finding.fix for finding in found] == [fix, fix]
    assert match(fixed(given, fix)).matched


def test_m7_a_line_that_multiplies_but_differs_follows_the_order() -> None:
    given = request(declaration_list=line(LISTED, 1, qty="4", total_price="520.00"))
    found = findings(given)
    assert [finding.fix and finding.fix.field for finding in found] == ["items[1].qty", "items[1].totalPrice"]
    for finding in found:
        assert finding.fix
        given = fixed(given, finding.fix)
    assert match(given).matched


def test_m7_an_order_alone_has_its_totals_checked() -> None:
    finding = findings(MatchRequest(on=TODAY, order=line(ORDER, 2, total_price="239.99")))[0]
    assert (finding.rule, finding.left.field, finding.left.value) == ("M7", "items[2].totalPrice", "239.99")
    assert finding.right
    assert (finding.right.field, finding.right.value) == ("items[2].price*qty", "240")
    assert finding.fix == Fix(document="order", field="items[2].totalPrice", value="240")


@pytest.mark.parametrize(
    ("price", "qty", "total"),
    [
        ("0.33333", "0.5", "0.16667"),
        ("0.33331", "0.5", "0.16666"),
        ("0.00001", "0.5", "0.00001"),
        ("0", "3", "0"),
        ("99999999999999.99999", "99999999999999.99999", "9999999999999999998000000000"),
    ],
)
def test_m7_totals_are_exact_to_five_digits_half_up(price: str, qty: str, total: str) -> None:
    assert line_total(Decimal(price), Decimal(qty)) == Decimal(total)


@pytest.mark.parametrize(("document", "code"), [("order", "-301002"), ("list", "-621027")])
def test_m7_a_line_number_stands_once(document: str, code: str) -> None:
    bent = line(ORDER if document == "order" else LISTED, 2, gnum=1)
    found = findings(request(**{FIELDS[document]: bent}))
    assert found[0].code == code
    assert (found[0].left.document, found[0].left.field) == (document, "items[1].gnum")


def test_m7_nothing_is_proposed_for_a_line_whose_number_stands_twice() -> None:
    order = line(line(ORDER, 1, currency="502", qty="9"), 2, gnum=1)
    found = findings(MatchRequest(on=TODAY, order=order))
    assert [(finding.rule, finding.fix and finding.fix.value) for finding in found] == [
        ("M7", None),
        ("O-CURRENCY", None),
    ]
    renumbered = line(line(LISTED, 1, gnum=3), 2, gnum=3)
    found = findings(request(order=line(ORDER, 2, gnum=1), declaration_list=renumbered))
    assert not any(finding.fix and finding.fix.value for finding in found)
