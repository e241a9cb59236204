"""Payments of summarised tax: their bills, their sums, and the queues of charges that wait for one.

Items: `payment#{guarantor}#{number}`/`payment` holds the state and the sums, `bill#…` one bill each. Every chunk of
bills changes together with the sums, so that whoever comes after a crash goes on where it was.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from events.values import OrderKey
from functions.aws import dynamodb
from functions.ledger.models import ClaimedBill
from functions.ledger.payments import Payment
from functions.ledger.store import DUE_INDEX, moment
from functions.ledger.table import Item, get, key, number, query
from functions.settings import settings

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_PAYMENT, _BILL = "payment", "bill#"


def read(guarantor: str, payment_no: str) -> Payment | None:
    """A payment as it is now."""
    item = get(payment_pk(guarantor, payment_no), _PAYMENT)
    return payment_of(item) if item else None


def begin(payment: Payment) -> Payment:
    """The payment of that number: this one, or the one that was begun before."""
    try:
        dynamodb().put_item(
            TableName=settings().ledger_table, Item=_item(payment), ConditionExpression="attribute_not_exists(pk)"
        )
    except dynamodb().exceptions.ConditionalCheckFailedException:
        begun = read(payment.guarantor, payment.payment_no)
        assert begun is not None  # payments are never deleted
        return begun
    return payment


def put_payment(payment: Payment) -> "TransactWriteItemTypeDef":
    """The next state of a payment over the one before it."""
    return {
        "Put": {
            "TableName": settings().ledger_table,
            "Item": _item(payment),
            "ConditionExpression": "step = :before",
            "ExpressionAttributeValues": {":before": number(payment.step - 1)},
        }
    }


def put_bill(payment: Payment, bill: ClaimedBill) -> "TransactWriteItemTypeDef":
    """A bill of a payment."""
    place = key(payment_pk(payment.guarantor, payment.payment_no), f"{_BILL}{moment(bill.released_at)}#{bill.key}")
    return {
        "Put": {
            "TableName": settings().ledger_table,
            "Item": {**place, "bill": {"S": bill.model_dump_json()}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def bills(guarantor: str, payment_no: str) -> list[ClaimedBill]:
    """The bills of a payment, the longest released first."""
    return [bill_of(item) for item in query(payment_pk(guarantor, payment_no), _BILL)]


def waiting(queue: str, before: "datetime") -> Iterator[list[OrderKey]]:
    """The orders in a queue released before then, the longest released first, page by page; perhaps not the newest."""
    for page in _pages(queue, before):
        yield [OrderKey.from_workflow_id(item["pk"]["S"].removeprefix("order#")) for item in page["Items"]]


def count(queue: str, before: "datetime") -> int:
    """How many orders in a queue were released before then."""
    return sum(page["Count"] for page in _pages(queue, before, Select="COUNT"))


def payment_pk(guarantor: str, payment_no: str) -> str:
    """The partition of a payment."""
    return f"payment#{guarantor}#{payment_no}"


def payment_of(item: Item) -> Payment:
    """A payment from its item."""
    return Payment.model_validate_json(item["payment"]["S"])


def bill_of(item: Item) -> ClaimedBill:
    """A bill of a payment from its item."""
    return ClaimedBill.model_validate_json(item["bill"]["S"])


def _item(payment: Payment) -> Item:
    return {
        **key(payment_pk(payment.guarantor, payment.payment_no), _PAYMENT),
        "step": number(payment.step),
        "payment": {"S": payment.model_dump_json()},
    }


def _pages(queue: str, before: "datetime", **options: Any) -> Iterator[dict[str, Any]]:
    pages: Any = dynamodb().get_paginator("query")
    yield from pages.paginate(
        TableName=settings().ledger_table,
        IndexName=DUE_INDEX,
        KeyConditionExpression="due_queue = :queue AND due_at < :before",
        ExpressionAttributeValues={":queue": {"S": queue}, ":before": {"S": moment(before)}},
        **options,
    )
