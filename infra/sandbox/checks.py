"""What customs compares when a list comes in, with the codes it was seen to reject with (rulebook 2.8).

Written apart from our own matching on purpose: a counterparty does not share our mistakes.
"""

from collections.abc import Iterator
from itertools import chain

from events.ceb.base import plain
from events.ceb.declaration_list import DeclarationList
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.values import Value

_NO_SUBDIVISION = "98"  # digits 9 and 10 of a goods code that the sandbox's customs does not know
_COMPARED = ("qty", "unit", "price", "total_price", "currency", "country")


class Rejection(Value):
    """The reason of a 退单 (100), in the observed form `[Code:1332;Desc:…]`."""

    code: str
    text: str

    @property
    def info(self) -> str:
        """The returnInfo."""
        return f"[Code:{self.code};Desc:{self.text}]"


def rejection(order: Order, payment: Payment, declared: DeclarationList) -> Rejection | None:
    """The first difference between the documents of a list, None when customs has nothing to say."""
    return next(chain(_payment(order, payment), _buyer(order, declared), _goods(order, declared)), None)


def _payment(order: Order, payment: Payment) -> Iterator[Rejection]:
    if order.head.actual_paid != payment.head.amount_paid:
        paid, booked = plain(order.head.actual_paid), plain(payment.head.amount_paid)
        yield Rejection(code="1332", text=f"OrderHead.acturalPaid:{paid},PaymentHead.amountPaid:{booked}")
    if order.head.pay_code and order.head.pay_code != payment.head.pay_code:
        yield Rejection(code="13035", text=f"支付企业不一致:{order.head.pay_code},{payment.head.pay_code}")


def _buyer(order: Order, declared: DeclarationList) -> Iterator[Rejection]:
    if order.head.buyer_name != declared.head.buyer_name:
        yield Rejection(code="13127", text="清单订购人姓名与订单订购人姓名不一致")
    if order.head.buyer_telephone != declared.head.buyer_telephone:
        yield Rejection(code="130126", text="清单订购人电话与订单订购人电话不一致")


def _goods(order: Order, declared: DeclarationList) -> Iterator[Rejection]:
    if len(order.items) != len(declared.items):
        yield Rejection(code="1320", text=f"清单商品项数{len(declared.items)}与订单商品项数{len(order.items)}不一致")
    ordered = {item.gnum: item for item in order.items}
    for item in declared.items:
        same = ordered.get(item.gnum)
        if same is None or any(getattr(item, name) != getattr(same, name) for name in _COMPARED):
            yield Rejection(code="1322", text=f"清单与订单商品不一致,gnum:{item.gnum}")
        if item.gcode.endswith(_NO_SUBDIVISION):
            yield Rejection(code="-621001", text=f"清单报文校验失败，[gnum:{item.gnum},gcode:{item.gcode}]")
