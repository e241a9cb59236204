"""The raw payment data of made-up orders: they fit the order's money, and name nobody real."""

from decimal import Decimal

import pytest

from events.ceb.order import Order
from events.payment_data import OriginalPayment
from functions.payment_data.rules import gathered
from infra.generate.orders import GeneratedOrder, generate
from infra.generate.original_payment import original_payments
from infra.generate.scenarios import Scenario

ORDERS = [order for order in generate(45, 11) if order.scenario is not Scenario.PAYMENT_MISSING]


def data_of(order: GeneratedOrder) -> OriginalPayment:
    found = order.documents["original-payment"]
    assert isinstance(found, OriginalPayment)
    return found


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.key.order_no)
def test_the_data_fit_the_order(order: GeneratedOrder) -> None:
    data = data_of(order)
    (placed,) = order.documents["311"].elements  # type: ignore[union-attr]
    assert isinstance(placed, Order)
    assert data.total_amount == placed.head.actual_paid
    assert (data.ebp_code, data.order_no) == (order.key.ebp_code, order.key.order_no)
    assert (data.pay_code, data.pay_transaction_id) == (placed.head.pay_code, placed.head.pay_transaction_id)
    assert [goods.gname for goods in data.goods_info] == [item.item_name for item in placed.items]
    assert data.recp_name == placed.head.ebc_name
    assert str(data.total_amount) in data.inital_request
    assert {'"', "\n"} <= set(data.inital_request)  # what a careless signer escapes otherwise


@pytest.mark.parametrize("order", ORDERS[:5], ids=lambda order: order.key.order_no)
def test_no_identity_in_the_raw_texts(order: GeneratedOrder) -> None:
    text = data_of(order).model_dump_json()
    for personal in (order.facts.buyer.name, order.facts.buyer.id_number, order.facts.buyer.telephone):
        assert personal not in text


def test_orders_that_were_paid_together_name_each_other_and_their_sum() -> None:
    facts = [order.facts for order in ORDERS[:3]]
    payments = original_payments(facts)
    assert {payment.total_amount for payment in payments} == {sum((one.paid for one in facts), Decimal(0))}
    known = {payment.order_no: payment.model_copy(update={"ebp_code": facts[0].platform.code}) for payment in payments}
    found = gathered(facts[1].order_no, known)
    assert found.obstacle is None
    assert sorted(found.orders) == sorted(one.order_no for one in facts)
