"""The orders table: one item per order, written anew with each change; what says nothing is left out of it.

A plain order keeps within the kilobyte of one write unit until its parcel is delivered.
"""

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
                **{name: {"S": text} for name, text in _said(request).items() if text},
            },
            ConditionExpression=condition,
            **given,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _said(request: RecordRequest) -> dict[str, str]:
    return {
        "stage": request.history[-1].stage,
        "history": _HISTORY.dump_json(request.history, exclude_none=True).decode(),
        "findings": _FINDINGS.dump_json(request.findings, exclude_none=True).decode() if request.findings else "",
        "trade_mode": request.mode or "",
        "needs_human": request.needs_human or "",
        "due_by": request.due_by.isoformat() if request.due_by else "",
    }


def read(key: OrderKey) -> OrderView | None:
    """The order's record, or None."""
    found = dynamodb().get_item(
        TableName=settings().orders_table, Key={"pk": {"S": key.workflow_id}}, ConsistentRead=True
    )
    item = found.get("Item")
    if item is None:
        return None
    said = {name: value["S"] for name, value in item.items() if "S" in value}
    return OrderView.model_validate(
        {
            "ebp_code": key.ebp_code,
            "order_no": key.order_no,
            "stage": Stage(said["stage"]),
            "mode": said.get("trade_mode") or None,
            "history": _HISTORY.validate_json(said["history"]),
            "findings": _FINDINGS.validate_json(said.get("findings") or "[]"),
            "needs_human": said.get("needs_human") or None,
            "due_by": said.get("due_by") or None,
        }
    )
