"""The retention table: the end of an order."""

from datetime import datetime
from typing import TYPE_CHECKING

from functions.aws import dynamodb
from functions.retention.end_models import EndedRequest
from functions.retention.table import STATE, key, order_pk, orders_pk
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UpdateTypeDef


def note_end(request: EndedRequest) -> datetime:
    """Note the end of an order, and at each person that there is this order; what is on record already."""
    for person in request.persons:
        dynamodb().put_item(TableName=settings().retention_table, Item=key(orders_pk(person), order_pk(request.key)))
    update: UpdateTypeDef = {
        "TableName": settings().retention_table,
        "Key": key(order_pk(request.key), STATE),
        "UpdateExpression": "SET ended_at = :at, stage = :stage, head = :head",
        "ExpressionAttributeValues": {
            ":at": {"S": request.ended_at.isoformat()},
            ":stage": {"S": request.stage},
            ":head": {"S": request.head},
        },
    }
    if request.persons:
        update["UpdateExpression"] += ", persons = :persons"
        update["ExpressionAttributeValues"] = {
            **update["ExpressionAttributeValues"],
            ":persons": {"SS": request.persons},
        }
    dynamodb().update_item(**update)
    return request.ended_at
