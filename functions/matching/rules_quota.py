"""M10: what one person may buy at once and in a year (财关税〔2016〕18号, 〔2018〕49号)."""

from collections.abc import Iterator
from decimal import Decimal

from events.ceb.base import plain
from events.ceb.declaration_list import DeclarationList
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.values import Text
from functions.policy.pack import Row

SINGLE_LIMIT, ANNUAL_LIMIT = "quota.single_limit", "quota.annual_limit"
_OVER_SINGLE, _OVER_ANNUAL = "-621005", "-621018"


def within_limits(declared: DeclarationList, used: Decimal, single: Row, annual: Row) -> Iterator[Finding]:
    """The value of a list, in CNY with freight and insurance, against the limits in force; the limit itself is inside.

    A list of one indivisible piece may be over the single limit, though not over what is left of the year; `used` is
    what the buyer has bought this year already.
    """
    head = declared.head
    value = sum((item.total_price for item in declared.items), head.freight + head.insured_fee)
    one_piece = len(declared.items) == 1 and declared.items[0].qty == 1
    if value > Decimal(single.value) and not one_piece:
        yield _over(value, single, _OVER_SINGLE, "单次交易限值", "limit of one purchase")
    if used + value > Decimal(annual.value):
        yield _over(used + value, annual, _OVER_ANNUAL, "年度交易限值", "limit of one year")


def _over(value: Decimal, limit: Row, code: str, name_zh: str, name_en: str) -> Finding:
    return Finding(
        rule="M10",
        code=code,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="totalPrice", value=plain(value)),
        message=Text(
            zh=f"M10：{plain(value)} 元超过{name_zh} {limit.value} 元（{limit.basis}）。请按一般贸易办理，或取消订单。",
            en=f"M10: {plain(value)} CNY is over the {name_en} of {limit.value} CNY ({limit.basis}). "
            "Declare it as general trade, or cancel the order.",
        ),
        basis=limit.basis,
    )
