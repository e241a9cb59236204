"""What customs says of a return (CEB626): the furthest receipt counts, in whatever order they come."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.refund import RefundReturn
from functions.declaration.handler import explain_return
from functions.declaration.models import ExplainedReturn, ExplainReturnRequest, ReturnStanding
from tests import builders

WAY = ["1", "2", "4", "3", "120", "300", "100", "399", "800"]


def receipt(status: str, second: int = 0, info: str = "测试") -> RefundReturn:
    """A receipt of so many seconds after the first."""
    return RefundReturn(
        guid=builders.GUID.format(626),
        cop_no="SR1",
        pre_no="B20260105000000626",
        return_status=status,
        return_time=f"202601201030{second:02}000",
        return_info=info,
    )


def explained(*receipts: RefundReturn) -> ExplainedReturn:
    """What they mean together."""
    return explain_return(ExplainReturnRequest(receipts=list(receipts)))


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("1", ReturnStanding.UNDER_WAY),
        ("2", ReturnStanding.UNDER_WAY),
        ("3", ReturnStanding.UNDER_WAY),
        ("4", ReturnStanding.AGAIN),
        ("120", ReturnStanding.UNDER_WAY),
        ("300", ReturnStanding.UNDER_WAY),
        ("100", ReturnStanding.REFUSED),
        ("399", ReturnStanding.ACCEPTED),
        ("800", ReturnStanding.ACCEPTED),
        ("777", ReturnStanding.UNDER_WAY),
        ("-625014", ReturnStanding.REFUSED),
        ("-625209", ReturnStanding.REFUSED),
        ("-625033", ReturnStanding.UNDER_WAY),
    ],
)
def test_every_class_of_status(status: str, standing: ReturnStanding) -> None:
    """−625033, declared already, is no refusal: the application is there."""
    found = explained(receipt(status))
    assert found.standing is standing
    assert status in found.text.zh
    assert (found.finding is not None) == (standing is ReturnStanding.REFUSED)


def test_a_refusal_names_its_code() -> None:
    found = explained(receipt("120"), receipt("-625209", 1, "未找到商品"))
    assert found.finding
    assert (found.finding.rule, found.finding.code, found.finding.left.value) == ("CUSTOMS", "-625209", "未找到商品")


@pytest.mark.parametrize("pair", list(permutations(["2", "120", "100", "399"], 2)))
def test_the_furthest_counts_whichever_comes_first(pair: tuple[str, str]) -> None:
    further = max(pair, key=WAY.index)
    assert explained(*map(receipt, pair)).standing is explained(receipt(further)).standing


@given(
    st.lists(st.tuples(st.sampled_from([*WAY, "777", "-625033"]), st.integers(0, 3)), min_size=1, max_size=6), st.data()
)
def test_order_and_repetition_decide_nothing(said: list[tuple[str, int]], data: st.DataObject) -> None:
    receipts = [receipt(status, second) for status, second in said]
    again = data.draw(st.permutations([*receipts, *data.draw(st.lists(st.sampled_from(receipts), max_size=3))]))
    assert explained(*again) == explained(*receipts)
