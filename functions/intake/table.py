"""The one table of the intake: how its items are read, and what all of its writers share."""

from datetime import datetime, timedelta
from typing import Any

from functions.aws import dynamodb
from functions.settings import settings

Item = dict[str, Any]

ATTEMPTS = 8
_WAYBILL_LIFE = timedelta(days=184)


class ContendedError(Exception):
    """Others changed the same item each time we tried; a fault of the moment, to be retried."""


def key(pk: str) -> Item:
    """The key of an item."""
    return {"pk": {"S": pk}}


def get(pk: str) -> Item:
    """The item as of now, empty when there is none."""
    found = dynamodb().get_item(TableName=settings().intake_table, Key=key(pk), ConsistentRead=True)
    return dict(found.get("Item", {}))


def waybill_expiry(since: datetime) -> Item:
    """When the table may forget what it knows under a waybill number, which is unique for six months (rulebook 2.3)."""
    return {"N": str(int((since + _WAYBILL_LIFE).timestamp()))}
