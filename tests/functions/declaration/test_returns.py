"""The return application (CEB625): what it says of the list, and what cannot be returned (公告2020-45)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.ceb.declaration_list import ListHead
from events.ceb.refund import Refund, RefundHead
from events.return_life import ReturnLine
from events.values import OrderKey
from functions.declaration.handler import compose_return
from functions.declaration.models import ComposedReturn, ComposeReturnRequest
from functions.declaration.returns import return_no
from functions.declaration.rules import cop_no
from tests import builders
from tests.functions.intake.samples import INVT_NO, NOW

KEY = OrderKey(ebp_code=builders.PLATFORM["ebp_code"], order_no=builders.ORDER_NO)


def composed(*lines: tuple[int, str], number: int = 1, mode: str = "9610", reason: str = "不喜欢") -> ComposedReturn:
    return compose_return(
        ComposeReturnRequest(
            key=KEY,
            number=number,
            on=NOW,
            declaration_list=builders.declaration_list(mode),
            invt_no=INVT_NO,
            lines=[ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in lines],
            reason=reason,
        )
    )


def refund(number: int = 1) -> Refund:
    """The application to return one piece of the first line."""
    made = composed((1, "1"), number=number).refund
    assert made
    return made


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_an_application_says_of_the_list_what_the_list_says(mode: str) -> None:
    made = composed((2, "3"), (1, "0.5"), mode=mode).refund
    assert made
    declared = builders.declaration_list(mode)
    same = set(RefundHead.model_fields) & set(ListHead.model_fields) - {
        *("guid", "app_type", "app_time", "app_status", "cop_no", "invt_no", "pre_no", "note")
    }
    assert {"order_no", "ebp_code", "logistics_no", "buyer_id_number", "agent_code", "customs_code"} <= same
    assert {name: getattr(made.head, name) for name in same} == {name: getattr(declared.head, name) for name in same}
    lines = [(item.gnum, item.gcode, item.gname, item.qty, item.unit) for item in made.items]
    first, second = declared.items
    assert lines == [
        (1, first.gcode, first.gname, Decimal("0.5"), first.unit),
        (2, second.gcode, second.gname, Decimal(3), second.unit),
    ]


def test_it_is_new_declared_and_leaves_its_pre_no_to_the_electronic_port() -> None:
    """−625008: the preNo of a return is given by the electronic port."""
    head = refund().head
    assert (head.app_type, head.app_status, head.app_time) == ("1", "2", "20260105103001")
    assert (head.invt_no, head.pre_no, head.reason) == (INVT_NO, None, "不喜欢")
    long = composed((1, "1"), reason="长" * 2000).refund
    assert long
    assert len(long.head.reason) == 1000


def test_composed_again_it_is_the_same() -> None:
    assert refund() == refund()
    assert refund(1).head.guid != refund(2).head.guid


@given(one=st.tuples(st.text(min_size=1), st.integers(1, 99)), other=st.tuples(st.text(min_size=1), st.integers(1, 99)))
def test_every_return_has_a_number_of_its_own(one: tuple[str, int], other: tuple[str, int]) -> None:
    keys = [OrderKey(ebp_code="E", order_no=order_no) for order_no, _ in (one, other)]
    numbers = [return_no(key, number) for key, (_, number) in zip(keys, (one, other), strict=True)]
    assert (numbers[0] == numbers[1]) == (one == other)
    assert {len(number) for number in numbers} == {20}
    assert not set(numbers) & {cop_no(key) for key in keys}


@pytest.mark.parametrize(
    ("lines", "code", "field", "words"),
    [
        ([], "-625006", "lines", "at least one"),
        ([(3, "1")], "-625209", "lines[3]", "no line 3"),
        ([(1, "1"), (1, "1")], "-625004", "lines[1]", "twice"),
        ([(1, "2.00001")], "-625004", "lines[1]", "at most the declared 2"),
        ([(1, "0")], "-625004", "lines[1]", "above 0"),
        ([(1, "1"), (2, "-1")], "-625004", "lines[2]", "above 0"),
    ],
)
def test_a_choice_that_the_list_does_not_hold_is_told(
    lines: list[tuple[int, str]], code: str, field: str, words: str
) -> None:
    made = composed(*lines)
    assert made.refund is None
    assert made.finding
    assert (made.finding.rule, made.finding.code, made.finding.left.field) == ("C2", code, field)
    assert words in made.finding.message.en
    assert made.finding.message.zh
