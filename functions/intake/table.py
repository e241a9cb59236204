"""The one table of the intake: how its items are read, and what all of its writers share."""

from datetime import datetime, timedelta
from typing import Any

from events.values import CHINA
from functions.aws import dynamodb
from functions.settings import settings

Item = dict[str, Any]

ATTEMPTS = 8
_TOPIC = "retention.waiting_days"


class ContendedError(Exception):
    """Others changed the same item each time we tried; a fault of the moment, to be retried."""


def key(pk: str) -> Item:
    """The key of an item."""
    return {"pk": {"S": pk}}


def get(pk: str) -> Item:
    """The item as of now, empty when there is none."""
    found = dynamodb().get_item(TableName=settings().intake_table, Key=key(pk), ConsistentRead=True)
    return dict(found.get("Item", {}))


def expiry(since: datetime) -> Item:
    """When the table may forget a document that waits, and what it knows under a waybill number (policy)."""
    from functions.policy.pack import default_pack  # noqa: PLC0415 - only for what the table forgets some day

    days = default_pack().at(since.astimezone(CHINA).date()).row(_TOPIC).whole()
    return {"N": str(int((since + timedelta(days=days)).timestamp()))}
