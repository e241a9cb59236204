"""Returns as rules: the terms (公告2020-45), the verdict on goods, what is left and what the buyer gets."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.problems import InvalidInputError
from events.return_life import ReturnLine
from events.returns import Condition, Inspection
from functions.policy.pack import PolicyAtDate, Row, default_pack
from functions.returns.handler import judge, reckon, terms
from functions.returns.models import (
    GoodsVerdict,
    Judged,
    JudgeRequest,
    Reckoned,
    ReckonRequest,
    ReturnTermsRequest,
)
from functions.returns.rules import reckon as reckon_under
from tests import builders
from tests.functions.intake.samples import goods_returned
from tests.functions.tax.cases import TODAY, assessed

RELEASED = datetime(2026, 1, 5, 9, 30, 15, tzinfo=UTC)
BACK_BY = RELEASED + timedelta(days=45)
ORIGINAL = {"customs_code": "2301"}


def lines(*given: tuple[int, str]) -> list[ReturnLine]:
    """Lines of a return."""
    return [ReturnLine(gnum=gnum, qty=Decimal(qty)) for gnum, qty in given]


def goods(*given: tuple[int, str] | tuple[int, str, str]) -> list[dict[str, str | int]]:
    """Lines of a report, intact unless told otherwise."""
    return [{"gnum": one[0], "qty": one[1], "condition": one[2] if len(one) > 2 else "intact"} for one in given]


def judged(*there: tuple[int, str] | tuple[int, str, str], mode: str = "9610", **report: Any) -> Judged:
    """The verdict on goods of a return of 2 of line 1 and 1 of line 2."""
    content = {"site": ORIGINAL, "received_at": BACK_BY, "lines": goods(*(there or ((1, "2"), (2, "1"))))}
    return judge(
        JudgeRequest(
            declaration_list=builders.declaration_list(mode),
            lines=lines((1, "2"), (2, "1")),
            back_by=BACK_BY,
            report=goods_returned(**(content | report)),
        )
    )


def test_the_goods_have_45_days_from_the_moment_of_the_release() -> None:
    """公告2020-45; the row that decides a return after the payment is named with it."""
    found = terms(ReturnTermsRequest(on=date(2026, 1, 20), released_at=RELEASED))
    assert found.back_by == BACK_BY
    assert found.after_payment == "person"
    assert found.policy == ["return.goods_back_days-2020", "return.after_payment-2020"]


def test_goods_as_applied() -> None:
    """The order of the lines says nothing, nor does the way a number is written."""
    found = judged((2, "1.0"), (1, "2"))
    assert (found.verdict, found.lines, found.findings) == (GoodsVerdict.AS_APPLIED, lines((1, "2"), (2, "1")), [])


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (timedelta(days=45), GoodsVerdict.AS_APPLIED),
        (timedelta(days=45, microseconds=1), GoodsVerdict.TOO_LATE),
        (timedelta(days=46), GoodsVerdict.TOO_LATE),
    ],
)
def test_the_last_moment(after: timedelta, verdict: GoodsVerdict) -> None:
    """公告2020-45: within 45 days of the release."""
    found = judged(received_at=RELEASED + after)
    assert found.verdict is verdict
    if verdict is GoodsVerdict.TOO_LATE:
        (finding,) = found.findings
        assert (finding.basis, finding.left.field, found.lines) == ("海关总署公告2020-45", "receivedAt", [])
        assert "2026-02-19 17:30" in finding.message.en


@pytest.mark.parametrize(
    ("mode", "site", "verdict"),
    [
        ("9610", {"customs_code": "2301"}, GoodsVerdict.AS_APPLIED),
        ("9610", {"customs_code": "2301", "area_code": "3207AREA02"}, GoodsVerdict.AS_APPLIED),
        ("9610", {"customs_code": "9999"}, GoodsVerdict.OTHER_SITE),
        ("1210", {"customs_code": "2301", "area_code": "3207AREA01"}, GoodsVerdict.AS_APPLIED),
        ("1210", {"customs_code": "2301", "area_code": "3207AREA02"}, GoodsVerdict.OTHER_SITE),
        ("1210", {"customs_code": "2301"}, GoodsVerdict.OTHER_SITE),
    ],
)
def test_the_original_site(mode: str, site: dict[str, str], verdict: GoodsVerdict) -> None:
    """In all that the list says of it."""
    assert judged(mode=mode, site=site).verdict is verdict


def test_of_goods_elsewhere_only_those_that_are_there_count() -> None:
    """Who lets the return go on takes them, and no more."""
    found = judged((1, "1"), site={"customs_code": "9999"})
    assert (found.verdict, found.lines) == (GoodsVerdict.OTHER_SITE, lines((1, "1")))
    assert [finding.left.field for finding in found.findings] == ["site", "lines[1].qty", "lines[2].qty"]
    assert "9999" in found.findings[0].message.en


@pytest.mark.parametrize("condition", [Condition.DAMAGED, Condition.OTHER])
def test_goods_that_are_not_as_they_were(condition: Condition) -> None:
    """One piece is enough; elsewhere they are damaged as well."""
    here = judged((1, "2"), (2, "1", condition.value))
    there = judged((1, "2"), (2, "1", condition.value), site={"customs_code": "9999"})
    assert {here.verdict, there.verdict} == {GoodsVerdict.NOT_AS_THEY_WERE}
    assert here.lines == []
    assert condition.value in here.findings[0].message.en


def test_goods_that_do_not_pass_the_inspection() -> None:
    found = judged(inspection=Inspection.UNQUALIFIED)
    assert found.verdict is GoodsVerdict.NOT_AS_THEY_WERE


@pytest.mark.parametrize(
    ("there", "left", "fields"),
    [
        (((1, "1"), (2, "1")), [(1, "1"), (2, "1")], ["lines[1].qty"]),
        (((1, "3"), (2, "1")), [(1, "2"), (2, "1")], ["lines[1].qty"]),
        (((2, "1"),), [(2, "1")], ["lines[1].qty"]),
        (((1, "2"), (2, "1"), (3, "1")), [(1, "2"), (2, "1")], ["lines[3].qty"]),
        (((3, "1"),), [], ["lines[1].qty", "lines[2].qty", "lines[3].qty"]),
    ],
)
def test_another_quantity(there: tuple[tuple[int, str], ...], left: list[tuple[int, str]], fields: list[str]) -> None:
    """What is there counts, at most what was applied for; every difference is told."""
    found = judged(*there)
    assert (found.verdict, found.lines) == (GoodsVerdict.OTHER_QUANTITY, lines(*left))
    assert [finding.left.field for finding in found.findings] == fields


def reckoned(
    now: list[ReturnLine],
    *before: ReturnLine,
    order: Order | None = None,
    declared: DeclarationList | None = None,
) -> Reckoned:
    """What is left, and what the buyer gets."""
    declared = declared or builders.declaration_list()
    return reckon(
        ReckonRequest(
            on=TODAY,
            assessment=assessed(declared),
            order=order or builders.order(),
            declaration_list=declared,
            lines=now,
            before=list(before),
        )
    )


def test_everything_back() -> None:
    """Nothing is left of the tax; the buyer gets what was paid but for the freight."""
    found = reckoned(lines((1, "2"), (2, "3")))
    assert found.remainder.total == found.remainder.dutiable_value == 0
    assert (found.refund, found.refund_without_tax) == (Decimal("546.87"), Decimal("500.00"))
    assert found.policy == ["return.refunds_freight-2020"]


def test_a_part_back() -> None:
    """One of two tins of 130.00: their price, and the tax that is no longer owed."""
    found = reckoned(lines((1, "1")))
    assert found.refund_without_tax == Decimal("130.00")
    assert found.refund == Decimal("130.00") + Decimal("46.87") - found.remainder.total


def test_a_discount_is_shared_by_value() -> None:
    """Of 100 CNY off 500: 130.00 less 26.00."""
    order = builders.order(discount="100.00", actual_paid="461.89")
    assert reckoned(lines((1, "1")), order=order).refund_without_tax == Decimal("104.00")
    assert reckoned(lines((1, "2"), (2, "3")), order=order).refund_without_tax == Decimal("400.00")


def test_a_discount_of_more_than_the_goods_leaves_nothing_to_refund_of_them() -> None:
    order = builders.order(discount="510.00", actual_paid="51.89")
    assert reckoned(lines((1, "2"), (2, "3")), order=order).refund_without_tax == 0


@pytest.mark.parametrize(("share", "whole"), [("0", "500.00"), ("0.5", "507.51"), ("1", "515.02")])
def test_freight_goes_back_by_its_policy_row_when_all_is_back(share: str, whole: str) -> None:
    """A setting: no rule was found; of a part nothing of it."""
    row = Row(
        id="return.refunds_freight-what-if",
        topic="return.refunds_freight",
        value=share,
        effective_from=date(2020, 1, 1),
        basis="setting: a what-if",
    )
    policy = WithRow(row)
    declared = builders.declaration_list()
    request = ReckonRequest(
        on=TODAY,
        assessment=assessed(declared),
        order=builders.order(),
        declaration_list=declared,
        lines=lines((2, "3")),
        before=lines((1, "1")),
    )
    rest = request.model_copy(update={"lines": lines((1, "1")), "before": lines((1, "1"), (2, "3"))})
    part = request.model_copy(update={"lines": lines((1, "1")), "before": []})
    refunds = [reckon_under(one, policy).refund_without_tax for one in (part, request, rest)]
    assert refunds[0] == Decimal("130.00")
    assert sum(refunds) == Decimal(whole)


class WithRow(PolicyAtDate):
    """The policy of the day, with one row in place of its own."""

    def __init__(self, row: Row) -> None:
        self._policy, self._row = default_pack().at(TODAY), row

    def row(self, topic: str) -> Row:
        """The row in force."""
        return self._row if topic == self._row.topic else self._policy.row(topic)


def test_more_than_was_declared_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="from 0 to the 2"):
        reckoned(lines((1, "2")), *lines((1, "1")))


@st.composite
def sequences(draw: st.DrawFn) -> tuple[Order, DeclarationList, list[list[ReturnLine]]]:
    """An order of any prices and discount, and returns of parts of it until nothing is left."""
    quantities = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    totals = [draw(st.integers(1, 90_000)) for _ in quantities]
    discount = draw(st.integers(0, sum(totals)))
    first_order, first_list = builders.order_items()[0], builders.list_items()[0]

    def line(item: Any, gnum: int, quantity: int, cents: int) -> Any:
        total = Decimal(cents) / 100
        changed = {"gnum": gnum, "qty": Decimal(quantity), "price": total / quantity, "total_price": total}
        return item.model_copy(update=changed)

    order = builders.order(
        items=[line(first_order, *one) for one in zip(range(1, 5), quantities, totals, strict=False)],
        discount=str(Decimal(discount) / 100),
    )
    declared = builders.declaration_list(
        items=[line(first_list, *one) for one in zip(range(1, 5), quantities, totals, strict=False)],
        freight=str(Decimal(draw(st.integers(0, 5_000))) / 100),
    )
    pieces = draw(st.permutations([gnum for gnum, quantity in enumerate(quantities, 1) for _ in range(quantity)]))
    returns: list[list[ReturnLine]] = []
    while pieces:
        size = draw(st.integers(1, len(pieces)))
        now, pieces = pieces[:size], pieces[size:]
        returns.append([ReturnLine(gnum=gnum, qty=Decimal(now.count(gnum))) for gnum in sorted(set(now))])
    return order, declared, returns


@settings(max_examples=80, deadline=None)
@given(drawn=sequences())
def test_any_parts_add_up_to_the_whole(drawn: tuple[Order, DeclarationList, list[list[ReturnLine]]]) -> None:
    """To the cent, whatever is returned in which order: every refund is at least zero, the last leaves nothing."""
    order, declared, returns = drawn
    assessment = assessed(declared)
    before: list[ReturnLine] = []
    refunds, without_tax, left = Decimal(0), Decimal(0), assessment.total
    for now in returns:
        found = reckon(
            ReckonRequest(
                on=TODAY, assessment=assessment, order=order, declaration_list=declared, lines=now, before=before
            )
        )
        assert found.refund >= found.refund_without_tax >= 0
        assert found.refund - found.refund_without_tax == left - found.remainder.total >= 0
        refunds, without_tax, left = (
            refunds + found.refund,
            without_tax + found.refund_without_tax,
            found.remainder.total,
        )
        before += now
    goods_value = sum((item.total_price for item in order.items), Decimal(0))
    assert without_tax == goods_value - order.head.discount
    assert refunds == without_tax + assessment.total
    assert left == found.remainder.dutiable_value == 0
    assert not found.remainder.yearly
