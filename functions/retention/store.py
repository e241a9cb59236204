"""The retention table: where orders and persons stand, and the record of deeds, which is only ever added to.

Items: `order#…` and `person#…` (keyed hash) have a `state` each, with the number and the hash of the last deed, and
`deed#…` per deed. `orders-of#…`/`order#…` leads from a person to the orders.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from events.life import Stage
from events.values import OrderKey
from functions.aws import dynamodb
from functions.retention.models import AuditEntry
from functions.retention.rules import GENESIS
from functions.retention.table import ORDER, STATE, Item, key, orders_pk, person_pk
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_DEED = "deed#"


@dataclass(frozen=True)
class State:
    """Where an order or a person stands; `deeds` counts those on record, `last` is the hash of the last one."""

    pk: str
    deeds: int = 0
    last: str = GENESIS
    holds: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    stage: Stage | None = None
    ended_at: datetime | None = None
    head: str | None = None
    shredded_at: datetime | None = None
    cleaned_at: datetime | None = None

    @property
    def order(self) -> OrderKey:
        """The order whose state it is."""
        return OrderKey.from_workflow_id(self.pk.removeprefix(ORDER))


def read(pk: str) -> State:
    """Where an order or a person stands; an empty state where nothing is known."""
    found = dynamodb().get_item(TableName=settings().retention_table, Key=key(pk, STATE), ConsistentRead=True)
    return _state(dict(found["Item"])) if "Item" in found else State(pk)


def deeds(pk: str) -> list[AuditEntry]:
    """The record of an order or a person, the earliest first."""
    return [AuditEntry.model_validate_json(item["entry"]["S"]) for item in _query(pk, _DEED)]


def orders_of(person: str) -> Iterator[State]:
    """The orders of a person."""
    for item in _query(orders_pk(person), ORDER):
        yield read(item["sk"]["S"])


def every_order() -> Iterator[State]:
    """All orders that have ended or are held: reads the whole table."""
    pages: Any = dynamodb().get_paginator("scan")
    for page in pages.paginate(
        TableName=settings().retention_table,
        FilterExpression="sk = :state AND begins_with(pk, :order)",
        ExpressionAttributeValues={":state": {"S": STATE}, ":order": {"S": ORDER}},
    ):
        yield from map(_state, page["Items"])


def change(
    before: State, update: str, values: Item, entry: AuditEntry, extra: "Sequence[TransactWriteItemTypeDef]" = ()
) -> bool:
    """Change a state and put the deed on record, with all of `extra`, or do nothing at all: False.

    It holds that the state is as it was read: the deeds, the holds and the end.
    """
    names = {"#deeds": "deeds", "#last": "last"}
    conditions = ["#deeds = :before" if before.deeds else "attribute_not_exists(#deeds)"]
    given: Item = {":deeds": {"N": str(entry.number)}, ":last": {"S": entry.hash}, **values}
    if before.deeds:
        given[":before"] = {"N": str(before.deeds)}
    if before.ended_at:
        conditions.append("ended_at = :ended")
        given[":ended"] = {"S": before.ended_at.isoformat()}
    else:
        conditions.append("attribute_not_exists(ended_at)")
    setting: TransactWriteItemTypeDef = {
        "Update": {
            "TableName": settings().retention_table,
            "Key": key(before.pk, STATE),
            "UpdateExpression": f"SET #deeds = :deeds, #last = :last{update}",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": given,
        }
    }
    recording: TransactWriteItemTypeDef = {
        "Put": {
            "TableName": settings().retention_table,
            "Item": {**key(before.pk, f"{_DEED}{entry.number:06}"), "entry": {"S": entry.model_dump_json()}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }
    return _transact([setting, recording, *extra])


def nobody_holds(person: str) -> "TransactWriteItemTypeDef":
    """The part of a transaction that fails when a hold is on a person."""
    return {
        "ConditionCheck": {
            "TableName": settings().retention_table,
            "Key": key(person_pk(person), STATE),
            "ConditionExpression": "attribute_not_exists(holds)",
        }
    }


def forget_persons(state: State) -> None:
    """Take the ways from persons to a shredded order away; repeatable."""
    for person in state.persons:
        dynamodb().delete_item(TableName=settings().retention_table, Key=key(orders_pk(person), state.pk))


def _transact(items: "Sequence[TransactWriteItemTypeDef]") -> bool:
    client = dynamodb()
    try:
        client.transact_write_items(TransactItems=items)
    except client.exceptions.TransactionCanceledException as error:
        response: dict[str, Any] = dict(error.response)
        codes = {reason.get("Code") for reason in response["CancellationReasons"]}
        if not codes & {"ConditionalCheckFailed", "TransactionConflict"}:
            raise
        return False
    return True


def _query(pk: str, prefix: str) -> Iterator[Item]:
    pages: Any = dynamodb().get_paginator("query")
    for page in pages.paginate(
        TableName=settings().retention_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
        ConsistentRead=True,
    ):
        yield from page["Items"]


def _state(item: Item) -> State:
    return State(
        pk=item["pk"]["S"],
        deeds=int(item["deeds"]["N"]) if "deeds" in item else 0,
        last=item["last"]["S"] if "last" in item else GENESIS,
        holds=tuple(sorted(item.get("holds", {}).get("SS", []))),
        persons=tuple(sorted(item.get("persons", {}).get("SS", []))),
        stage=Stage(item["stage"]["S"]) if "stage" in item else None,
        ended_at=_moment(item, "ended_at"),
        head=item["head"]["S"] if "head" in item else None,
        shredded_at=_moment(item, "shredded_at"),
        cleaned_at=_moment(item, "cleaned_at"),
    )


def _moment(item: Item, name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]["S"]) if name in item else None
