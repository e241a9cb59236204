"""The orders table: one item per order."""

from typing import Any

from pydantic import ConfigDict, TypeAdapter

from events.findings import Finding
from events.life import OrderView, Stage, StageChange
from events.values import OrderKey
from functions.aws import dynamodb
from functions.orders.models import RecordRequest
from functions.settings import settings

_FINDINGS = TypeAdapter(list[Finding], config=ConfigDict(defer_build=True))
_HISTORY = TypeAdapter(list[StageChange], config=ConfigDict(defer_build=True))


def put(request: RecordRequest) -> bool:
    """Put an order on record; False when more is on record already (a late repetition)."""
    last = {":last": {"N": str(request.history[-1].number)}}
    return _put(request, "attribute_not_exists(last_change) OR last_change <= :last", last)


def open_record(request: RecordRequest) -> bool:
    """Put a new order on record; False when it stands there already."""
    return _put(request, "attribute_not_exists(pk)", {})


def only_change(key: OrderKey) -> StageChange | None:
    """The first change of an order that has no other; None when it has changed since."""
    there = read(key)
    return there.history[0] if there and len(there.history) == 1 else None


def _put(request: RecordRequest, condition: str, values: dict[str, Any]) -> bool:
    client = dynamodb()
    latest = request.history[-1]
    given: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
    try:
        client.put_item(
            TableName=settings().orders_table,
            Item={
                "pk": {"S": request.key.workflow_id},
                "last_change": {"N": str(latest.number)},
                "stage": {"S": latest.stage},
                "history": {"S": _HISTORY.dump_json(request.history).decode()},
                "findings": {"S": _FINDINGS.dump_json(request.findings).decode()},
                "trade_mode": {"S": request.mode or ""},
                "needs_human": {"S": request.needs_human or ""},
                "due_by": {"S": request.due_by.isoformat() if request.due_by else ""},
            },
            ConditionExpression=condition,
            **given,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def read(key: OrderKey) -> OrderView | None:
    """The order's record, or None."""
    found = dynamodb().get_item(
        TableName=settings().orders_table, Key={"pk": {"S": key.workflow_id}}, ConsistentRead=True
    )
    item = found.get("Item")
    if item is None:
        return None
    return OrderView.model_validate(
        {
            "ebp_code": key.ebp_code,
            "order_no": key.order_no,
            "stage": Stage(item["stage"]["S"]),
            "mode": item["trade_mode"]["S"] or None,
            "history": _HISTORY.validate_json(item["history"]["S"]),
            "findings": _FINDINGS.validate_json(item["findings"]["S"]),
            "needs_human": item["needs_human"]["S"] or None,
            "due_by": item["due_by"]["S"] or None,
        }
    )
