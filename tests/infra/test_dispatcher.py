"""The local poller of the documents queue: batches overlap, what was taken is deleted, the rest stays."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from functions import aws
from functions.settings import Settings
from infra import dispatcher

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SECONDS = 30


@pytest.fixture
def queue(sqs: "SQSClient", monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The documents queue as the dispatcher's own client finds it."""
    for name, value in {"ACCESS_KEY_ID": "t", "SECRET_ACCESS_KEY": "t", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    aws.sqs.cache_clear()
    yield sqs.get_queue_url(QueueName=Settings().documents_queue)["QueueUrl"]
    aws.sqs.cache_clear()


def test_the_next_batch_is_gathered_while_one_is_dispatched(
    sqs: "SQSClient", queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, came, stop = threading.Event(), threading.Event(), threading.Event()
    met: list[bool] = []

    def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
        (record,) = event["Records"]
        if record["body"] == "first":
            began.set()
            met.append(came.wait(SECONDS))
            return {"batchItemFailures": []}
        came.set()
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}

    monkeypatch.setattr(dispatcher, "handler", handler)
    polling = threading.Thread(target=dispatcher.run, args=(stop,))
    polling.start()
    sqs.send_message(QueueUrl=queue, MessageBody="first")
    assert began.wait(SECONDS)
    sqs.send_message(QueueUrl=queue, MessageBody="second")
    assert came.wait(SECONDS)
    stop.set()
    polling.join(SECONDS)
    assert not polling.is_alive()
    assert met == [True]
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    assert sum(map(int, left.values())) == 1  # the second, which failed and comes again


def test_a_batch_waits_for_a_place_and_faults_are_not_lost() -> None:
    slow: Future[None] = Future()
    failed: Future[None] = Future()
    assert dispatcher._unfinished({slow}) == {slow}
    threading.Timer(0.05, failed.set_exception, [OSError("gone")]).start()
    batches = {slow, failed}
    with pytest.raises(OSError, match="gone"):
        dispatcher._unfinished(batches)
    assert batches == {slow}
    slow.set_result(None)
    assert dispatcher._unfinished(batches) == set()
