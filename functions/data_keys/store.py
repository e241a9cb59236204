"""The table of data keys: one item per order, with its seed or with the day on which that was destroyed.

It has no recovery and no backup: whoever restored it would bring destroyed keys back.
"""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from events.values import OrderKey, utc_now
from functions.data_keys.models import Seed, ShreddedError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Item = dict[str, Any]
SEED_BYTES = 32


class SeedTable:
    """The seeds of orders in a table of that name."""

    def __init__(self, client: "Callable[[], DynamoDBClient]", table: str) -> None:
        self._client = client
        self._table = table

    def find(self, order: OrderKey) -> Seed | None:
        """The seed of an order, None where it never had one. Raises ShreddedError."""
        found = self._client().get_item(TableName=self._table, Key=_key(order), ConsistentRead=True)
        item = found.get("Item")
        return _seed(order, dict(item)) if item else None

    def make(self, order: OrderKey) -> Seed:
        """The seed of an order, a new one where it has none: one request, whoever asks first. Raises ShreddedError."""
        client = self._client()
        try:
            updated = client.update_item(
                TableName=self._table,
                Key=_key(order),
                UpdateExpression="SET seed = if_not_exists(seed, :seed), made_at = if_not_exists(made_at, :now)",
                ConditionExpression="attribute_not_exists(shredded_at)",
                ExpressionAttributeValues={
                    ":seed": {"B": secrets.token_bytes(SEED_BYTES)},
                    ":now": {"S": utc_now().isoformat()},
                },
                ReturnValues="ALL_NEW",
            )
        except client.exceptions.ConditionalCheckFailedException:
            self.find(order)  # raises, with the day
            raise
        seed = _seed(order, dict(updated["Attributes"]))
        assert seed is not None
        return seed

    def made_before(self, moment: datetime) -> Iterator[OrderKey]:
        """The orders whose seeds were made before that and are still there: reads the whole table."""
        pages: Any = self._client().get_paginator("scan")
        for page in pages.paginate(
            TableName=self._table,
            FilterExpression="attribute_exists(seed) AND made_at < :moment",
            ProjectionExpression="pk",
            ExpressionAttributeValues={":moment": {"S": moment.astimezone(UTC).isoformat()}},
        ):
            yield from (OrderKey.from_workflow_id(item["pk"]["S"]) for item in page["Items"])

    def destruction(self, order: OrderKey, at: datetime) -> "TransactWriteItemTypeDef":
        """The part of a transaction that destroys a seed for good; its condition fails where there is none."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(order),
                "UpdateExpression": "SET shredded_at = :at REMOVE seed",
                "ConditionExpression": "attribute_exists(seed)",
                "ExpressionAttributeValues": {":at": {"S": at.isoformat()}},
            }
        }


def _seed(order: OrderKey, item: Item) -> Seed | None:
    if "shredded_at" in item:
        raise ShreddedError(order, datetime.fromisoformat(item["shredded_at"]["S"]))
    return Seed(bytes(item["seed"]["B"]), datetime.fromisoformat(item["made_at"]["S"]))


def _key(order: OrderKey) -> Item:
    return {"pk": {"S": order.workflow_id}}
