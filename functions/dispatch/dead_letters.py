"""What cannot be processed goes to the dead-letter queue with its reason, whole, to be looked at and sent again."""

from functions.aws import queue_url, sqs
from functions.settings import settings

_REASON_LIMIT = 1000


def put_aside(body: str, message_id: str, reason: str) -> None:
    """Send a record's body to the dead-letter queue; `Reason` says why, `DocumentId` which record it was."""
    sqs().send_message(
        QueueUrl=queue_url(settings().documents_dead_letters),
        MessageBody=body,
        MessageAttributes={
            "Reason": {"DataType": "String", "StringValue": reason[:_REASON_LIMIT]},
            "DocumentId": {"DataType": "String", "StringValue": message_id},
        },
    )
