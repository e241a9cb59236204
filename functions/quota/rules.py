"""M10: the limits of one purchase and of one year, in words (财关税〔2016〕18号, 〔2018〕49号). Amounts are CNY."""

from decimal import Decimal

from events.ceb.base import plain
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.values import Text
from functions.policy.pack import PolicyAtDate, Row

ANNUAL_LIMIT = "quota.annual_limit"
_OVER_ANNUAL = "-621018"
_YEAR = Text(zh="年度交易限值", en="limit of one year")


def annual_limit(policy: PolicyAtDate) -> Row:
    """What one person may buy in a calendar year. Raises PolicyError when no row is in effect."""
    return policy.row(ANNUAL_LIMIT)


def over_annual_limit(asked: Decimal, used: Decimal, row: Row) -> Finding:
    """M10: `asked` does not fit into what `used` leaves of the year. The caller has found that it does not."""
    finding = over_limit(used + asked, row, _OVER_ANNUAL, _YEAR)
    parts = Text(
        zh=f"（本年已用 {plain(used)} 元，本单 {plain(asked)} 元）",
        en=f" ({plain(used)} CNY used this year, {plain(asked)} CNY asked)",
    )
    return finding.model_copy(
        update={"message": Text(zh=finding.message.zh + parts.zh, en=finding.message.en + parts.en)}
    )


def over_limit(value: Decimal, limit: Row, code: str, name: Text) -> Finding:
    """M10: a value over a limit; the limit itself is inside."""
    most = plain(limit.number())
    return Finding(
        rule="M10",
        code=code,
        left=Place(document=DocumentKind.DECLARATION_LIST, field="totalPrice", value=plain(value)),
        message=Text(
            zh=f"M10：{plain(value)} 元超过{name.zh} {most} 元（{limit.basis}）。请按一般贸易办理，或取消订单。",
            en=f"M10: {plain(value)} CNY is over the {name.en} of {most} CNY ({limit.basis}). "
            "Declare it as general trade, or cancel the order.",
        ),
        basis=limit.basis,
    )
