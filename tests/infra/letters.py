"""Dead letters for tests."""

import json
from typing import TYPE_CHECKING, Any

from functions.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

DOCUMENT = "0d4f6c1e-9f6b-4f0e-8f43-6f1a3d6c0001"


def body(document_id: str = DOCUMENT, order_no: str = "SD1") -> str:
    """What the queue holds of an order that the gateway has accepted."""
    head = {
        "ebpCode": "3207SDPT01",
        "orderNo": order_no,
        "buyerName": "测试甲一",
        "buyerIdNumber": "00000019900101001X",
    }
    data = {"kind": "order", "content": {"OrderHead": head, "OrderList": [{"gnum": 1}]}}
    detail = {"id": document_id, "type": "cn.sandan.order.placed.v1", "data": data}
    return json.dumps({"source": "sandan.gateway", "detail-type": "cn.sandan.order.placed.v1", "detail": detail})


def put(sqs: "SQSClient", content: str, **attributes: str) -> str:
    """Put a dead letter; its message id."""
    given: dict[str, Any] = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    url = sqs.get_queue_url(QueueName=Settings().documents_dead_letters)["QueueUrl"]
    return sqs.send_message(QueueUrl=url, MessageBody=content, MessageAttributes=given)["MessageId"]


def waiting(sqs: "SQSClient", queue: str) -> list[str]:
    """The bodies that a reader of a queue gets now."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in answer.get("Messages", [])]
