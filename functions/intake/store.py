"""The records of accepted documents: one item per business key, and the ties of declared lists."""

from typing import TYPE_CHECKING, Any

from events.documents import DocumentKind
from events.receipts import Answer
from events.values import OrderKey
from functions.aws import dynamodb
from functions.intake.models import ExpectRequest, FreezeRequest, Frozen, FrozenDocument, ThawRequest
from functions.intake.rules import Record
from functions.intake.table import ATTEMPTS, ContendedError, Item, expiry, get, key
from functions.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef, UpdateTypeDef

_OF_WAYBILLS = {DocumentKind.WAYBILL, DocumentKind.WAYBILL_STATUS}
_UNTIED = "attribute_not_exists(frozen)"


class NotOnRecordError(LookupError):
    """A list is to be tied to a document that the door has never accepted; no retry can mend it."""


def read(kind: DocumentKind, business_key: str) -> Record | None:
    """What is on record now."""
    item = get(_pk(kind, business_key))
    return _record(item) if item else None


def write(kind: DocumentKind, business_key: str, record: Record, over: Record | None) -> bool:
    """Put a record over the one that was read (None: over nothing); False when another one stands there by now."""
    condition: Item = {"ConditionExpression": "attribute_not_exists(pk)"}
    if over is not None:
        condition = {
            "ConditionExpression": f"version = :version AND app_time = :app_time AND {_UNTIED}",
            "ExpressionAttributeValues": {":version": {"N": str(over.version)}, ":app_time": {"S": over.app_time}},
        }
    try:
        dynamodb().put_item(TableName=settings().intake_table, Item=_item(kind, business_key, record), **condition)
    except dynamodb().exceptions.ConditionalCheckFailedException:
        return False
    return True


def forget(kind: DocumentKind, business_key: str) -> bool:
    """Delete a record that is not tied to a list; whether there was one."""
    deleted = dynamodb().delete_item(
        TableName=settings().intake_table,
        Key=key(_pk(kind, business_key)),
        ConditionExpression=_UNTIED,
        ReturnValues="ALL_OLD",
    )
    return bool(deleted.get("Attributes"))


def freeze(request: FreezeRequest) -> Frozen:
    """Tie all documents to the list version, and its copNo to the order, or nothing at all; repeatable.

    Raises NotOnRecordError, ContendedError; faults of the table as botocore's ClientError.
    """
    owner = request.key.workflow_id
    documents = _distinct(request.documents)
    updates = [_freezing(document, owner, request.list_version) for document in documents]
    for _ in range(ATTEMPTS):
        if _transact([*updates, {"Update": _cop_tie(request)}]):
            return Frozen(frozen=True, newer=[])
        found = [(document, _must_read(document)) for document in documents]
        newer = [document.kind for document, record in found if record.content_hash != document.content_hash]
        taken = [document.kind for document, record in found if record.frozen not in {None, owner}]
        if newer or taken:
            return Frozen(frozen=False, newer=newer, taken=taken)
    raise ContendedError(f"could not freeze the documents of {request.key}")


def thaw(request: ThawRequest) -> int:
    """Untie the documents that a list of this order uses, whichever version; the number of those untied."""
    owner = request.key.workflow_id
    for _ in range(ATTEMPTS):
        records = [(document, read(document.kind, document.business_key)) for document in _distinct(request.documents)]
        tied = [document for document, record in records if record is not None and record.frozen == owner]
        if not tied or _transact([_thawing(document, owner) for document in tied]):
            return len(tied)
    raise ContendedError(f"could not thaw the documents of {request.key}")


def expect(request: ExpectRequest) -> None:
    """Tie a copNo to an order."""
    dynamodb().update_item(**_cop_tie(request))


def orders_of_cop_no(cop_no: str) -> dict[OrderKey, str]:
    """The orders that were declared under a copNo, each with its declarant's code."""
    declared = {}
    for entry in get(_cop_pk(cop_no)).get("orders", {}).get("SS", []):
        agent_code, ebp_code, order_no = entry.split("/")
        declared[OrderKey(ebp_code=ebp_code, order_no=order_no)] = agent_code
    return declared


def _distinct(documents: list[FrozenDocument]) -> list[FrozenDocument]:
    return list(dict.fromkeys(documents))


def _must_read(document: FrozenDocument) -> Record:
    record = read(document.kind, document.business_key)
    if record is None:
        raise NotOnRecordError(f"the door has never accepted the {document.kind} {document.business_key}")
    return record


def _transact(items: "list[TransactWriteItemTypeDef]") -> bool:
    """Whether the transaction went through; False when a condition failed."""
    try:
        dynamodb().transact_write_items(TransactItems=items)
    except dynamodb().exceptions.TransactionCanceledException as error:
        response: dict[str, Any] = dict(error.response)
        if all(reason.get("Code") != "ConditionalCheckFailed" for reason in response["CancellationReasons"]):
            raise
        return False
    return True


def _freezing(document: FrozenDocument, owner: str, list_version: int) -> "TransactWriteItemTypeDef":
    return {
        "Update": {
            "TableName": settings().intake_table,
            "Key": key(_pk(document.kind, document.business_key)),
            "UpdateExpression": "SET frozen = :owner, frozen_version = :version",
            "ConditionExpression": f"content_hash = :hash AND ({_UNTIED} OR frozen = :owner)",
            "ExpressionAttributeValues": {
                ":owner": {"S": owner},
                ":version": {"N": str(list_version)},
                ":hash": {"S": document.content_hash},
            },
        }
    }


def _thawing(document: FrozenDocument, owner: str) -> "TransactWriteItemTypeDef":
    return {
        "Update": {
            "TableName": settings().intake_table,
            "Key": key(_pk(document.kind, document.business_key)),
            "UpdateExpression": "REMOVE frozen, frozen_version",
            "ConditionExpression": "frozen = :owner",
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
    }


def _cop_tie(request: FreezeRequest | ExpectRequest) -> "UpdateTypeDef":
    return {
        "TableName": settings().intake_table,
        "Key": key(_cop_pk(request.cop_no)),
        "UpdateExpression": "ADD orders :order",
        "ExpressionAttributeValues": {":order": {"SS": [f"{request.agent_code}/{request.key}"]}},
    }


def _cop_pk(cop_no: str) -> str:
    return f"cop#{cop_no}"


def _pk(kind: DocumentKind, business_key: str) -> str:
    return f"document#{kind}#{business_key}"


def _item(kind: DocumentKind, business_key: str, record: Record) -> Item:
    item: Item = {
        **key(_pk(kind, business_key)),
        "content_hash": {"S": record.content_hash},
        "version": {"N": str(record.version)},
        "app_time": {"S": record.app_time},
        "accepted_at": {"S": record.accepted_at.isoformat()},
        "document_id": {"S": record.document_id},
        "answer": {"S": record.answer.model_dump_json()},
    }
    if record.order is not None:
        item["order"] = {"S": record.order.workflow_id}
    if kind in _OF_WAYBILLS:
        item["expires_at"] = expiry(record.accepted_at)
    return item


def _record(item: Item) -> Record:
    return Record(
        content_hash=item["content_hash"]["S"],
        version=int(item["version"]["N"]),
        app_time=item["app_time"]["S"],
        accepted_at=item["accepted_at"]["S"],
        document_id=item["document_id"]["S"],
        answer=Answer.model_validate_json(item["answer"]["S"]),
        order=OrderKey.from_workflow_id(item["order"]["S"]) if "order" in item else None,
        frozen=item["frozen"]["S"] if "frozen" in item else None,
    )
