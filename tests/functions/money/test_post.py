"""Orders to move money: signed, the same however often sent, refused for good or asked again."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from events.money import RefundOrder, TaxPaymentFile
from events.values import CHINA, OrderKey
from functions.declaration.signing import own_signer
from functions.ledger.models import ClaimedBill
from functions.money import post
from functions.money.checking import signer_of
from functions.refund.handler import pay as refund
from functions.refund.models import PayRefundRequest, RefundAnswer
from functions.settings import settings
from functions.tax_payment import bank
from functions.tax_payment.models import TaxPaymentAnswer

REFUNDED = {"refundNo": "R1", "refundedAt": "2026-02-10T10:00:00+08:00", "more": "than we ask for"}
PAID = {"bankReference": "B1", "paidAt": "2026-02-10T10:00:00+08:00"}
REFUSED = {"code": "INSUFFICIENT_FUNDS", "reason": "余额不足"}


@dataclass
class Counterparty:
    """Answers what it is told: a fault, or a status with its JSON."""

    answers: list[tuple[int, Any] | Exception] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return httpx.Response(status, content=body)


@pytest.fixture
def other(signing: None, monkeypatch: pytest.MonkeyPatch) -> Counterparty:
    made = Counterparty()
    client = httpx.Client(transport=httpx.MockTransport(made), headers={"Content-Type": "application/json"})
    monkeypatch.setattr(post, "_client", lambda: client)
    return made


def refunding(**changes: Any) -> RefundAnswer:
    content = {
        "key": OrderKey(ebp_code="3207PLAT01", order_no="SD1"),
        "return_no": "SR1",
        "pay_code": "3207PAYM01",
        "pay_transaction_id": "PAY1",
        "amount_paid": Decimal("561.89"),
        "amount": Decimal("100.10"),
        "reason": "退货",
    }
    return refund(PayRefundRequest(**(content | changes)))


def claimed_bill(tax_no: str, invt_no: str, tax: str) -> ClaimedBill:
    key, released_at = OrderKey(ebp_code="3207PLAT01", order_no=tax_no), datetime(2026, 1, 5, tzinfo=CHINA)
    return ClaimedBill(key=key, tax_no=tax_no, invt_no=invt_no, released_at=released_at, tax=Decimal(tax))


def paying(**changes: Any) -> TaxPaymentAnswer:
    content: dict[str, Any] = {
        "payment_no": "TP-3207SHOP01-202602",
        "guarantor": "3207SHOP01",
        "bills": [
            claimed_bill("T1", "23012026I000000001", "46.87"),
            claimed_bill("T2", "23012026I000000002", "0.13"),
        ],
        "total": Decimal("47.00"),
    }
    return bank.pay(**(content | changes))


def test_a_refund_names_the_original_payment_and_comes_back_with_its_number(other: Counterparty) -> None:
    other.answers = [(200, REFUNDED)]
    answer = refunding()
    assert (answer.refund_no, answer.refused) == ("R1", None)
    assert answer.refunded_at
    assert answer.refunded_at.isoformat() == "2026-02-10T10:00:00+08:00"
    (request,) = other.requests
    assert (request.method, str(request.url)) == ("POST", settings().payment_firm_url)
    assert request.headers["idempotency-key"] == "SR1"
    assert json.loads(request.content) == {
        "returnNo": "SR1",
        "ebpCode": "3207PLAT01",
        "orderNo": "SD1",
        "payCode": "3207PAYM01",
        "payTransactionId": "PAY1",
        "amountPaid": "561.89",
        "amount": "100.10",
        "currency": "142",
        "reason": "退货",
    }


def test_a_payment_file_holds_every_bill_and_their_sum(other: Counterparty) -> None:
    other.answers = [(200, PAID)]
    answer = paying()
    assert (answer.bank_reference, answer.refused) == ("B1", None)
    assert answer.paid_at
    (request,) = other.requests
    assert str(request.url) == settings().bank_url
    assert request.headers["idempotency-key"] == "TP-3207SHOP01-202602"
    assert json.loads(request.content) == {
        "paymentNo": "TP-3207SHOP01-202602",
        "guarantor": "3207SHOP01",
        "currency": "142",
        "total": "47.00",
        "lines": [
            {"taxNo": "T1", "invtNo": "23012026I000000001", "amount": "46.87"},
            {"taxNo": "T2", "invtNo": "23012026I000000002", "amount": "0.13"},
        ],
    }


def test_every_order_is_signed_by_us_with_its_key_and_its_bytes(other: Counterparty) -> None:
    other.answers = [(200, REFUNDED), (200, PAID)]
    refunding()
    paying()
    for request in other.requests:
        assert signer_of(request.headers, request.content) == own_signer().certificate_der
        assert signer_of(request.headers, request.content + b" ") is None
        for name in ("idempotency-key", "sandan-timestamp"):
            assert signer_of({**request.headers, name: "1"}, request.content) is None
        for name in ("idempotency-key", "sandan-signature", "sandan-certificate"):
            assert signer_of({**request.headers, name: ""}, request.content) is None


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_for_good_is_told_with_its_words(other: Counterparty, status: int) -> None:
    other.answers = [(status, REFUSED)] * 2
    for refused in (refunding().refused, paying().refused):
        assert refused
        assert "INSUFFICIENT_FUNDS" in refused.en
        assert "余额不足" in refused.zh


UNKNOWN: list[tuple[int, Any] | Exception] = [
    *((status, REFUSED) for status in (302, 401, 403, 404, 408, 429, 500, 503)),
    httpx.ReadTimeout(""),
    httpx.ConnectError(""),
    (200, b"<html>"),
    (200, {"refundNo": "R1"}),
    (422, b"no"),
]


@pytest.mark.parametrize("fault", UNKNOWN, ids=repr)
def test_while_nobody_knows_whether_money_moved_it_is_asked_again_with_the_same_order(
    other: Counterparty, fault: tuple[int, Any] | Exception
) -> None:
    other.answers = [fault, fault, (200, REFUNDED), (200, PAID)]
    for call in (refunding, paying):
        with pytest.raises(post.MoneyUnavailableError) as caught:
            call()
        assert "余额" not in str(caught.value)
    assert refunding().refund_no == "R1"
    assert paying().bank_reference == "B1"
    contents = [(request.headers["idempotency-key"], request.content) for request in other.requests]
    assert contents[:2] == contents[2:]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": Decimal("561.90")}, "more than the 561.89"),
        ({"amount": Decimal(0)}, "above 0"),
        ({"reason": ""}, "/reason"),
        ({"return_no": "退1"}, "/return_no: is also the value of an HTTP header"),
    ],
)
def test_a_refund_that_cannot_be_is_not_sent(other: Counterparty, changes: dict[str, Any], words: str) -> None:
    refused = refunding(**changes).refused
    assert refused
    assert words in refused.en
    assert not other.requests


BILL = claimed_bill("T1", "23012026I000000001", "23.50")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total": Decimal("47.01")}, "not the sum of the lines, 47.00"),
        ({"bills": [BILL, BILL]}, "the bill T1 stands in the file more than once"),
        ({"bills": [], "total": Decimal(0)}, "at least 1"),
        ({"payment_no": "TP 1"}, "/payment_no: is also the value of an HTTP header"),
    ],
)
def test_a_payment_that_cannot_be_is_not_sent(other: Counterparty, changes: dict[str, Any], words: str) -> None:
    refused = paying(**changes).refused
    assert refused
    assert words in refused.en
    assert not other.requests


def test_a_long_reason_is_cut_to_what_its_field_can_hold(other: Counterparty) -> None:
    other.answers = [(200, REFUNDED)]
    assert refunding(reason="长" * 3000).refund_no == "R1"
    assert len(RefundOrder.model_validate_json(other.requests[0].content).reason) == 1000


def test_a_file_reads_back_as_it_was_written(other: Counterparty) -> None:
    other.answers = [(200, PAID)]
    paying()
    assert TaxPaymentFile.model_validate_json(other.requests[0].content).total == Decimal("47.00")
