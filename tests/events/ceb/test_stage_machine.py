"""Where a document stands at customs: never backwards, whatever comes twice, late or out of order (rulebook 2.6)."""

import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from events.ceb.receipt_families import FAMILIES
from events.ceb.receipt_status import LIST_STATUSES, StatusClass
from events.ceb.stage_machine import furthest, step
from events.problems import InvalidInputError
from events.values import Value

LIST = "CEB622"
LADDERS = ("CEB312", "CEB304", "CEB622", "CEB604", "CEB624", "CEB606", "CEB626", "CEB214", "CEB900")
SCHEMA = {"xs": "http://www.w3.org/2001/XMLSchema"}
ELEMENTS = {
    "import_business_node.xsd": {
        "OrderReturn": "CEB312",
        "PaymentReturn": "CEB412",
        "LogisticsReturn": "CEB512",
        "LogisticsStatusReturn": "CEB514",
        "InventoryReturn": "CEB622",
        "InvtCancelReturn": "CEB624",
        "InvtRefundReturn": "CEB626",
        "DeliveryReturn": "CEB712",
    },
    "export_business_node.xsd": {
        "OrderReturn": "CEB304",
        "ReceiptsReturn": "CEB404",
        "LogisticsReturn": "CEB506",
        "ArrivalReturn": "CEB508",
        "DepartureReturn": "CEB510",
        "InventoryReturn": "CEB604",
        "InvtCancelReturn": "CEB606",
        "WayBillReturn": "CEB608",
        "RefundReturn": "CEB214",
        "InvtRefundDetailReturn": "CEB216",
        "SummaryReturn": "CEB702",
    },
}


class Receipt(Value):
    """What any receipt says."""

    return_status: str
    return_time: str = "20260105120000000"
    return_info: str = ""


def receipts(message: str) -> st.SearchStrategy[list[Receipt]]:
    """Receipts of one document, at a few moments so that some come at the same."""
    other = ["77", "600", "-621004", "-621017", "-621018", "-621027", "-625022", "-1"]
    return st.lists(
        st.builds(
            Receipt,
            return_status=st.sampled_from([*FAMILIES[message].statuses, *other]),
            return_time=st.integers(0, 5).map(lambda second: f"2026010512000{second}000"),
            return_info=st.sampled_from(["", "请确认表体gnum 无重复！", "[Code:1332;Desc:甲]"]),
        ),
        max_size=8,
    )


def statuses(message: str, *codes: str) -> str | None:
    """The status that counts when these come one after the other."""
    found = _furthest(
        message,
        [Receipt(return_status=code, return_time=f"202601051200{at:02}000") for at, code in enumerate(codes)],
    )
    return found.return_status if found else None


def _furthest(message: str, came: list[Receipt]) -> Receipt | None:
    return furthest(came, partial(step, message))


def rank(message: str, found: Receipt | None) -> int:
    stood = step(message, found) if found else None
    return stood.rank if stood else 0


@pytest.mark.parametrize("message", LADDERS)
@settings(max_examples=40)
@given(data=st.data())
def test_neither_order_of_arrival_nor_repeats_matter(message: str, data: st.DataObject) -> None:
    came = data.draw(receipts(message))
    expected = _furthest(message, came)
    assert _furthest(message, data.draw(st.permutations(came))) == expected
    assert _furthest(message, data.draw(st.permutations([*came, *came]))) == expected


