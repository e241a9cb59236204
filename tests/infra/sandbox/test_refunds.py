"""Refunds by the sandbox's payment firm."""

from typing import Any

import pytest

from events.money import RefundOrder
from events.values import utc_now
from functions.money.signature import SIGNATURE_HEADER, headers_for
from infra.generate.parties import PAYMENT_FIRM
from infra.generate.scenarios import Scenario
from tests.infra.sandbox.world import SIGNER, World, an_order


def refund(scenario: Scenario = Scenario.RETURN, **changes: Any) -> RefundOrder:
    """A part of the payment of a made-up order."""
    order = an_order(scenario)
    content = {
        "return_no": "SR1",
        "ebp_code": order.key.ebp_code,
        "order_no": order.key.order_no,
        "pay_code": PAYMENT_FIRM.code,
        "pay_transaction_id": order.facts.transaction,
        "amount_paid": "300.00",
        "amount": "100.00",
        "reason": "退货",
    }
    return RefundOrder(**(content | changes))


async def ask(world: World, order: RefundOrder, key: str | None = None) -> tuple[int, Any]:
    answer = await world.order_money("/payments/refunds", key or order.return_no, order)
    return answer.status_code, answer.json() if answer.status_code in {200, 409, 422} else None


async def test_money_goes_back_once_for_every_return(world: World) -> None:
    first = await ask(world, refund())
    assert (first[0], set(first[1])) == (200, {"refundNo", "refundedAt"})
    assert await ask(world, refund()) == first
    other = await ask(world, refund(return_no="SR2", amount="200.00"))
    assert (other[0], other[1]["refundNo"] != first[1]["refundNo"]) == (200, True)
    booked = (await world.client.get("/payments/refunds")).json()
    assert [(one["order"]["returnNo"], one["asked"], one["refused"]) for one in booked] == [
        ("SR1", 2, None),
        ("SR2", 1, None),
    ]


async def test_no_more_goes_back_than_was_paid(world: World) -> None:
    await ask(world, refund(amount="250.00"))
    status, answer = await ask(world, refund(return_no="SR2", amount="50.01"))
    assert (status, answer["code"]) == (409, "TOO_MUCH")
    assert "50.00" in answer["reason"]
    status, answer = await ask(world, refund(return_no="SR3", amount_paid="400.00", amount="1"))
    assert (status, answer["code"]) == (409, "OTHER_AMOUNT")
    assert (await ask(world, refund(return_no="SR4", amount="50.00")))[0] == 200


async def test_a_key_means_one_order(world: World) -> None:
    assert (await ask(world, refund()))[0] == 200
    status, answer = await ask(world, refund(amount="99.00"))
    assert (status, answer["code"]) == (409, "KEY")
    status, answer = await ask(world, refund(return_no="SR2"), key="SR3")
    assert (status, answer["code"]) == (409, "KEY")


async def test_a_closed_account_is_closed_for_good(world: World) -> None:
    for _ in range(2):
        status, answer = await ask(world, refund(Scenario.REFUND_REFUSED))
        assert (status, answer["code"]) == (409, "ACCOUNT_CLOSED")


async def test_the_firm_dies_after_it_has_paid_and_knows_it_when_asked_again(world: World) -> None:
    assert (await ask(world, refund(Scenario.REFUND_DIES, amount="300.00")))[0] == 500
    assert (await ask(world, refund(Scenario.REFUND_DIES, amount="300.00")))[0] == 200
    status, answer = await ask(world, refund(Scenario.REFUND_DIES, return_no="SR2", amount="0.01"))
    assert (status, answer["code"]) == (409, "TOO_MUCH")


async def test_another_firm_is_not_this_one(world: World) -> None:
    status, answer = await ask(world, refund(pay_code="3207OTHER1"))
    assert (status, answer["code"]) == (409, "UNKNOWN_FIRM")


@pytest.mark.parametrize("path", ["/payments/refunds", "/bank/payments"])
async def test_money_moves_only_upon_a_signed_and_readable_order(world: World, path: str) -> None:
    body = refund().model_dump_json().encode()
    headers = headers_for(SIGNER, "SR1", body, utc_now())
    for bad in ({}, headers | {SIGNATURE_HEADER: "sm2-sm3=AAAA"}):
        assert (await world.client.post(path, content=body, headers=bad)).status_code == 401
    assert (await world.client.post(path, content=body + b" ", headers=headers)).status_code == 401
    wrong = b'{"amount": "-1"}'
    answer = await world.client.post(path, content=wrong, headers=headers_for(SIGNER, "SR1", wrong, utc_now()))
    assert (answer.status_code, answer.json()["code"]) == (422, "FORMAT")
    assert "/" in answer.json()["reason"]
    assert (await world.client.get(path)).json() == []
