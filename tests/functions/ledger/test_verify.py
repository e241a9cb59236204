"""Verify: what does not agree is named, whatever part of the table was spoilt."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.aws import dynamodb
from functions.ledger import handler as ledger
from functions.ledger import verifying
from functions.ledger.account_models import Difference, VerifyRequest
from functions.settings import settings
from tests.functions.ledger.samples import (
    GUARANTOR,
    assert_balanced,
    bill_of,
    charge,
    claim,
    commit,
    open_guarantee,
    order,
    release,
    reserve,
    settle_request,
    sugar,
)

pytestmark = pytest.mark.usefixtures("aws")

ONE, TWO, THREE, FOUR = (order(number) for number in range(1, 5))
GUARANTEE = f"guarantee#{GUARANTOR}"
PAYMENT = f"payment#{GUARANTOR}#PAY-1"


@pytest.fixture(autouse=True)
def _lively(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger with orders in every standing."""
    monkeypatch.setattr(verifying, "_LOOKS", 1)
    open_guarantee("1000000")
    for key in (ONE, TWO, THREE, FOUR):
        reserve(key, charge("100", "9.10", sugar("0.5")))
    commit(ONE, bill_of(ONE, "9.10"))
    claim()
    ledger.settle(settle_request())
    commit(TWO, bill_of(TWO, "9.10"))
    claim("PAY-2")
    release(FOUR)


def _items(pk: str, sk: str) -> list[dict[str, Any]]:
    items = dynamodb().scan(TableName=settings().ledger_table)["Items"]
    return [item for item in items if item["pk"]["S"].startswith(pk) and item["sk"]["S"].startswith(sk)]


def _put(item: dict[str, Any]) -> None:
    dynamodb().put_item(TableName=settings().ledger_table, Item=item)


def _delete(item: dict[str, Any]) -> None:
    key = {"pk": item["pk"], "sk": item["sk"]}
    dynamodb().delete_item(TableName=settings().ledger_table, Key=key)


def _differences() -> list[Difference]:
    return ledger.verify(VerifyRequest()).differences


def _number(name: str, value: str) -> Callable[[dict[str, Any]], None]:
    return lambda item: _put({**item, name: {"N": value}})


def _field(attribute: str, name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(item: dict[str, Any]) -> None:
        inside = json.loads(item[attribute]["S"])
        _put({**item, attribute: {"S": json.dumps(inside | {name: value})}})

    return spoil


def _leg(item: dict[str, Any]) -> None:
    legs = json.loads(item["legs"]["S"])
    legs[0]["amount"] = "12345"
    _put({**item, "legs": {"S": json.dumps(legs)}})


def test_a_ledger_that_nobody_spoilt_is_balanced() -> None:
    """With what was looked at."""
    verified = ledger.verify(VerifyRequest())

    assert verified.balanced
    assert (verified.accounts, verified.orders, verified.payments) == (4, 4, 2)
    assert verified.postings == 1 + 8 + 4 + 2 + 2


@pytest.mark.parametrize(
    ("pk", "sk", "spoil", "partition"),
    [
        ("buyer#", "balance#2026", _number("held", "1"), "buyer#"),
        ("buyer#", "balance#2026/sugar", _number("reserved", "1"), "buyer#"),
        (GUARANTEE, "balance#", _number("in_use", "1"), GUARANTEE),
        (GUARANTEE, "balance#", _number("available", "1"), GUARANTEE),
        (GUARANTEE, "balance#", _number("ceiling", "1"), GUARANTEE),
        (GUARANTEE, "posting#", _leg, GUARANTEE),
        (GUARANTEE, "posting#import/3207SDPT01/LYG-00003", _delete, "order#import/3207SDPT01/LYG-00003"),
        ("buyer#", "balance#", _delete, "buyer#"),
        ("order#import/3207SDPT01/LYG-00003", "charge", _field("record", "standing", "released"), "order#"),
        ("order#import/3207SDPT01/LYG-00002", "charge", _field("record", "payment_no", "PAY-3"), "order#"),
        (PAYMENT, "payment", _field("payment", "total", "1"), PAYMENT),
        (PAYMENT, "payment", _field("payment", "bills", 7), PAYMENT),
        (PAYMENT, "payment", _field("payment", "settled_total", "1"), PAYMENT),
        (PAYMENT, "payment", _field("payment", "settled_bills", 0), PAYMENT),
        (PAYMENT, "payment", _delete, PAYMENT),
        (PAYMENT, "bill#", _delete, PAYMENT),
        (PAYMENT, "bill#", _delete, "order#import/3207SDPT01/LYG-00001"),
    ],
)
def test_each_difference_is_named(pk: str, sk: str, spoil: Callable[[dict[str, Any]], None], partition: str) -> None:
    """Where it is, what the postings give, and what stands there."""
    spoil(_items(pk, sk)[0])

    found = _differences()

    assert found
    assert any(difference.partition.startswith(partition) for difference in found)
    assert all(difference.expected != difference.found for difference in found)


def test_a_difference_says_both_values() -> None:
    """In use by the postings: 2 × 9.10."""
    (item,) = _items(GUARANTEE, "balance#")
    _put({**item, "held": {"N": "10.10"}, "in_use": {"N": "19.20"}, "available": {"N": "999980.80"}})

    (found,) = _differences()

    assert (found.what, found.expected, found.found) == (f"{GUARANTEE}/guarantee held", "9.10", "10.1")


def test_what_moves_while_it_is_read_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders go on while the table is read; only what stays different is told."""
    scan = verifying._scan

    def moving() -> Any:
        items = list(scan())
        release(THREE)
        reserve(FOUR, charge("1", "1"))
        commit(FOUR, bill_of(FOUR, "1"))
        ledger.settle(settle_request("PAY-2"))
        half = len(items) // 2
        yield from items[:half]
        seen = {(item["pk"]["S"], item["sk"]["S"]) for item in items[:half]}
        yield from (item for item in scan() if (item["pk"]["S"], item["sk"]["S"]) not in seen)

    monkeypatch.setattr(verifying, "_scan", moving)

    assert _differences() == []
    monkeypatch.undo()
    assert_balanced()
