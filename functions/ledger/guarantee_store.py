"""The limits of guarantees, and which of their crossings were announced."""

from decimal import Decimal
from typing import TYPE_CHECKING

from events.values import utc_now
from functions.aws import dynamodb
from functions.ledger.accounts import CNY, Part, guarantee
from functions.ledger.balance import Balance
from functions.ledger.posting import CEILING_OWNER, Leg, Posting, contra, entry_of
from functions.ledger.store import Posted, balance, balance_sk, put_posting
from functions.ledger.table import Item, key, number, query, transact
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_GUARANTORS = "guarantors"
_NOT_DONE = {"ConditionalCheckFailedException", "TransactionConflictException"}


def read(guarantor: str) -> Balance:
    """A guarantee's balance."""
    return balance(guarantee(guarantor))


def guarantors() -> list[str]:
    """Everybody who has ever opened a guarantee."""
    return [item["sk"]["S"] for item in query(_GUARANTORS)]


def set_ceiling(guarantor: str, seen: Balance, amount: Decimal) -> Posted:
    """Set a limit over the one that was seen; overtaken when it is not that any more, or more is in use by now."""
    account = guarantee(guarantor)
    raised = amount - (seen.ceiling or Decimal())
    legs = [Leg(account=str(account), part=Part.CEILING, unit=CNY, amount=raised)]
    posting = Posting(
        partition=account.partition,
        entry=entry_of(CEILING_OWNER, seen.ceilings + 1),
        reason=f"guarantee of {amount} CNY",
        at=utc_now(),
        legs=[*legs, *contra(f"guarantor#{guarantor}", legs)],
    )
    known: TransactWriteItemTypeDef = {
        "Put": {"TableName": settings().ledger_table, "Item": key(_GUARANTORS, guarantor)}
    }
    failed = transact([put_posting(posting), _raise(guarantor, seen, raised), known])
    return Posted.OVERTAKEN if failed else Posted.DONE


def note_alert(guarantor: str, crossing: int) -> bool:
    """Note that a crossing was announced; False when another one has done it, or is at work on the guarantee."""
    return _update(
        guarantor,
        "SET crossings = :crossing, alerted = :yes",
        "attribute_not_exists(crossings) OR crossings < :crossing",
        {":crossing": number(crossing), ":yes": {"BOOL": True}},
    )


def end_alert(guarantor: str, seen: Balance) -> bool:
    """Note that the use is below the share again; False when the guarantee is not as it was seen any more."""
    return _update(
        guarantor,
        "SET alerted = :no",
        "changes = :changes",
        {":changes": number(seen.changes), ":no": {"BOOL": False}},
    )


def _raise(guarantor: str, seen: Balance, raised: Decimal) -> "TransactWriteItemTypeDef":
    account = guarantee(guarantor)
    values: Item = {":raised": number(raised), ":one": number(1)}
    condition = "attribute_not_exists(ceilings)"
    if seen.ceilings:
        condition, values[":seen"] = "ceilings = :seen", number(seen.ceilings)
    if raised < 0:
        condition, values[":lowered"] = f"{condition} AND available >= :lowered", number(-raised)
    return {
        "Update": {
            "TableName": settings().ledger_table,
            "Key": key(account.partition, balance_sk(account)),
            "UpdateExpression": "ADD ceiling :raised, available :raised, ceilings :one, changes :one",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
    }


def _update(guarantor: str, update: str, condition: str, values: Item) -> bool:
    account = guarantee(guarantor)
    try:
        dynamodb().update_item(
            TableName=settings().ledger_table,
            Key=key(account.partition, balance_sk(account)),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
    except dynamodb().exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_DONE:
            raise
        return False
    return True
