"""Order records, balances and postings of the ledger: each change is one transaction.

Items: `order#…`/`charge` is an order's record. `buyer#…`, `guarantee#…` and `payment#…` hold accounts: `balance#…` per
account and `posting#…` per entry, which is never changed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from events.values import OrderKey, utc_now
from functions.aws import dynamodb
from functions.ledger.accounts import Account, Part
from functions.ledger.balance import COUNTED, Balance, balance_of
from functions.ledger.posting import LEGS, Change, Posting, account_changes, postings
from functions.ledger.record import OrderRecord
from functions.ledger.table import ATTEMPTS, ContendedError, Item, get, key, number, pause, transact
from functions.ledger.written import written
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

DUE_INDEX = "due"
_CHARGE = "charge"


class Posted(StrEnum):
    """What became of a transaction."""

    DONE = "done"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


def read(order: OrderKey) -> OrderRecord:
    """An order's record, with seq 0 when there is none."""
    item = get(order_pk(order), _CHARGE)
    return record_of(item) if item else OrderRecord(key=order)


def read_many(orders: Sequence[OrderKey]) -> list[OrderRecord]:
    """The records of up to 100 orders, in their order; an order without one is left out."""
    table = settings().ledger_table
    waiting: Any = {table: {"Keys": [record_key(order) for order in orders], "ConsistentRead": True}} if orders else {}
    found: dict[str, OrderRecord] = {}
    for attempt in range(ATTEMPTS):
        if not waiting:
            return [found[order_pk(order)] for order in orders if order_pk(order) in found]
        pause(attempt)
        answer = dynamodb().batch_get_item(RequestItems=waiting)
        found |= {item["pk"]["S"]: record_of(item) for item in answer["Responses"].get(table, [])}
        waiting = answer.get("UnprocessedKeys")
    raise ContendedError("the table did not give all records that were asked for")


def post(
    changes: Sequence[Change],
    limits: Mapping[Account, Decimal] | None = None,
    extra: "Sequence[TransactWriteItemTypeDef]" = (),
) -> Posted:
    """Bring records to their next states, with all that follows from it for the accounts, or do nothing at all.

    `limits` are those of accounts that do not carry their own; only what adds to an account is held against them.
    Overtaken: a record, or an item of `extra`, is not as it was any more. Refused: an account has not enough left.
    """
    at = utc_now()
    firm = [_put_record(change) for change in changes]
    firm += [put_posting(posting) for change in changes for posting in postings(change, at)]
    firm += extra
    accounts = account_changes(changes).items()
    balances = [_add(account, parts, (limits or {}).get(account)) for account, parts in accounts]
    failed = transact([*firm, *balances])
    if any(place < len(firm) for place in failed):
        written().forget(change.after for change in changes)
        return Posted.OVERTAKEN
    if failed:
        return Posted.REFUSED
    written().note(change.after for change in changes)
    return Posted.DONE


def balance(account: Account) -> Balance:
    """What is in an account now."""
    return balance_of(get(account.partition, balance_sk(account)))


def order_pk(order: OrderKey) -> str:
    """The partition of an order's record."""
    return f"order#{order.workflow_id}"


def balance_sk(account: Account) -> str:
    """The sort key of an account's balance."""
    return f"balance#{account.name}"


def record_of(item: Item) -> OrderRecord:
    """An order's record from its item."""
    return OrderRecord.model_validate_json(item["record"]["S"])


def record_key(order: OrderKey) -> Item:
    """The key of an order's record."""
    return key(order_pk(order), _CHARGE)


def moment(at: datetime) -> str:
    """A time that sorts as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def put_posting(posting: Posting) -> "TransactWriteItemTypeDef":
    """A new entry; the same one a second time fails the transaction."""
    return {
        "Put": {
            "TableName": settings().ledger_table,
            "Item": {
                **key(posting.partition, f"posting#{posting.entry}"),
                "reason": {"S": posting.reason},
                "at": {"S": moment(posting.at)},
                "legs": {"S": LEGS.dump_json(posting.legs).decode()},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def posting_of(item: Item) -> Posting:
    """A posting from its item."""
    return Posting(
        partition=item["pk"]["S"],
        entry=item["sk"]["S"].removeprefix("posting#"),
        reason=item["reason"]["S"],
        at=datetime.fromisoformat(item["at"]["S"]),
        legs=LEGS.validate_json(item["legs"]["S"]),
    )


def _put_record(change: Change) -> "TransactWriteItemTypeDef":
    after = change.after
    item: Item = {
        **record_key(after.key),
        "seq": number(after.seq),
        "standing": {"S": after.standing},
        "record": {"S": after.model_dump_json()},
    }
    if after.released_at is not None and (queue := after.queue) is not None:
        item |= {"due_queue": {"S": queue}, "due_at": {"S": f"{moment(after.released_at)}#{after.key}"}}
    put: Any = {"TableName": settings().ledger_table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    if change.before.seq:
        put["ConditionExpression"] = "seq = :seq"
        put["ExpressionAttributeValues"] = {":seq": number(change.before.seq)}
    return {"Put": put}


def _add(account: Account, parts: Mapping[Part, Decimal], limit: Decimal | None) -> "TransactWriteItemTypeDef":
    """Add to an account, on condition that it has enough left."""
    added = sum((amount for part, amount in parts.items() if part in COUNTED), Decimal())
    values: Item = {f":{part}": number(amount) for part, amount in parts.items()}
    values |= {":in_use": number(added), ":one": number(1)}
    names = {f"#{part}": str(part) for part in parts}
    adding = [*(f"#{part} :{part}" for part in parts), "in_use :in_use", "changes :one"]
    condition = ""
    if account.capped:
        adding.append("available :spent")
        values[":spent"] = number(-added)
        if added > 0:
            condition, values[":added"] = "available >= :added", number(added)
    elif added > 0 and limit is not None:
        room = limit - added
        fresh = "attribute_not_exists(in_use) OR " if room >= 0 else ""
        condition, values[":room"] = f"{fresh}in_use <= :room", number(room)
    update: Any = {
        "TableName": settings().ledger_table,
        "Key": key(account.partition, balance_sk(account)),
        "UpdateExpression": f"ADD {', '.join(adding)}",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    return {"Update": update | ({"ConditionExpression": condition} if condition else {})}
