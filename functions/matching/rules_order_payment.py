"""Order against payment: M1 (the same purchase), M2 and M3 (the amount), M4 (who paid)."""

from collections.abc import Iterator
from decimal import Decimal

from events.ceb.base import plain
from events.ceb.business.sums import amount_due
from events.ceb.declaration_list import DeclarationList
from events.ceb.fields import Field, Rule, same
from events.ceb.order import Order
from events.ceb.payment import Payment
from events.documents import DocumentKind
from events.findings import Finding, Place
from events.values import Text
from functions.matching.case import Case
from functions.matching.comparison import EQUAL, Alike, Fields, unequal
from functions.matching.identity import buyer_of, more_likely_wrong, payer_of

_ORDER, _PAYMENT = DocumentKind.ORDER, DocumentKind.PAYMENT
_SAME_PURCHASE = Rule("M1", EQUAL, "规范 202205 CEB411")
_SAME_PAYMENT_ENTERPRISE = Rule("M1", EQUAL, "规范 202205 CEB311 payCode", "13035")
_PURCHASE = Fields("order_no", "ebp_code")
_RULE_OF = {"pay_code": _SAME_PAYMENT_ENTERPRISE, "pay_transaction_id": _SAME_PURCHASE}
_PAID_WITH = Fields(*_RULE_OF)
_PAID_AS_ORDERED = Alike(
    *_PURCHASE.names,
    *_PAID_WITH.names,
    actual_paid="amount_paid",
    buyer_name="payer_name",
    buyer_id_number="payer_id_number",
)
_SAME_AMOUNT = Rule("M2", EQUAL, "规范 202205 CEB311 acturalPaid", "1332")
_ADDS_UP = Rule(
    "M3",
    Text(
        zh="实际支付金额应等于商品价格 + 运杂费 + 代扣税款 − 非现金抵扣金额",
        en="what was paid must be goods value + freight + tax - discount",
    ),
    "规范 202205 CEB311 acturalPaid",
)
_PAYER_IS_BUYER = Rule(
    "M4",
    Text(
        zh="订购人身份未经认证时，支付人应当是订购人本人",
        en="unless the buyer's identity has been authenticated, the payer must be the buyer",
    ),
    "海关总署公告2018-194 §9",
)
_ANOTHER_PAID = Rule(
    "M4",
    Text(
        zh="支付人是另一个人：请由订购人本人支付，或先由主管部门认证订购人身份",
        en="another person paid: the buyer must pay, or have the buyer's identity authenticated by the authority",
    ),
    "海关总署公告2018-194 §9",
)


def paid_as_ordered(case: Case) -> bool:
    """The quick look of M1, M2 and M4."""
    return _PAID_AS_ORDERED.hold(case.order.head, case.payment.head)


def adds_up(case: Case) -> bool:
    """The quick look of M3."""
    head = case.order.head
    return head.actual_paid == amount_due(head)


def same_purchase(order: Order, payment: Payment) -> Iterator[Finding]:
    """M1: the order is right about its number and platform, the payment about its enterprise and transaction."""
    for name in _PURCHASE.unlike(order.head, payment.head):
        yield from unequal(_SAME_PURCHASE, _of(order, name), _of(payment, name))
    for name in _PAID_WITH.unlike(order.head, payment.head):
        said = _of(order, name)
        if said.given:
            yield from unequal(_RULE_OF[name], said, _of(payment, name), mend=said)


def same_amount(order: Order, payment: Payment) -> Iterator[Finding]:
    """M2: acturalPaid is amountPaid. The order is taken at its word unless only the payment fits its own sum."""
    if order.head.actual_paid == payment.head.amount_paid:
        return
    said, paid = _of(order, "actual_paid"), _of(payment, "amount_paid")
    order_is_wrong = payment.head.amount_paid == amount_due(order.head)
    yield from unequal(_SAME_AMOUNT, said, paid, mend=said if order_is_wrong else paid)


def amount_adds_up(order: Order, payment: Payment | None, tolerance: Decimal) -> Iterator[Finding]:
    """M3: acturalPaid follows from its parts, within a share of it. `tolerance` 0.05 is 5 %.

    When the payment confirms acturalPaid, one of the parts is wrong, and only the platform knows which.
    """
    actual, due = order.head.actual_paid, amount_due(order.head)
    if actual == due or abs(actual - due) <= tolerance * abs(actual):
        return
    said = _of(order, "actual_paid")
    parts = Place(document=_ORDER, field="goodsValue+freight+taxTotal-discount", value=plain(due))
    confirmed = payment is not None and payment.head.amount_paid == actual
    yield _ADDS_UP.broken_between(said.place, parts, said.fix(None if confirmed else plain(due)))


def payer_is_buyer(order: Order, payment: Payment, declaration_list: DeclarationList | None) -> Iterator[Finding]:
    """M4: the payer is the buyer. Proposes a correction when name or number alone differs; else another person paid."""
    ordered, paying = order.head, payment.head
    if (ordered.buyer_name, ordered.buyer_id_number) == (paying.payer_name, paying.payer_id_number):
        return
    buyer, payer = buyer_of(_ORDER, order), payer_of(payment)
    listed = buyer_of(DocumentKind.DECLARATION_LIST, declaration_list) if declaration_list else None
    order_is_wrong = more_likely_wrong(buyer, payer, listed) is buyer
    fields = ((buyer.name, payer.name), (buyer.number, payer.number))
    different = [(said, paid) for said, paid in fields if not same(said, paid)]
    for said, paid in different:
        if len(different) == len(fields):
            yield _ANOTHER_PAID.broken_between(said.place, paid.place, paid.fix(None))
        else:
            yield from unequal(_PAYER_IS_BUYER, said, paid, mend=said if order_is_wrong else paid)


def _of(document: Order | Payment, name: str) -> Field:
    return Field(_ORDER if isinstance(document, Order) else _PAYMENT, document.head, name)
