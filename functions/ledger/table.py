"""The ledger's table: how its items are read, and transactions with their retries."""

import random
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from functions.aws import dynamodb
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Item = dict[str, Any]

ATTEMPTS = 16
MOST_ITEMS = 100  # of one transaction of DynamoDB
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.01, 0.4
_CONFLICT, _FAILED = "TransactionConflict", "ConditionalCheckFailed"


class ContendedError(Exception):
    """Others changed the same items each time we tried; a fault of the moment, to be retried."""


def key(pk: str, sk: str) -> Item:
    """The key of an item."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def number(value: Decimal | int) -> Item:
    """A number as the table takes it: digits, never an exponent."""
    return {"N": format(value, "f") if isinstance(value, Decimal) else str(value)}


def get(pk: str, sk: str) -> Item:
    """The item as of now, empty when there is none."""
    found = dynamodb().get_item(TableName=settings().ledger_table, Key=key(pk, sk), ConsistentRead=True)
    return dict(found.get("Item", {}))


def query(pk: str, prefix: str = "") -> Iterator[Item]:
    """The items of a partition, those whose sort key begins so, in its order."""
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if prefix:
        condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
    pages: Any = dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().ledger_table,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        ConsistentRead=True,
    ):
        yield from page["Items"]


def transact(items: "Sequence[TransactWriteItemTypeDef]") -> frozenset[int]:
    """Write all items or none: empty when written, else the places of those whose condition did not hold.

    One item alone needs no transaction, which costs twice as much. Collisions with other transactions are tried again
    after a short pause. Raises ContendedError when that does not help; faults of the table as botocore's ClientError.
    """
    if len(items) == 1 and "Put" in items[0]:
        return _put_alone(items[0]["Put"])
    for attempt in range(ATTEMPTS):
        pause(attempt)
        try:
            dynamodb().transact_write_items(TransactItems=items)
        except dynamodb().exceptions.TransactionCanceledException as error:
            response: dict[str, Any] = dict(error.response)
            codes = [reason.get("Code") for reason in response["CancellationReasons"]]
            failed = frozenset(place for place, code in enumerate(codes) if code == _FAILED)
            if failed:
                return failed
            if _CONFLICT not in codes:
                raise
        except dynamodb().exceptions.TransactionInProgressException:
            continue
        else:
            return frozenset()
    raise ContendedError("other transactions were in the way each time")


def _put_alone(item: Any) -> frozenset[int]:
    for attempt in range(ATTEMPTS):
        pause(attempt)
        try:
            dynamodb().put_item(**item)
        except dynamodb().exceptions.ConditionalCheckFailedException:
            return frozenset({0})
        except dynamodb().exceptions.ClientError as error:
            if error.response["Error"]["Code"] != f"{_CONFLICT}Exception":
                raise
        else:
            return frozenset()
    raise ContendedError("other transactions were in the way each time")


def pause(attempt: int) -> None:
    """Wait before another attempt, longer each time and never as long as the neighbour; not before the first."""
    if attempt:
        longest = min(_FIRST_PAUSE_SECONDS * 2**attempt, _LONGEST_PAUSE_SECONDS)
        time.sleep(longest * (0.5 + random.random() / 2))  # noqa: S311 - spreads retries, hides nothing
