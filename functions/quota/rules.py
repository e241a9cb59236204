"""M10: the limits of one purchase, of one year, and of goods per year (财关税〔2016〕18号, 〔2018〕49号), in CNY."""

from collections.abc import Sequence
from decimal import Decimal

from events.ceb.base import plain
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.values import Text
from functions.policy.pack import Row
from functions.quota.models import YearlyQuantity

ANNUAL_LIMIT = "quota.annual_limit"
OVER_ANNUAL = "-621018"  # what is seen in the field as 1313 (rulebook, M10)
_ADVICE = Text(zh="请按一般贸易办理，或取消订单。", en="Declare it as general trade, or cancel the order.")


def over_annual_limit(asked: Decimal, used: Decimal, limit: Row) -> Finding:
    """What an order of `asked` CNY is told whose buyer has `used` of the year's limit; the limit itself is inside."""
    most = limit.number()
    left = max(most - used, Decimal())
    return Finding(
        rule="M10",
        code=OVER_ANNUAL,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="totalPrice", value=plain(asked)),
        right=Place(document="ledger", field="quota.left", value=plain(left)),
        message=Text(
            zh=f"M10：本单完税价格 {plain(asked)} 元，年度交易限值 {plain(most)} 元（{limit.basis}），"
            f"已用 {plain(used)} 元，尚余 {plain(left)} 元。{_ADVICE.zh}",
            en=f"M10: the order takes {plain(asked)} CNY of one year's limit of {plain(most)} CNY ({limit.basis}); "
            f"{plain(used)} CNY are used, {plain(left)} CNY are left. {_ADVICE.en}",
        ),
        basis=limit.basis,
    )


def over_limit(value: Decimal, limit: Row, code: str, name: Text) -> Finding:
    """M10: a value over a limit; the limit itself is inside."""
    most = plain(limit.number())
    return Finding(
        rule="M10",
        code=code,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="totalPrice", value=plain(value)),
        message=Text(
            zh=f"M10：{plain(value)} 元超过{name.zh} {most} 元（{limit.basis}）。{_ADVICE.zh}",
            en=f"M10: {plain(value)} CNY is over the {name.en} of {most} CNY ({limit.basis}). {_ADVICE.en}",
        ),
        basis=limit.basis,
    )


def over_yearly_quantity(line: YearlyQuantity, asked: Decimal, used: Decimal) -> Finding:
    """What an order is told that takes more of some goods than one person may buy in a year (rulebook 4.6)."""
    left = max(line.limit - used, Decimal())
    return Finding(
        rule="M10",
        left=Place(document=DocumentKind.DECLARATION_LIST, field="qty1", value=plain(asked)),
        right=Place(document="ledger", field="yearly.left", value=plain(left)),
        message=Text(
            zh=f"M10：{line.goods} 本单 {plain(asked)} {line.unit}，每人每年限 {plain(line.limit)} {line.unit}"
            f"（{line.basis}），已用 {plain(used)} {line.unit}，尚余 {plain(left)} {line.unit}。"
            "请减少数量，或取消订单。",
            en=f"M10: {line.goods}: the order takes {plain(asked)} {line.unit} of the {plain(line.limit)} {line.unit} "
            f"that one person may buy in a year ({line.basis}); {plain(used)} {line.unit} are used, "
            f"{plain(left)} {line.unit} are left. Order less, or cancel the order.",
        ),
        basis=line.basis,
    )


def together(quantities: Sequence[YearlyQuantity]) -> list[YearlyQuantity]:
    """One entry per goods that have a yearly quantity."""
    found: dict[str, YearlyQuantity] = {}
    for entry in quantities:
        before = found.get(entry.goods)
        total = entry.quantity + (before.quantity if before else 0)
        found[entry.goods] = entry.model_copy(update={"quantity": total})
    return list(found.values())
