"""Receipts of a list may repeat, come late and out of order: where the list stands depends on which came, not when."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.declaration_list import DeclarationReturn
from events.ceb.receipt_status import LIST_STATUSES, StatusClass, list_status
from events.values import to_millisecond
from tests import builders
from workflows.customs_status import ListVersion, version_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
STATUSES = st.sampled_from([*LIST_STATUSES, "-621005", "-621018", "600", "99", "新"])


def receipt(status: str, second: int = 0, info: str = "测试", invt_no: str | None = None) -> DeclarationReturn:
    """One receipt, so many seconds after the first."""
    return DeclarationReturn(
        guid=builders.GUID.format(621),
        cop_no="1",
        pre_no=f"B{second:017d}",
        invt_no=invt_no,
        return_status=status,
        return_time=to_millisecond(NOW + timedelta(seconds=second)),
        return_info=info,
    )


RECEIPTS = st.lists(
    st.builds(
        receipt,
        STATUSES,
        st.integers(0, 3),
        st.sampled_from(["甲", "乙"]),
        st.none() | st.sampled_from([f"I{number:017d}" for number in range(3)]),
    ),
    max_size=8,
)


def version(*receipts: DeclarationReturn, number: int = 1, guid: str = builders.GUID.format(621)) -> ListVersion:
    """A list version that got these receipts, one after another."""
    made = ListVersion(number=number, guid=guid, sends={}, app_type="1")
    for each in receipts:
        made.add(each)
    return made


@given(receipts=RECEIPTS, data=st.data())
def test_order_and_repetition_of_receipts_decide_nothing(
    receipts: list[DeclarationReturn], data: st.DataObject
) -> None:
    """Rulebook 2.6: of each receipt it counts that it came."""
    repeated = receipts + data.draw(st.lists(st.sampled_from(receipts), max_size=5)) if receipts else []
    one, other = version(*receipts), version(*data.draw(st.permutations(repeated)))
    assert other.effective == one.effective
    assert other.status == one.status
    assert other.is_answered == one.is_answered
    assert (other.invt_no, other.pre_no) == (one.invt_no, one.pre_no)
    assert {found.model_dump_json() for found in other.unknown} == {found.model_dump_json() for found in one.unknown}
    assert len(other.receipts) == len(one.receipts)


@given(receipts=RECEIPTS)
def test_a_list_never_falls_back(receipts: list[DeclarationReturn]) -> None:
    """A receipt more may move a list on; nothing moves it back, and what was answered stays answered."""
    made, rank, answered = version(), 0, False
    for each in receipts:
        made.add(each)
        reached = made.status.rank if made.status else 0
        assert reached >= rank
        assert made.is_answered or not answered
        rank, answered = reached, made.is_answered


@given(receipts=RECEIPTS, final=st.sampled_from(["800", "899", "700"]))
def test_no_rejection_counts_after_a_release_or_a_return_shipment(
    receipts: list[DeclarationReturn], final: str
) -> None:
    made = version(receipt(final), *receipts)
    assert made.status
    assert made.status.status_class in {StatusClass.RELEASED, StatusClass.CLOSED, StatusClass.SHIPPED_BACK}


@given(receipts=RECEIPTS)
def test_of_equals_the_latest_counts(receipts: list[DeclarationReturn]) -> None:
    effective = version(*receipts).effective
    known = [each for each in receipts if list_status(each.return_status).status_class is not StatusClass.UNKNOWN]
    if effective is None:
        assert not known
        return
    rank = list_status(effective.return_status).rank
    assert rank == max(list_status(each.return_status).rank for each in known)
    same = [each.return_time for each in known if list_status(each.return_status).rank == rank]
    assert effective.return_time == max(same)


def test_an_unknown_status_is_kept_and_has_no_effect() -> None:
    made = version(receipt("120"), receipt("600", 9))
    assert [found.return_status for found in made.unknown] == ["600"]
    assert made.status
    assert made.status.code == "120"
    assert version(receipt("600")).status is None
    assert not version(receipt("600")).is_answered


@pytest.mark.parametrize(
    ("status", "answered"),
    [("1", False), ("2", False), ("3", False), ("4", False), ("120", True), ("100", True), ("-621005", True)],
)
def test_customs_has_answered_once_the_list_is_in_its_system(status: str, answered: bool) -> None:
    assert version(receipt(status)).is_answered is answered
    assert not version().is_answered


def test_a_repetition_is_told_from_a_new_receipt() -> None:
    made = version(receipt("120"))
    assert not made.add(receipt("120"))
    assert made.add(receipt("120", 1))
    assert len(made.receipts) == 2


def test_the_number_is_that_of_the_latest_receipt_that_has_one() -> None:
    first, second = f"I{1:017d}", f"I{2:017d}"
    made = version(receipt("800", 5), receipt("500", 3, invt_no=second), receipt("120", 1, invt_no=first))
    assert made.invt_no == second
    assert made.pre_no == f"B{5:017d}"
    assert version(receipt("2")).invt_no is None
    assert version().pre_no is None


def test_a_receipt_answers_the_version_whose_serial_number_it_repeats_else_the_latest() -> None:
    first, second = version(guid="A" * 36), version(number=2, guid="B" * 36)
    answer = receipt("800")
    assert version_of(answer, []) is None
    assert version_of(answer, [first, second]) is second
    assert version_of(answer.model_copy(update={"guid": "A" * 36}), [first, second]) is first
    again = version(number=3, guid="A" * 36)
    assert version_of(answer.model_copy(update={"guid": "A" * 36}), [first, second, again]) is again
