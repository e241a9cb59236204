"""The orders table: one item per order, which grows by one entry per stage."""

from pydantic import TypeAdapter

from events.findings import Finding
from events.life import OrderView, Stage, StageChange
from events.values import OrderKey
from functions.aws import dynamodb
from functions.orders.models import RecordRequest
from functions.settings import settings

_FINDINGS = TypeAdapter(list[Finding])


def append(request: RecordRequest) -> bool:
    """Put the new stages on record; False when they are there already (a repeated call)."""
    client = dynamodb()
    latest = request.changes[-1]
    try:
        client.update_item(
            TableName=settings().orders_table,
            Key={"pk": {"S": request.key.workflow_id}},
            UpdateExpression=(
                "SET history = list_append(if_not_exists(history, :none), :new), last_change = :last, stage = :stage, "
                "findings = :findings, trade_mode = :mode, needs_human = :human, due_by = :due"
            ),
            ConditionExpression="attribute_not_exists(last_change) OR last_change < :first",
            ExpressionAttributeValues={
                ":none": {"L": []},
                ":new": {"L": [{"S": change.model_dump_json()} for change in request.changes]},
                ":first": {"N": str(request.changes[0].number)},
                ":last": {"N": str(latest.number)},
                ":stage": {"S": latest.stage},
                ":findings": {"S": _FINDINGS.dump_json(request.findings).decode()},
                ":mode": {"S": request.mode or ""},
                ":human": {"S": request.needs_human or ""},
                ":due": {"S": request.due_by.isoformat() if request.due_by else ""},
            },
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
            "history": [StageChange.model_validate_json(entry["S"]) for entry in item["history"]["L"]],
            "findings": _FINDINGS.validate_json(item["findings"]["S"]),
            "needs_human": item["needs_human"]["S"] or None,
            "due_by": item["due_by"]["S"] or None,
        }
    )
