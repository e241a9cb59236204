"""What is left after returns (公告2020-45): exact to the cent, in any split, never more for more returned."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.problems import InvalidInputError
from functions.tax.handler import remainder
from functions.tax.models import Assessment, Remainder, RemainderRequest, ReturnedLine
from tests import builders
from tests.functions.tax.cases import COSMETICS, RICE, WINE, a_list, assessed, line

KINDS = ("dutiable_value", "duty", "consumption_tax", "vat", "total")
ASSESSED = assessed(builders.declaration_list())


def left(assessment: Assessment, *returned: tuple[int, str, str]) -> Remainder:
    lines = [ReturnedLine(gnum=gnum, declared=Decimal(d), returned=Decimal(r)) for gnum, d, r in returned]
    return remainder(RemainderRequest(assessment=assessment, returned=lines))


def test_nothing_returned_leaves_everything() -> None:
    found = left(ASSESSED)
    assert [getattr(found, kind) for kind in KINDS] == [getattr(ASSESSED, kind) for kind in KINDS]
    assert left(ASSESSED, (1, "2", "0"), (2, "3", "0")) == found


def test_one_of_two_tins_returned_takes_half_of_its_line() -> None:
    found = left(ASSESSED, (1, "2", "1"))
    first, second = ASSESSED.items
    assert first.vat == Decimal("24.37")
    assert str(found.vat) == str(second.vat + Decimal("12.19"))  # 12.185, half up


def test_everything_returned_leaves_nothing_to_the_cent() -> None:
    found = left(ASSESSED, (1, "2", "2"), (2, "3", "3"))
    assert {str(getattr(found, kind)) for kind in KINDS} == {"0.00"}


def test_yearly_quantities_come_back_too() -> None:
    rice = assessed(a_list(line(1, "90", gcode=RICE, qty="3", qty1="15")))
    assert [entry.quantity for entry in left(rice, (1, "3", "1")).yearly] == [10]
    assert [entry.quantity for entry in left(rice, (1, "3", "3")).yearly] == [0]


PIECES = st.integers(min_value=1, max_value=12)


@given(data=st.data(), pieces=st.lists(PIECES, min_size=1, max_size=5), freight=st.integers(0, 5000))
def test_any_split_ends_with_exactly_nothing_and_never_goes_up(
    data: st.DataObject, pieces: list[int], freight: int
) -> None:
    prices = data.draw(st.lists(st.integers(0, 50000), min_size=len(pieces), max_size=len(pieces)))
    lines = [
        line(place, str(Decimal(price) / 100), qty=str(qty), gcode=code)
        for place, (qty, price, code) in enumerate(
            zip(pieces, prices, [WINE, COSMETICS, RICE, WINE, COSMETICS], strict=False), 1
        )
    ]
    assessment = assessed(a_list(*lines, freight=str(Decimal(freight) / 100)))
    every_piece = data.draw(st.permutations([place for place, qty in enumerate(pieces, 1) for _ in range(qty)]))
    came_back = dict.fromkeys(range(1, len(pieces) + 1), 0)
    before = left(assessment)
    for gnum in every_piece:
        came_back[gnum] += 1
        after = left(assessment, *((n, str(pieces[n - 1]), str(back)) for n, back in came_back.items()))
        for kind in KINDS:
            assert 0 <= getattr(after, kind) <= getattr(before, kind)
        assert after.total == after.duty + after.consumption_tax + after.vat == round(after.total, 2)
        before = after
    assert [getattr(before, kind) for kind in KINDS] == [0] * len(KINDS)
    assert all(entry.quantity == 0 for entry in before.yearly)


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        ([(9, "1", "1")], r"/returned\[1\]/gnum: is no line of the assessment; they are 1, 2"),
        ([(1, "2", "2.5")], r"/returned\[1\]/returned: must be from 0 to the 2 that were declared"),
        ([(1, "2", "-1")], r"/returned\[1\]/returned"),
        ([(1, "0", "0")], r"/returned\[1\]/declared: must be above 0"),
        ([(1, "2", "1"), (1, "2", "1")], r"/returned\[2\]/gnum: stands more than once"),
    ],
)
def test_a_return_that_cannot_be_is_refused_by_line(returned: list[tuple[int, str, str]], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        left(ASSESSED, *returned)
