"""A queue that delivers late, in another order and more than once, as SQS may."""

import threading
from collections.abc import Sequence
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from functions.settings import Settings
from infra.aws import StackClients

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef, ReceiveMessageResultTypeDef

_AT_ONCE = 10
_PAUSE_SECONDS = 0.5
_LONGEST_DELAY = 5
_MOST_COPIES = 2
_MARK = "Copied"
HIDDEN_SECONDS = 10


class UnrulyQueue:
    """Takes what it can get out of the documents queue and sends it again: later, and now and then twice.

    A copy is sent before its original is deleted, so nothing is lost when the emulator ends in between. What a dead
    dispatcher held comes again after `HIDDEN_SECONDS`, sooner than in production.
    """

    def __init__(self, aws: StackClients, seed: int) -> None:
        self._sqs = aws.sqs
        self._url = self._sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
        self._random = Random(f"{seed}/queue")  # noqa: S311 -- repeatable on purpose
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="queue", daemon=True)
        self.delayed = 0
        self.repeated = 0

    def __enter__(self) -> Self:
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)})
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._random.uniform(0, _PAUSE_SECONDS)):
            try:
                self._shuffle(
                    self._sqs.receive_message(
                        QueueUrl=self._url, MaxNumberOfMessages=_AT_ONCE, MessageAttributeNames=[_MARK]
                    )
                )
            except (BotoCoreError, ClientError):
                continue  # the emulator is away

    def _shuffle(self, answer: "ReceiveMessageResultTypeDef") -> None:
        messages: Sequence[MessageTypeDef] = answer.get("Messages", [])
        for message in self._random.sample(messages, len(messages)):
            is_copy = _MARK in message.get("MessageAttributes", {})  # copied once, not again and again
            copies = 1 if is_copy else self._random.randint(1, _MOST_COPIES)
            for _ in range(copies):
                self._sqs.send_message(
                    QueueUrl=self._url,
                    MessageBody=message["Body"],
                    MessageAttributes={_MARK: {"DataType": "String", "StringValue": "copy"}},
                    DelaySeconds=0 if is_copy else self._random.randint(0, _LONGEST_DELAY),
                )
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            self.repeated += copies - 1
            self.delayed += not is_copy
