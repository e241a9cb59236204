"""The local poller of the documents queue, in place of Lambda's event source: `python -m infra.dispatcher`."""

import logging
import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws import sqs
from functions.dispatch.handler import handler
from functions.settings import settings
from infra.collector import spare
from infra.lambda_context import LocalContext
from infra.logs import begin_log
from infra.ready import announce_ready

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

log = logging.getLogger("sandan.dispatcher")
_RECEIVE_AT_ONCE = 10
_LONG_POLL_SECONDS = 1
_PAUSE_SECONDS = 1.0
_BATCH = int(os.environ.get("SANDAN_DISPATCH_BATCH", "200"))
_WINDOW_SECONDS = float(os.environ.get("SANDAN_DISPATCH_WINDOW_SECONDS", "0.4"))


def gather(url: str) -> list["MessageTypeDef"]:
    """A batch: what lies in the queue, and what comes within the window after the first message.

    Lambda's event source does the same (MaximumBatchingWindowInSeconds): documents of one order that come together
    reach its workflow in one signal. The queue is asked until it has less than a full answer, and once more at the end
    of the window: every question costs this process and the emulator a millisecond or two.
    """
    messages = latest = _receive(url, _LONG_POLL_SECONDS)
    until = time.monotonic() + _WINDOW_SECONDS
    while latest and len(messages) < _BATCH:
        if len(latest) < _RECEIVE_AT_ONCE:
            left = until - time.monotonic()
            if left <= 0:
                break
            time.sleep(left)
        latest = _receive(url, 0)
        messages = [*messages, *latest]
    return messages


def _receive(url: str, wait_seconds: int) -> list["MessageTypeDef"]:
    answer = sqs().receive_message(
        QueueUrl=url, MaxNumberOfMessages=_RECEIVE_AT_ONCE, WaitTimeSeconds=wait_seconds, AttributeNames=["All"]
    )
    return answer.get("Messages", [])


def dispatch(url: str, messages: list["MessageTypeDef"]) -> None:
    """Call the function on a batch and delete what it took; the rest comes again when its visibility ends."""
    answer = handler({"Records": [_record(message) for message in messages]}, LocalContext("dispatch"))
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    log.info("batch: %d records, %d come again", len(messages), len(failed))
    taken = [message for message in messages if message["MessageId"] not in failed]
    for start in range(0, len(taken), _RECEIVE_AT_ONCE):
        chunk = taken[start : start + _RECEIVE_AT_ONCE]
        sqs().delete_message_batch(
            QueueUrl=url,
            Entries=[
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(chunk)
            ],
        )


def _record(message: "MessageTypeDef") -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{settings().documents_queue}",
        "awsRegion": "us-east-1",
    }


def run(stop: threading.Event) -> None:
    """Poll until told to stop; a queue that is away is asked again after a pause."""
    url = None
    while not stop.is_set():
        try:
            if url is None:
                url = sqs().get_queue_url(QueueName=settings().documents_queue)["QueueUrl"]
                announce_ready()
            messages = gather(url)
            if messages:
                dispatch(url, messages)
        except (BotoCoreError, ClientError) as error:
            log.warning("documents queue: %s", error)
            stop.wait(_PAUSE_SECONDS)


def main() -> None:
    """Dispatch until SIGTERM or SIGINT; a batch that is under way is finished."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    begin_log()
    spare()
    run(stop)


if __name__ == "__main__":
    main()
