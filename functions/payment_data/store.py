"""The payment-data table: raw data by order, the platforms and the waiting questions by order number, the questions.

Items: `original#{ebpCode}/{orderNo}`, `order-no#{orderNo}` (platforms, waiting), `session#{sessionID}/{orderNo}`.
Who keeps data writes them first and reads who waits then; who waits notes himself first and reads the data then. So
no interleaving of the two can leave a question asleep.
"""

from typing import Any

from events.documents import InboundDocument
from events.payment_data import OriginalPayment
from events.values import OrderKey
from functions.aws import dynamodb
from functions.data_keys.models import ShreddedError
from functions.data_keys.sealed import Opener, Sealed
from functions.payment_data.models import TellRequest
from functions.settings import settings

Item = dict[str, Any]
_PURPOSE = "raw payment data"


def keep(order: OrderKey, document: InboundDocument) -> list[str]:
    """Keep the data of an order unless later ones are here; the ids of the workflows that wait for them.

    They are sealed with the order's key. Raises ShreddedError when that was destroyed.
    """
    content = document.parsed().model_dump_json(exclude_none=True)
    sealed = Opener.writing(order).seal(_PURPOSE, content.encode())
    moment = str(int(document.received_at.timestamp() * 1_000_000))
    _put(
        {
            "pk": {"S": _original_pk(order)},
            "sealed": {"S": sealed.model_dump_json()},
            "received_at": {"N": moment},
        },
        "attribute_not_exists(received_at) OR received_at <= :moment",
        {":moment": {"N": moment}},
    )
    item = _add(order.order_no, "platforms", order.ebp_code)
    return sorted(item.get("waiting", {}).get("SS", []))


def wait(order_no: str, workflow_id: str) -> list[str]:
    """Note that a question waits for an order; the platforms of which data under that number have come."""
    item = _add(order_no, "waiting", workflow_id)
    return sorted(item.get("platforms", {}).get("SS", []))


def leave(order_no: str, workflow_id: str) -> None:
    """A question waits no longer."""
    dynamodb().update_item(
        TableName=settings().payment_data_table,
        Key={"pk": {"S": _number_pk(order_no)}},
        UpdateExpression="DELETE waiting :one",
        ExpressionAttributeValues={":one": {"SS": [workflow_id]}},
    )


def read(order: OrderKey) -> OriginalPayment | None:
    """The latest data of an order; None where there are none, or where they were shredded."""
    found = dynamodb().get_item(
        TableName=settings().payment_data_table, Key={"pk": {"S": _original_pk(order)}}, ConsistentRead=True
    )
    item = found.get("Item")
    if not item:
        return None
    sealed = Sealed.model_validate_json(item["sealed"]["S"])
    try:
        content = Opener.reading(order, sealed.key_id).open(_PURPOSE, sealed)
    except ShreddedError:
        return None
    return OriginalPayment.model_validate_json(content)


def forget(order: OrderKey) -> bool:
    """Delete the data of an order; whether there were any."""
    deleted = dynamodb().delete_item(
        TableName=settings().payment_data_table, Key={"pk": {"S": _original_pk(order)}}, ReturnValues="ALL_OLD"
    )
    return bool(deleted.get("Attributes"))


def put_question(request: TellRequest) -> bool:
    """Put a question on record; False when more is on record already (a late repetition)."""
    latest = request.history[-1]
    last = {"N": str(latest.number)}
    return _put(
        {
            "pk": {"S": f"session#{request.key}"},
            "last_change": last,
            "stage": {"S": latest.stage},
            "question": {"S": request.model_dump_json(exclude={"told"})},
        },
        "attribute_not_exists(last_change) OR last_change <= :last",
        {":last": last},
    )


def _put(item: Item, condition: str, values: Item) -> bool:
    try:
        dynamodb().put_item(
            TableName=settings().payment_data_table,
            Item=item,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
    except dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def _add(order_no: str, name: str, value: str) -> Item:
    updated = dynamodb().update_item(
        TableName=settings().payment_data_table,
        Key={"pk": {"S": _number_pk(order_no)}},
        UpdateExpression="ADD #name :one",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":one": {"SS": [value]}},
        ReturnValues="ALL_NEW",
    )
    return dict(updated["Attributes"])


def _original_pk(order: OrderKey) -> str:
    return f"original#{order}"


def _number_pk(order_no: str) -> str:
    return f"order-no#{order_no}"