@pytest.mark.parametrize("message", LADDERS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_receipt_moves_a_document_back(message: str, data: st.DataObject) -> None:
    came, more = data.draw(receipts(message)), data.draw(receipts(message))
    before, after = _furthest(message, came), _furthest(message, [*came, *more])
    assert rank(message, after) >= rank(message, before)
    if before and after and rank(message, after) == rank(message, before):
        assert after.return_time >= before.return_time


@pytest.mark.parametrize("message", LADDERS)
@settings(max_examples=40)
@given(data=st.data())
def test_one_at_a_time_leads_where_all_at_once_do(message: str, data: st.DataObject) -> None:
    """So the furthest receipt is all that has to be kept."""
    came = data.draw(receipts(message))
    kept: list[Receipt] = []
    for receipt in came:
        found = _furthest(message, [*kept, receipt])
        kept = [found] if found else []
    assert (kept[0] if kept else None) == _furthest(message, came)


@pytest.mark.parametrize(
    ("message", "came", "counts"),
    [
        (LIST, ("2", "3", "120", "800"), "800"),
        (LIST, ("800", "120", "3", "2"), "800"),
        (LIST, ("800", "100"), "800"),
        (LIST, ("899", "800"), "899"),
        (LIST, ("120", "100"), "100"),
        (LIST, ("4", "3"), "3"),
        (LIST, ("500", "599", "501"), "501"),
        (LIST, ("800", "700"), "700"),
        (LIST, ("77", "600"), None),
        (LIST, ("2", "600"), "2"),
        ("CEB312", ("2", "120", "100"), "100"),
        ("CEB312", ("2", "100", "120"), "120"),
        ("CEB312", ("120", "800"), "120"),
        ("CEB624", ("399", "100", "120"), "399"),
        ("CEB712", ("100", "399"), "399"),
        ("CEB604", ("120", "899", "800"), "899"),
        ("CEB604", ("120", "700"), "120"),
        ("CEB214", ("500", "505", "600"), "600"),
        ("CEB214", ("800", "505"), "800"),
        ("CEB626", ("399", "800", "300"), "800"),
    ],
)
def test_which_receipt_counts(message: str, came: tuple[str, ...], counts: str | None) -> None:
    assert statuses(message, *came) == counts


@pytest.mark.parametrize(
    ("came", "counts"),
    [
        (("120", "-621004"), "120"),
        (("-621004",), None),
        (("120", "-621017"), "120"),
        (("2", "-621017"), "-621017"),
        (("3", "-621017"), "3"),
        (("120", "-621018"), "-621018"),
        (("120", "-999999"), "-999999"),
        (("800", "-621018"), "800"),
    ],
)
def test_an_exception_counts_for_what_it_means(came: tuple[str, ...], counts: str | None) -> None:
    """Already there: no step. To be sent again: a failure to send. Everything else, and the unknown: a rejection."""
    assert statuses(LIST, *came) == counts


@pytest.mark.parametrize(
    ("code", "status_class"),
    [("-621017", StatusClass.SEND_FAILED), ("-621018", StatusClass.REJECTED), ("-1", StatusClass.REJECTED)],
)
def test_an_exception_keeps_its_code_and_tells_what_it_means(code: str, status_class: StatusClass) -> None:
    found = step(LIST, Receipt(return_status=code))
    assert found
    assert (found.code, found.status_class) == (code, status_class)
    assert code in found.meaning.en or found.meaning.en[0].isupper()


def test_a_format_error_is_a_rejection() -> None:
    """CEB900 has no status but exceptions (rulebook 2.4)."""
    found = step("CEB900", Receipt(return_status="-1"))
    assert found
    assert (found.status_class, found.rank) == (StatusClass.REJECTED, 1)
    assert step("CEB900", Receipt(return_status="2")) is None


def test_the_end_of_an_application_is_no_review() -> None:
    """399 ends a cancellation; on a list it is one step on the way."""
    cancelled, reviewed = step("CEB624", Receipt(return_status="399")), step(LIST, Receipt(return_status="399"))
    assert cancelled
    assert reviewed
    assert (cancelled.status_class, reviewed.status_class) == (StatusClass.CLOSED, StatusClass.REVIEW)


@pytest.mark.parametrize(
    ("messages", "listed"),
    [
        (("CEB312", "CEB412", "CEB512", "CEB514"), "2 3 4 100 120"),
        ((LIST,), "1 2 3 4 100 120 300 399 500 501 502 503 599 700 800 899"),
        (("CEB604",), "1 2 3 4 100 120 300 399 500 800 899"),
        (("CEB624", "CEB626", "CEB712"), "1 2 3 4 100 120 399"),
        (("CEB606",), "1 2 3 4 100 399"),
        (("CEB214",), "1 2 3 4 100 120 300 500 505 600 800"),
    ],
)
def test_the_ladders_hold_the_statuses_of_the_prose(messages: tuple[str, ...], listed: str) -> None:
    """Rulebook 2.6; what stands besides is in the schema's comments, or marked as observed."""
    for message in messages:
        family = FAMILIES[message]
        assert set(listed.split()) <= family.statuses.keys()
        assert family.statuses.keys() - set(listed.split()) <= {"1", "399"} | family.observed


@pytest.mark.shared
def test_the_ladders_hold_the_statuses_of_the_schema(shared_ceb: Path) -> None:
    for file, elements in ELEMENTS.items():
        schema = etree.parse(str(shared_ceb / "xsd" / file))
        for element, message in elements.items():
            path = f"//xs:element[@name='{element}']//xs:element[@name='returnStatus']//xs:documentation/text()"
            found = schema.xpath(path, namespaces=SCHEMA)
            assert isinstance(found, list)
            comment = "".join(map(str, found)).partition("小于0")[0]
            assert set(re.findall(r"[0-9]+", comment)) <= FAMILIES[message].statuses.keys(), message


def test_the_ladder_of_the_list_is_the_one_the_workflow_climbs() -> None:
    assert FAMILIES[LIST].statuses is LIST_STATUSES
    ranks = [status.rank for status in LIST_STATUSES.values()]
    assert ranks == sorted(ranks)


def test_every_ladder_is_among_those_tried_here() -> None:
    assert all(family.statuses in [FAMILIES[message].statuses for message in LADDERS] for family in FAMILIES.values())


def test_what_is_no_receipt_has_no_machine() -> None:
    with pytest.raises(InvalidInputError, match="give its receipt CEB622"):
        _furthest("CEB621", [Receipt(return_status="2")])
