"""What amounts of one element must come to: sums, totals, weights, quantities that go together."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from events.ceb.base import plain
from events.ceb.business.problem import BusinessProblem, BusinessRule, Severity
from events.ceb.business.sums import amount_due, line_total
from events.ceb.business.tree import Part
from events.values import Text

if TYPE_CHECKING:
    from events.ceb.order import OrderHead

_TAXES = ("customsTax", "valueAddedTax", "consumptionTax")
_SECOND_TOGETHER = BusinessRule(
    "Q-SECOND",
    Text(
        zh="第二数量与第二计量单位必须同时填写，或同时不填",
        en="second quantity and second unit stand together, or neither does",
    ),
    "规范 202205 qty2、unit2",
    code="-625009",
)
_NET = BusinessRule(
    "N-NET",
    Text(
        zh="净重不能大于毛重 grossWeight（净重是毛重减去外包装）",
        en="it must not exceed grossWeight (net is gross without the packing)",
    ),
    "规范 202205 netWeight",
)


def order_adds_up(part: Part) -> Iterator[BusinessProblem]:
    """M3, exactly; a tolerance is a matter of policy (functions/matching), not of the standard."""
    head = cast("OrderHead", part.model)
    due = amount_due(head)
    if head.actual_paid != due:
        must = Text(
            zh=f"应等于 goodsValue + freight + taxTotal − discount，即 {plain(due)}",
            en=f"it must be goodsValue + freight + taxTotal - discount, which is {plain(due)}",
        )
        rule = BusinessRule("M3", must, "规范 202205 CEB311 acturalPaid")
        yield rule.broken(part.at("acturalPaid"), head.actual_paid)


def line_multiplies(part: Part) -> Iterator[BusinessProblem]:
    """M7; the documentation of export orders prints no such rule, so that there it is an advice."""
    qty, price, total = (part.amount(name) for name in ("qty", "price", "totalPrice"))
    if qty is None or price is None or total is None:
        return
    if price * qty == total or line_total(price, qty) == total:  # the first is cheap, and nearly always true
        return
    product = plain(line_total(price, qty).normalize() + 0)
    must = Text(zh=f"应等于 price × qty，即 {product}", en=f"it must be price x qty, which is {product}")
    severity = Severity.ADVICE if part.message == "CEB303" else Severity.ERROR
    yield BusinessRule("M7", must, "规范 202205 totalPrice", severity).broken(part.at("totalPrice"), total)


def net_within_gross(part: Part) -> Iterator[BusinessProblem]:
    """Net weight is part of the gross weight."""
    net, gross = part.amount("netWeight"), part.amount("grossWeight")
    if net is not None and gross is not None and net > gross:
        yield _NET.broken(part.at("netWeight"), net)


def second_quantity(part: Part) -> Iterator[BusinessProblem]:
    """qty2 and unit2: both or neither; that qty2 is positive is a rule of its own."""
    missing = [name for name in ("qty2", "unit2") if not part.said(name)]
    if len(missing) == 1:
        yield _SECOND_TOGETHER.broken(part.at(missing[0]))


def tax_adds_up(part: Part) -> Iterator[BusinessProblem]:
    """The head of a tax bill holds the totals of its lines, kind by kind (rulebook 4.4); rounding is not described."""
    head, *lines = part.children
    for name in _TAXES:
        total, said = sum((line.amount(name) or Decimal(0) for line in lines), Decimal(0)), head.amount(name)
        if said is not None and said != total:
            must = Text(zh=f"表体合计是 {plain(total)}", en=f"its lines come to {plain(total)}")
            rule = BusinessRule("X-TAX", must, f"规范 202205 CEB816 {name}", Severity.ADVICE)
            yield rule.broken(head.at(name), said)
