"""The sums that the standard asks for. Pure, and the one place where they are computed."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Protocol

_FIVE_DIGITS = Decimal("0.00001")
_EXACT = 50  # digits that hold the product of two numbers of 19


class OrderAmounts(Protocol):
    """The amounts in the head of an import order."""

    @property
    def goods_value(self) -> Decimal:
        """goodsValue: the real price, with the part that was not paid in money."""

    @property
    def freight(self) -> Decimal:
        """Freight that the price does not hold."""

    @property
    def tax_total(self) -> Decimal:
        """taxTotal: tax collected from the buyer."""

    @property
    def discount(self) -> Decimal:
        """Paid by points, vouchers and the like."""


def amount_due(head: OrderAmounts) -> Decimal:
    """M3: what acturalPaid must be: goodsValue + freight + taxTotal - discount (规范 202205 CEB311)."""
    return head.goods_value + head.freight + head.tax_total - head.discount


def line_total(price: Decimal, qty: Decimal) -> Decimal:
    """M7: price x qty at five digits after the point, rounded half up."""
    with localcontext(prec=_EXACT):
        return (price * qty).quantize(_FIVE_DIGITS, rounding=ROUND_HALF_UP)
