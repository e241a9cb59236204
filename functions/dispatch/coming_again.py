"""Records that failed: when they come again, and which of them have come often enough."""

from collections.abc import Sequence

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import BotoCoreError, ClientError
from temporalio.service import RPCError, RPCStatusCode

from functions.aws import queue_url, sqs
from functions.bus import BusError
from functions.dispatch.connection import TemporalConnectionError
from functions.intake.table import ContendedError
from functions.payloads.keys import PayloadKeyError
from functions.settings import settings

GIVEN_UP_AFTER = 5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 5, 900
_AT_ONCE = 10
_AWAY = (TemporalConnectionError, PayloadKeyError, ContendedError, BusError, BotoCoreError, OSError)
_OF_THE_DOCUMENT = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.OUT_OF_RANGE}
_TOO_LARGE = "larger than max"  # gRPC tells it as RESOURCE_EXHAUSTED, like a limit of the server
_REFUSED_BY_AWS = {"ValidationException", "InvalidParameterValue", "EntityTooLarge"}


def is_outage(error: BaseException) -> bool:
    """Whether something that we need is away, or refuses everybody, so that the document is not to blame.

    However long that lasts, no document is given up for it.
    """
    if isinstance(error, RPCError):
        return error.status not in _OF_THE_DOCUMENT and _TOO_LARGE not in error.message
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] not in _REFUSED_BY_AWS
    return isinstance(error, _AWAY)


def receives_of(record: SQSRecord) -> int:
    """How often the queue has handed the record out, this time included."""
    return int(record.attributes.approximate_receive_count)


def pause_seconds(receives: int) -> int:
    """How long a record stays away after so many receives: 5 seconds, then twice as long each time, up to 15 minutes.

    With the queue's 1,000 receives that bridges an outage of ten days.
    """
    return min(_FIRST_PAUSE_SECONDS << min(receives - 1, 10), _LONGEST_PAUSE_SECONDS)


def put_off(records: Sequence[SQSRecord]) -> None:
    """Keep records away from the queue for their pause."""
    url = queue_url(settings().documents_queue)
    for start in range(0, len(records), _AT_ONCE):
        sqs().change_message_visibility_batch(
            QueueUrl=url,
            Entries=[
                {
                    "Id": str(number),
                    "ReceiptHandle": record.receipt_handle,
                    "VisibilityTimeout": pause_seconds(receives_of(record)),
                }
                for number, record in enumerate(records[start : start + _AT_ONCE])
            ],
        )
